import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStudy, float, random, space } from '../../streams/index.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { ensurePage } from '../support/build.ts';
import { run, studied } from './readyStudy.ts';
import { directory, expectRefused, expectText, hypertide, journalOf, TRAINER, withoutSums } from './support.ts';

describe('commands that read', () => {
  it('print how many entries do not count, and why; so does a run', async () => {
    const place = await studied('trials: 4\n');
    const path = join(place, 'study.jsonl');
    const { out, err } = await hypertide(place, 'best', 'study.jsonl');
    expect(out).toMatch(/\n {2}env (HYPERTIDE_PARAM_[A-Z]+=\w+ )+sh \S+trainer\.sh --x [\d.]+\n$/);
    expect(err).not.toContain('do not count');
    const lines = readFileSync(path, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('"suggested","trial":2'));
    lines[at] = lines[at]!.replace('suggested', 'sughested');
    writeFileSync(path, lines.join('\n'));
    for (const command of [['best'], ['trials'], ['export'], ['verify'], ['best', '--json']]) {
      const { err } = await hypertide(place, command[0]!, 'study.jsonl', ...command.slice(1));
      expect(err, command.join(' ')).toMatch(
        /study\.jsonl: \d entries do not count \(.*\d unknown-trial.*1 damaged.*\); the first is entry \d+: its checksum does not match/,
      );
    }
    const again = await run(place);
    expect(again.err).toMatch(/\d entries do not count/);
    expect(journalOf(place).filter(({ type }) => type === 'completed').length).toBe(4); // nothing was trained again
  });

  it('suggest the next command on a terminal', async () => {
    const place = await studied('trials: 4\n');
    for (const stream of [process.stdout, process.stderr]) Object.defineProperty(stream, 'isTTY', { configurable: true, value: true });
    try {
      const next = async (...args: string[]) => /next: (.*)\n$/.exec((await hypertide(place, ...args)).err)?.[1];
      expect(await next('trials', 'study.jsonl')).toBe('hypertide best study.jsonl');
      expect(await next('best', 'study.yaml')).toMatch(/^hypertide why study\.yaml \d$/);
      expect(await next('why', 'study.jsonl', '1')).toBe('hypertide study importance study.jsonl');
      expect(await next('best', 'study.jsonl', '--json')).toBeUndefined();
    } finally {
      for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'isTTY');
    }
    expect((await hypertide(place, 'best', 'study.jsonl')).err).not.toContain('next:');
  });

  it('find the journal of a study file', async () => {
    const place = await studied('trials: 1\n');
    const [named, found] = [await hypertide(place, 'best', 'study.jsonl'), await hypertide(place, 'best', 'study.yaml')];
    expect(found.out).toBe(named.out);
    writeFileSync(join(place, 'other.yaml'), readFileSync(join(place, 'study.yaml')));
    expectRefused(await hypertide(place, 'best', 'other.yaml'));
  });

  it('best says that a range may be too narrow', async () => {
    const place = directory();
    const values = Array.from({ length: 20 }, (_, i) => 0.1 - i / 2000);
    const study = createStudy(space({ lr: float(1e-4, 0.1, { log: true }) }), {
      log: await openJournal(join(place, 'study.jsonl')),
      strategy: random(),
    });
    for (const lr of values) await study.enqueue({ lr });
    for (const _ of values) {
      const { trial, params } = (await study.ask())!;
      await study.tell(trial, -params.lr);
    }
    await study.close();
    const sentence = 'lr of the best trial is its upper bound 0.1, as in 5 of the 5 best trials: try a wider range in a new study';
    const { err, out } = await hypertide(place, 'best', 'study.jsonl');
    expect(err.split('\n')).toContain(sentence);
    expect(out).not.toContain(sentence);
    expect((await hypertide(place, 'best', 'study.jsonl', '--json')).err).not.toContain(sentence);
  });

  it('best, trials and export show what the journal holds', async () => {
    const place = await studied();
    const values = journalOf(place)
      .filter(({ type }) => type === 'completed')
      .map((line) => (line.values as { value: number }).value);
    const best = await hypertide(place, 'best', 'study.jsonl', '--json');
    expect(JSON.parse(best.out).values.value).toBe(Math.min(...values));
    const deployed = await hypertide(place, 'best', 'study.jsonl', '--recommended', '--json');
    expect(JSON.parse(deployed.out).status).toBe('completed');
    expectRefused(await hypertide(place, 'best', 'study.jsonl', '--recommended', '-n', '2'));
    expect((await hypertide(place, 'best', 'study.jsonl')).err).not.toContain('expected to gain'); // four results are too few
    const two = await hypertide(place, 'best', 'study.jsonl', '-n', '2', '--json');
    expect(JSON.parse(two.out)).toHaveLength(2);
    const all = JSON.parse((await hypertide(place, 'trials', 'study.jsonl', '--json')).out);
    expect(all.map(({ trial, status }: never) => [trial, status])).toEqual([1, 2, 3, 4].map((trial) => [trial, 'completed']));
    const lines = (await hypertide(place, 'export', 'study.jsonl')).out.trim().split('\n');
    for (const line of lines.map((text) => JSON.parse(text))) {
      const journal = journalOf(place);
      expect(journal[line.suggested - 1]).toMatchObject({ type: 'suggested', trial: line.trial, params: line.params });
      expect(journal[line.ended - 1]).toMatchObject({ type: 'completed', trial: line.trial, values: line.values });
    }
    const table =
      (await hypertide(place, 'export', 'study.jsonl', '--format', 'csv', '-o', 'out.csv')) && readFileSync(join(place, 'out.csv'), 'utf8');
    expect(table.split('\r\n')[0]).toContain('params.x,params.act,params.n,params.deep,values.value');
    const [[tag] = []] = Object.entries(JSON.parse(lines[0]!).tags);
    expect(table.split('\r\n')[0]).toContain(`tags.${tag}`);
    expect(table).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z/);
    expect(JSON.parse((await hypertide(place, 'export', 'study.jsonl', '--format', 'json')).out)).toHaveLength(4);
  });

  it.each(['export', 'study report'])('%s reports in one line where it cannot write', async (command) => {
    await ensurePage(); // a report is made of it
    const place = await studied('trials: 1\n');
    const { code, err } = await hypertide(place, ...command.split(' '), 'study.jsonl', '-o', 'none/such');
    expect(code).toBe(2);
    expect(err).toMatch(/^hypertide: none\/such: cannot be written \(ENOENT/);
  });

  it('verify names the first suggestion that differs, and the field', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    const text = withoutSums(readFileSync(path, 'utf8'));
    const third = journalOf(place).findIndex(({ type, trial }) => type === 'suggested' && trial === 3);
    const lines = text.split('\n');
    lines[third] = lines[third]!.replace(/"x":0\.\d/, '"x":0.9');
    writeFileSync(path, lines.join('\n'));
    const { code, out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(code).toBe(6);
    expect(out).toMatch(
      new RegExp(`^study\\.jsonl:${third + 1}: params\\.x is 0\\.9\\d* in the log, but 0\\.\\d+ recomputed; the 2 suggestions before`),
    );
    const json = JSON.parse((await hypertide(place, 'verify', 'study.jsonl', '--json')).out);
    expect(json).toMatchObject({ recomputed: 2, differs: { position: third + 1, field: 'params.x' } });
  });

  it('verify says in its first line, and by its exit status, that it has checked nothing', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    writeFileSync(path, withoutSums(readFileSync(path, 'utf8')).replace(/"decisions":\d+/, '"decisions":2'));
    const { code, out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(code).toBe(4);
    expectText(out);
    const json = await hypertide(place, 'verify', 'study.jsonl', '--json');
    expect([json.code, JSON.parse(json.out).recomputed]).toEqual([4, 0]);
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, 1).concat('').join('\n'));
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(4);
  });

  it('verify names damaged lines, and repair writes a copy without them', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    expect((await hypertide(place, 'study', 'repair', 'study.jsonl')).code).toBe(0);
    const lines = readFileSync(path, 'utf8').split('\n');
    const third = journalOf(place).findIndex(({ type, trial }) => type === 'completed' && trial === 3);
    writeFileSync(path, lines.with(third, lines[third]!.replace('"trial":3', '"trial":2')).with(1, 'rubbish').join('\n'));
    const { code, out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(code).toBe(6);
    expect(out).toContain(`study.jsonl:2: is damaged, and does not count\nstudy.jsonl:${third + 1}: is damaged, and does not count\n`);
    const json = JSON.parse((await hypertide(place, 'verify', 'study.jsonl', '--json')).out);
    expect(json.damage).toMatchObject([{ line: 2 }, { line: third + 1 }]);
    const repaired = await hypertide(place, 'study', 'repair', 'study.jsonl', '-o', 'copy.jsonl');
    expect([repaired.code, repaired.out]).toEqual([
      6,
      expect.stringMatching(new RegExp(`2 of \\d+ entries are lost: 2, ${third + 1}\\. `)),
    ]);
    expect((await hypertide(place, 'verify', 'copy.jsonl')).out).not.toContain('checksum');
    const resumed = await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER);
    expect(resumed.err).toContain('study.jsonl:2: expected a JSON object, but got "rubbish"; "hypertide study repair" writes a copy');
    const printed = resumed.err.trimEnd().split('\n');
    expect(printed).toContain('2 lines of the journal are damaged; "hypertide study repair study.jsonl" writes a copy of what can be read');
    expect(resumed.err.match(/hypertide study repair/g)).toHaveLength(2); // at the beginning and at the end
    expect(resumed.code).toBe(6);
    const last = (await hypertide(place, 'run', 'study.yaml', '--json', '--', ...TRAINER)).out.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ damaged: 2 });
    const whole = await hypertide(place, 'run', 'study.yaml', '--journal', 'copy.jsonl', '--', ...TRAINER);
    expect([whole.code, whole.err]).toEqual([0, expect.not.stringContaining('damaged')]);
    expectRefused(await hypertide(place, 'study', 'repair', 'study.jsonl', '-o', 'copy.jsonl'));
    execFileSync('mkfifo', [join(place, 'pipe.jsonl')]);
    expect((await hypertide(place, 'study', 'repair', 'pipe.jsonl')).err).toContain(
      'expected a file for the journal, got a pipe or a device',
    );
    const other = await hypertide(place, 'study', 'repair', 'study.yaml');
    expectRefused(other);
  });

  it('name a file in which the study continued, and run refuses to train its trials again', async () => {
    const place = await studied('trials: 2\n');
    const [path, other] = [join(place, 'study.jsonl'), join(place, 'study.jsonl.1')];
    renameSync(path, other);
    for (const command of [['best'], ['trials'], ['verify']]) expectRefused(await hypertide(place, command[0]!, 'study.jsonl'));
    expectRefused(await run(place));
    writeFileSync(path, readFileSync(other, 'utf8').split('\n').slice(0, 5).concat('').join('\n'));
    const less = expect.stringMatching(/study\.jsonl\.1 has \d+ entries of this study, and this file only 5: to continue with them, /);
    expect(await hypertide(place, 'trials', 'study.jsonl')).toMatchObject({ code: 0, err: less });
    expectRefused(await run(place));

    renameSync(path, `${path}.2`);
    renameSync(other, path);
    expect(await run(place)).toMatchObject({ code: 0 });
    expect(journalOf(place).filter(({ type }) => type === 'completed')).toHaveLength(2);
    await hypertide(place, 'study', 'delete', 'study.jsonl', '--yes');
    expect(readdirSync(place).filter((name) => name.startsWith('study.jsonl'))).toEqual([]);
  });

  it('repair counts what is lost, and verify says that the last line is incomplete', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, -20));
    expect((await hypertide(place, 'verify', 'study.jsonl')).err).toContain(
      'study.jsonl: the last line is incomplete, so it does not count: ',
    );
    const lines = text.split('\n');
    writeFileSync(path, lines.with(5, '?').with(6, '?').join('\n'));
    const { out, code } = await hypertide(place, 'study', 'repair', 'study.jsonl');
    expect(code).toBe(6);
    expect(out).toContain(
      `study.repaired.jsonl: 2 of ${lines.length - 1} entries are lost: 6, 7. To continue with it, move it to study.jsonl`,
    );
  });
});
