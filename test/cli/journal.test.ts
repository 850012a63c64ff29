import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStudy } from '../../src/cli/studyFile.ts';
import { random } from '../../streams/index.ts';
import { journal } from '../../streams/log/journal.ts';
import { createdOf } from '../../streams/options.ts';
import { jsonLines, studyFile, type Workplace, workplace } from './support.ts';

type Row = Readonly<Record<string, unknown>> & { readonly trial: number; readonly status: string };

/** A place with a journal of five completed trials, one that failed, and one that is open. */
async function withJournal(): Promise<Workplace> {
  const place = workplace({ 'study.yaml': studyFile });
  const log = await journal(join(place.directory, 'demo.jsonl'));
  const { space, options } = parseStudy(parse(studyFile));
  await log.append(createdOf(space, random(), options));
  for (let trial = 1; trial <= 7; trial++) {
    const params = { lr: 0.001 * trial, units: 16 + 2 * trial };
    await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params, tags: { half: 'a "b", c' } });
    await log.append({ type: 'started', trial, attempt: 1, run: 'r' });
    if (trial === 6) await log.append({ type: 'failed', trial, run: 'r', reason: 'error', message: 'boom' });
    if (trial < 6) {
      await log.append({
        type: 'completed',
        trial,
        run: 'r',
        values: { loss: Math.abs(trial - 3) },
        metrics: { size: trial },
        seconds: 1.5,
      });
    }
  }
  await log.close();
  return place;
}

describe('commands that read a journal', () => {
  it('show and export what it holds', async () => {
    const place = await withJournal();
    const [best, two, list, failed, csv, json] = await Promise.all([
      place.hypertide('best', 'demo.jsonl', '--json'),
      place.hypertide('best', 'demo.jsonl', '-n', '2'),
      place.hypertide('trials', 'demo.jsonl', '--json'),
      place.hypertide('trials', 'demo.jsonl', '--status', 'failed'),
      place.hypertide('export', 'demo.jsonl', '--format', 'csv'),
      place.hypertide('export', 'demo.jsonl', '--format', 'json', '-o', 'out.json'),
    ]);
    for (const { code, err } of [best, two, list, failed, csv, json]) expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(jsonLines(best.out)).toMatchObject([{ trial: 3, values: { loss: 0 }, by: 'random', tags: { half: 'a "b", c' } }]);
    expect(
      two.out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/).slice(0, 4).join(' ')),
    ).toEqual(['trial loss lr units', '3 0 0.003 22', '2 1 0.002 20']);
    const [rows] = jsonLines(list.out) as [Row[]];
    expect(rows).toHaveLength(6);
    expect(rows[5]).toMatchObject({ trial: 6, status: 'failed', reason: 'error', message: 'boom' });
    expect(failed.out).toContain('failed: error');
    expect(csv.out.split('\r\n')[0]).toBe(
      'trial,status,by,seconds,params.lr,params.units,tags.half,values.loss,metrics.size,reason,message',
    );
    expect(csv.out.split('\r\n')[1]).toBe('1,completed,random,1.5,0.001,18,"a ""b"", c",2,1,,');
    expect(JSON.parse(place.read('out.json'))).toEqual(rows);
  });

  it('export what import takes', async () => {
    const place = await withJournal();
    await place.hypertide('export', 'demo.jsonl', '-o', 'rows.jsonl');
    const rows = place.read('rows.jsonl');
    place.write(
      'rows.jsonl',
      `${rows}\n{"params":{"lr":7,"units":20},"values":{"loss":1}}\nrubbish\n{"params":{"lr":0.01,"units":20},"values":{"los":1}}\n`,
    );
    const missing = await place.hypertide('import', 'rows.jsonl', '--journal', 'other.jsonl');
    expect(missing).toEqual({
      code: 2,
      out: '',
      err: 'hypertide: other.jsonl: there is no such journal; --study names the study file to begin it with\n',
    });
    const { code, out, err } = await place.hypertide('import', 'rows.jsonl', '--journal', 'other.jsonl', '--study', 'study.yaml', '--json');
    expect({ code, out }).toEqual({ code: 1, out: '{"imported":5,"left":1,"wrong":3}\n' });
    expect(err).toMatch(/^rows.jsonl:8: lr: expected .*\nrows.jsonl:9: .*JSON.*\nrows.jsonl:10: values.loss is missing\n5 trials imported/);
    const { out: exported } = await place.hypertide('export', 'other.jsonl');
    const core = ({ params, values, metrics, seconds }: Row) => ({ params, values, metrics, seconds });
    expect((jsonLines(exported) as Row[]).map(core)).toEqual((jsonLines(rows) as Row[]).slice(0, 5).map(core));
  });

  it('end quietly when nobody reads on', async () => {
    const place = await withJournal();
    const { done } = place.start(['export', 'demo.jsonl'], { through: ['bash', '-c', 'set -o pipefail; "$@" | head -c 1', 'head'] });
    expect(await done).toEqual({ code: 0, out: '{', err: '' });
  });

  it('name in one line what is no journal', async () => {
    const place = workplace({ 'study.yaml': studyFile, 'empty.jsonl': '' });
    const results = await Promise.all(['study.yaml', 'empty.jsonl', 'no.jsonl'].map((name) => place.hypertide('verify', name, '--json')));
    expect(results).toEqual([
      { code: 2, out: '', err: 'hypertide: study.yaml: it does not begin as the journal of a study does\n' },
      { code: 2, out: '', err: 'hypertide: empty.jsonl: there is no study in it yet\n' },
      { code: 2, out: '', err: 'hypertide: no.jsonl: there is no such journal\n' },
    ]);
  });
});

