import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, studied } from './readyStudy.ts';
import { directory, expectRecomputed, expectRefused, hypertide, journalOf } from './support.ts';

describe('import', () => {
  it('takes finished trials from what export writes, as lines and as a table', async () => {
    const place = await studied();
    for (const format of ['jsonl', 'csv']) {
      await hypertide(place, 'export', 'study.jsonl', '--format', format, '-o', `results.${format}`);
      await hypertide(place, 'study', 'create', 'study.yaml', `${format}.jsonl`);
      const ended = await hypertide(place, 'study', 'import', `${format}.jsonl`, `results.${format}`, '--json');
      expect(ended, ended.err).toMatchObject({ code: 0, out: '{"imported":4,"unfinished":0,"bad":0}\n' });
      const rows = async (name: string) => JSON.parse((await hypertide(place, 'trials', name, '--json')).out);
      const told = (row: { params: unknown; values: unknown; status: string }) => [row.params, row.values, row.status];
      expect((await rows(`${format}.jsonl`)).map(told)).toEqual((await rows('study.jsonl')).map(told));
      const going = await run(place, '--journal', `${format}.jsonl`);
      expect(going.code, going.err).toBe(0);
      expectRecomputed(await hypertide(place, 'verify', `${format}.jsonl`), 4);
    }
  });

  it('takes choices that a spreadsheet would evaluate from a table as they were', async () => {
    const place = directory();
    const acts = ['=1+1', "'-1", '-1', 'relu'];
    writeFileSync(join(place, 'study.yaml'), `parameters: { act: { type: choice, values: ${JSON.stringify(acts)} } }\n`);
    writeFileSync(join(place, 'rows.jsonl'), acts.map((act) => JSON.stringify({ params: { act }, value: -1 })).join('\n'));
    const imported = async (rows: string, journal: string) => {
      await hypertide(place, 'study', 'create', 'study.yaml', journal);
      await hypertide(place, 'study', 'import', journal, rows);
      return journalOf(place, journal).flatMap(({ type, params }) => (type === 'suggested' ? [params] : []));
    };
    expect(await imported('rows.jsonl', 'study.jsonl')).toEqual(acts.map((act) => ({ act })));
    const { out } = await hypertide(place, 'export', 'study.jsonl', '--format', 'csv');
    for (const cell of ["'=1+1", "''-1", "'-1", 'relu']) expect(out).toContain(`,${cell},-1`);
    writeFileSync(join(place, 'rows.csv'), out);
    expect(await imported('rows.csv', 'again.jsonl')).toEqual(acts.map((act) => ({ act })));

    expect((await hypertide(place, 'export', 'study.jsonl', '--format', 'csv', '--raw')).out).toContain(',=1+1,-1');
    expectRefused(await hypertide(place, 'export', 'study.jsonl', '--raw'));
  });

  it('skips bad rows, and reports their lines', async () => {
    const place = await studied('trials: 1\n');
    const good = '{"params":{"x":0.5,"act":"relu","n":3,"deep":false},"value":1.5}';
    const bad = [
      '{"params":{"x":7,"act":"relu","n":3,"deep":false},"value":1.5}',
      'no json',
      '{"params":{"x":0.5,"act":"relu","n":3,"deep":false}}',
      '{"params":{"x":0.5,"act":"relu","n":3,"deep":false},"values":{"value":"high"}}',
      '{"params":{"x":0.5,"act":"relu","n":3},"value":1.5}',
    ];
    writeFileSync(join(place, 'rows.jsonl'), [good, ...bad, good, '{"params":{},"status":"failed"}'].join('\n'));
    const ended = await hypertide(place, 'study', 'import', 'study.jsonl', 'rows.jsonl');
    expect(ended.code).toBe(8);
    expect(ended.err).toContain('2 trials imported, 1 that did not complete and 5 bad lines skipped');
    for (const line of [2, 3, 4, 5, 6]) expect(ended.err).toMatch(new RegExp(`^rows\\.jsonl:${line}: \\S`, 'm'));

    writeFileSync(
      join(place, 'rows.csv'),
      'x,act,n,deep,value,note\n0.1,relu,2,true,0.5,"a, b"\n0.2,elu,2,true,0.5,\n0.3,relu,2,true\n0.4,tanh,3,FALSE,0.25,\n',
    );
    const table = await hypertide(place, 'study', 'import', 'study.jsonl', 'rows.csv');
    expect(table.err).toContain('2 trials imported, 0 that did not complete and 2 bad lines skipped');
    expect(table.err).toMatch(/^rows\.csv:3: act: expected/m);
    expect(table.err).toMatch(/^rows\.csv:4: /m);
    expect(journalOf(place).at(-2)).toMatchObject({ by: 'import', params: { x: 0.4, act: 'tanh', n: 3, deep: false } });

    writeFileSync(join(place, 'excel.csv'), '\ufeffx;act;n;deep;value\r\n0.6;relu;2;true;0.5\r\n0,7;relu;2;true;0.5\r\n');
    const excel = await hypertide(place, 'study', 'import', 'study.jsonl', 'excel.csv');
    expect(excel.err).toContain('1 trial imported, 0 that did not complete and 1 bad lines skipped');
    expect(excel.err).toMatch(/^excel\.csv:3: x: expected .*0,7/m);
  });
});

it('a journal that is cut at any byte opens, and continues without losing a finished trial', async () => {
  const place = await studied('trials: 3\nparallel: 3\n');
  const path = join(place, 'study.jsonl');
  const whole = readFileSync(path);
  const few = [9, 900, whole.length - 1];
  const places = process.env.TEST_DEEP ? [0, 1, 5, 200, whole.indexOf('\n'), whole.indexOf('\n') + 1, 1500, ...few] : few;
  for (const cut of places) {
    writeFileSync(path, whole.subarray(0, cut));
    const finished = journalOf(place).filter(({ type }) => type === 'completed');
    const ended = await run(place);
    if (cut > 0 && cut < whole.indexOf('\n')) {
      expectRefused(ended);
      expect(readFileSync(path).equals(whole.subarray(0, cut))).toBe(true); // it never becomes a new study
      continue;
    }
    expect(ended.code, `${cut}: ${ended.err}`).toBe(0);
    const now = journalOf(place);
    expect(now.filter(({ type }) => type === 'completed').slice(0, finished.length)).toEqual(finished);
    expect(now.at(-1)).toMatchObject({ type: 'closed', reason: 'trials' });
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  }
});