describe('commands that write a journal', () => {
  it('append what the study takes in, and refuse the rest in one line', async () => {
    const place = await withJournal();
    const before = place.facts().length;
    const say = async (...words: string[]) => {
      const { code, out, err } = await place.hypertide(...words, '--json');
      return code === 0 ? (jsonLines(out)[0] as { fact: unknown }).fact : `${code} ${err}`;
    };
    expect(await say('enqueue', 'demo.jsonl', 'units=20')).toEqual({ type: 'enqueued', params: { units: 20 } });
    expect(await say('enqueue', 'demo.jsonl', 'units=21')).toBe(
      '2 hypertide: units: expected a whole number in [16, 64] in steps of 2, got 21\n',
    );
    expect(await say('retract', 'demo.jsonl', '3')).toEqual({ type: 'retracted', trial: 3 });
    expect(await say('retract', 'demo.jsonl', '7')).toBe('2 hypertide: trial 7 is still open; cancel it, or wait for its end\n');
    expect(await say('cancel', 'demo.jsonl', '7')).toEqual({ type: 'cancelled', trial: 7 });
    expect(await say('cancel', 'demo.jsonl', '6')).toBe('2 hypertide: trial 6 has ended: failed\n');
    expect(await say('change', 'demo.jsonl')).toMatch(/^2 hypertide: there is nothing to change: give --trials/);
    expect(await say('change', 'demo.jsonl', '--strategy', '{grid: {level: 3}}')).toMatch(
      /^2 hypertide: --strategy.grid.level: expected one of levels, shuffle.*mean levels/,
    );
    const strategy = '{chain: [{grid: {levels: 3}}, random]}';
    expect(await say('change', 'demo.jsonl', '--more', '3', '--parallel', '2', '--strategy', strategy, '--pause')).toEqual({
      type: 'changed',
      limits: { trials: 15 },
      parallel: 2,
      paused: true,
      strategy: parse(strategy),
    });
    expect(place.facts()).toHaveLength(before + 4);
  });

  it('say what the next run does', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    const quick = ['--', 'sh', '-c', 'echo "loss={units}"'];
    await place.hypertide('run', 'study.yaml', '--trials', '8', ...quick);
    await place.hypertide('change', 'demo.jsonl', '--trials', '14', '--strategy', 'sobol');
    await place.hypertide('enqueue', 'demo.jsonl', '{"units": 64, "lr": 0.01}');
    await place.hypertide('retract', 'demo.jsonl', '2');
    place.write('study.yaml', studyFile.replace('trials: 12', ''));
    const { code, err } = await place.hypertide('run', 'study.yaml', ...quick);
    expect({ code, lines: err.trimEnd().split('\n').length }, err).toEqual({ code: 0, lines: 7 });
    const [rows] = jsonLines((await place.hypertide('trials', 'demo.jsonl', '--json')).out) as [Row[]];
    expect(rows.map(({ by }) => by).slice(8)).toEqual(['queue', ...Array(5).fill('#2/sobol')]);
    expect(rows[1]).toMatchObject({ status: 'retracted' });
    expect(await place.hypertide('verify', 'demo.jsonl')).toEqual({ code: 0, out: '14 suggestions recomputed, all equal\n', err: '' });

    const lines = place.read('demo.jsonl').split('\n');
    const at = lines.findIndex((line) => line.includes('"trial":6,"attempt":1,"by"'));
    place.write('demo.jsonl', lines.with(at, lines[at]!.replace(/"units":\d+/, '"units":18')).join('\n'));
    const { code: found, out } = await place.hypertide('verify', 'demo.jsonl');
    expect(found).toBe(1);
    expect(out).toMatch(new RegExp(`^demo.jsonl:${at + 1}: the suggestion differs`));
  });
});
