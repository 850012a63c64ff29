import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensurePage } from '../support/page.ts';
import { directory, hasTrace, hypertide, journalOf, studyIn, TRAINER, withoutSums } from './support.ts';

const MORE = `  act: { type: choice, values: [relu, tanh] }
  n: { type: int, low: 1, high: 9 }
  deep: { type: boolean }
`;

const run = (place: string, ...flags: string[]) => hypertide(place, 'run', 'study.yaml', ...flags, '--', ...TRAINER);

const studies = new Map<string, Promise<string>>();

/** A copy of a study of four parameters and four trials, which runs once for all tests. */
async function studied(more = 'trials: 4\n'): Promise<string> {
  const running = studies.get(more) ?? runStudy(more);
  studies.set(more, running);
  const place = directory();
  cpSync(await running, place, { recursive: true });
  return place;
}

async function runStudy(more: string): Promise<string> {
  const place = studyIn(more);
  const [head, ...rest] = readFileSync(join(place, 'study.yaml'), 'utf8').split('seed');
  writeFileSync(join(place, 'study.yaml'), `${head}${MORE}seed${rest.join('seed')}`);
  await run(place);
  return place;
}

describe('commands that read', () => {
  it('give no command of a trial that ran other parameters: its files may be of another study of this name', async () => {
    const place = await studied('trials: 4\n');
    for (const trial of [1, 2, 3, 4]) writeFileSync(join(place, 'study.trials', `trial-${trial}`, 'params.json'), '{"x":2}');
    expect((await hypertide(place, 'best', 'study.jsonl')).err).toMatch(/^as arguments: --x [\d.]+/);
  });

  it('say how many entries do not count, and why, and a run does so too', async () => {
    const place = await studied('trials: 4\n');
    const path = join(place, 'study.jsonl');
    expect((await hypertide(place, 'best', 'study.jsonl')).err).toMatch(
      /^as it ran: env (HYPERTIDE_PARAM_[A-Z]+=\w+ )+node \S+trainer\.mjs --x [\d.]+\n$/,
    );
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
    expect(again.err).toContain('resuming: 3 trials exist, 3 of them completed');
    expect(again.err).toMatch(/\d entries do not count/);
    expect(journalOf(place).filter(({ type }) => type === 'completed').length).toBe(4); // nothing was trained again
  });

  it('name the next useful command to a person at a terminal', async () => {
    const place = await studied('trials: 4\n');
    for (const stream of [process.stdout, process.stderr]) Object.defineProperty(stream, 'isTTY', { configurable: true, value: true });
    try {
      const next = async (...args: string[]) => /next: (.*)\n$/.exec((await hypertide(place, ...args)).err)?.[1];
      expect(await next('trials', 'study.jsonl')).toBe('hypertide best study.jsonl');
      expect(await next('best', 'study.yaml')).toMatch(/^hypertide why study\.jsonl \d$/);
      expect(await next('why', 'study.jsonl', '1')).toBe('hypertide importance study.jsonl');
      expect(await next('best', 'study.jsonl', '--json')).toBeUndefined();
    } finally {
      for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'isTTY');
    }
    expect((await hypertide(place, 'best', 'study.jsonl')).err).not.toContain('next:');
  });

  it('find the journal of a study file', async () => {
    const place = await studied('trials: 1\n');
    const [named, found] = [await hypertide(place, 'best', 'study.jsonl'), await hypertide(place, 'best', 'study.yaml')];
    expect(found).toEqual(named);
    writeFileSync(join(place, 'other.yaml'), readFileSync(join(place, 'study.yaml')));
    const { code, err } = await hypertide(place, 'best', 'other.yaml');
    expect(code).toBe(2);
    expect(err).toContain('other.yaml: expected its journal other.jsonl, which does not exist; "hypertide run other.yaml" creates it;');
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
    for (const more of [
      ['-n', '2'],
      ['--reference', 'value=1'],
    ]) {
      const both = await hypertide(place, 'best', 'study.jsonl', '--recommended', ...more);
      expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--recommended: leave out -n and --reference') });
    }
    expect((await hypertide(place, 'best', 'study.jsonl')).err).not.toContain('expected to gain'); // four results tell nothing
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

  it.each([['export'], ['report']])('%s says in a line where it cannot write', async (command) => {
    await ensurePage(); // a report is made of it
    const place = await studied('trials: 1\n');
    const { code, err } = await hypertide(place, command, 'study.jsonl', '-o', 'none/such');
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
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`^study\\.jsonl:${third + 1}: params\\.x is 0\\.9\\d* in the log, but 0\\.\\d+ recomputed; the 2 suggestions before`),
    );
    const json = JSON.parse((await hypertide(place, 'verify', 'study.jsonl', '--json')).out);
    expect(json).toMatchObject({ recomputed: 2, differs: { position: third + 1, field: 'params.x' } });
  });

  it('verify names damaged lines, and repair writes a copy without them', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    const none = await hypertide(place, 'repair', 'study.jsonl');
    expect([none.code, none.err]).toEqual([0, 'study.jsonl: no damage, so there is nothing to repair\n']);
    const lines = readFileSync(path, 'utf8').split('\n');
    const third = journalOf(place).findIndex(({ type, trial }) => type === 'completed' && trial === 3);
    writeFileSync(path, lines.with(third, lines[third]!.replace('"trial":3', '"trial":2')).with(1, 'rubbish').join('\n'));
    const { code, out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(code).toBe(1);
    expect(out).toContain(
      `study.jsonl:2: is not a JSON object; it is lost\nstudy.jsonl:${third + 1}: does not match its checksum; it can be restored\n`,
    );
    expect(out).toContain('"hypertide repair study.jsonl" writes a copy');
    const json = JSON.parse((await hypertide(place, 'verify', 'study.jsonl', '--json')).out);
    expect(json.damage).toMatchObject([{ line: 2 }, { line: third + 1 }]);
    const repaired = await hypertide(place, 'repair', 'study.jsonl', '-o', 'copy.jsonl');
    expect([repaired.code, repaired.out.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/^copy\.jsonl: all \d+ entries are there/)]);
    expect(await hypertide(place, 'verify', 'copy.jsonl')).toMatchObject({
      code: 0,
      out: '4 suggestions recomputed, all equal\n',
      err: '',
    });
    const resumed = await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER);
    expect(resumed.err).toContain('study.jsonl:2: expected a JSON object, but got "rubbish"; "hypertide repair" writes a copy');
    const printed = resumed.err.trimEnd().split('\n');
    expect(printed.at(-1)).toBe(
      '2 lines of the journal are damaged; "hypertide repair study.jsonl" writes a copy with all that can be restored',
    );
    expect(resumed.err.match(/hypertide repair/g)).toHaveLength(2); // at the beginning and at the end
    expect(resumed.code).toBe(1);
    const last = (await hypertide(place, 'run', 'study.yaml', '--json', '--', ...TRAINER)).out.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ damaged: 2 });
    const whole = await hypertide(place, 'run', 'study.yaml', '--journal', 'copy.jsonl', '--', ...TRAINER);
    expect([whole.code, whole.err]).toEqual([0, expect.not.stringContaining('damaged')]);
    expect(await hypertide(place, 'repair', 'study.jsonl', '-o', 'copy.jsonl')).toMatchObject({
      code: 2,
      err: 'hypertide: copy.jsonl: a file with this name exists already; choose another one with --output\n',
    });
    execFileSync('mkfifo', [join(place, 'pipe.jsonl')]);
    expect((await hypertide(place, 'repair', 'pipe.jsonl')).err).toContain('expected a file for the journal, got a pipe or a device');
    const other = await hypertide(place, 'repair', 'study.yaml');
    expect([other.code, other.err]).toEqual([2, 'hypertide: study.yaml: expected a journal, but there is no study in it\n']);
  });

  it('repair counts what is lost, and verify says that the last line is incomplete', async () => {
    const place = await studied();
    const path = join(place, 'study.jsonl');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, -20));
    expect((await hypertide(place, 'verify', 'study.jsonl')).err).toContain('study.jsonl: the last line is incomplete, so it does not count: ');
    const lines = text.split('\n');
    writeFileSync(path, lines.with(5, '?').with(6, '?').join('\n'));
    const { out, code } = await hypertide(place, 'repair', 'study.jsonl');
    expect(code).toBe(1);
    expect(out).toContain(
      `study.repaired.jsonl: 2 of ${lines.length - 1} entries are lost: 6, 7. To continue with it, move it to study.jsonl`,
    );
  });

  it('says in one line that a file is no journal, and warns of damaged lines', async () => {
    const place = await studied();
    writeFileSync(join(place, 'notes.txt'), 'parameters:');
    const other = await hypertide(place, 'trials', 'notes.txt');
    expect(other).toMatchObject({ code: 2, out: '', err: 'hypertide: notes.txt: expected a journal, but there is no study in it\n' });
    const path = join(place, 'study.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[4] = `rubbish ${lines[4]}`;
    writeFileSync(path, lines.join('\n'));
    const { code, err } = await hypertide(place, 'trials', 'study.jsonl');
    expect(code).toBe(0);
    expect(err).toContain('study.jsonl:5: expected a JSON object');
  });
});

describe('commands that are written into the journal', () => {
  it('enqueued parameters are tried next, with values of their types', async () => {
    const place = await studied();
    await hypertide(place, 'change', 'study.jsonl', '--more', '2');
    await hypertide(place, 'enqueue', 'study.jsonl', 'x=0.3', 'act=tanh', 'deep=true');
    await hypertide(place, 'enqueue', 'study.jsonl', '{"n": 3}', '--json');
    await run(place);
    expect(journalOf(place).filter(({ by }) => by === 'queue')).toMatchObject([
      { trial: 5, params: { x: 0.3, act: 'tanh', deep: true } },
      { trial: 6, params: { n: 3 } },
    ]);
    const { out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(out).toBe('6 suggestions recomputed, all equal\n');
  });

  it('the strategy chooses the rest of what is enqueued', async () => {
    const place = await studied();
    await hypertide(place, 'enqueue', 'study.jsonl', 'act=tanh', '--rest', 'strategy');
    await run(place);
    expect(journalOf(place).find(({ queue }) => queue !== undefined)).toMatchObject({
      by: 'auto/bo',
      params: { act: 'tanh' },
      tags: { fixed: 'act' },
    });
    const { out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(out).toBe('5 suggestions recomputed, all equal\n');
    expect((await hypertide(place, 'enqueue', 'study.jsonl', 'act=tanh', '--rest', 'me')).err).toContain('Allowed choices are strategy');
  });

  it('a study that has ended at its limit gets room for what is enqueued', async () => {
    const place = await studied();
    await hypertide(place, 'enqueue', 'study.jsonl', 'x=0.3');
    await hypertide(place, 'enqueue', 'study.jsonl', 'x=0.4');
    await run(place);
    expect(journalOf(place).filter(({ by }) => by === 'queue')).toMatchObject([{ params: { x: 0.3 } }, { params: { x: 0.4 } }]);
    const { out } = await hypertide(place, 'verify', 'study.jsonl');
    expect(out).toBe('6 suggestions recomputed, all equal\n');
  });

  it('a study that was closed says how to reopen it', async () => {
    const place = await studied();
    await hypertide(place, 'change', 'study.jsonl', '--more', '2');
    await hypertide(place, 'close', 'study.jsonl');
    const { err } = await hypertide(place, 'enqueue', 'study.jsonl', 'x=0.3');
    expect(err).toContain('the study has ended (person), so it would never be tried');
    expect(err).toContain('change a limit to reopen it');
  });

  it.each([
    [['enqueue', 'study.jsonl', 'x=2'], /x: expected .*, got 2/],
    [['enqueue', 'study.jsonl', 'y=2'], /y: expected one of x, act, n, deep/],
    [['enqueue', 'study.jsonl', 'x'], /x: expected name=value/],
    [['enqueue', 'study.jsonl', '{"x":'], /parameters: /],
    [['retract', 'study.jsonl', '9'], /there is no trial 9/],
    [['cancel', 'study.jsonl', '1'], /trial 1 has ended/],
    [['change', 'study.jsonl'], /nothing to change: give at least one of --trials, --more, /],
    [['change', 'study.jsonl', '--strategy', 'randm'], /strategy: got "randm"; did you mean random\? Expected one of /],
    [['change', 'study.jsonl', '--strategy', '{'], /--strategy: /],
    [
      ['change', 'study.jsonl', '--strategy', '{ grid: { levels: { nothing: 3 } } }'],
      /grid\.levels: expected names among x, .*, got "nothing"/,
    ],
    [['change', 'study.jsonl', '--more', '1', '--trials', '2'], /expected --trials or --more, got both/],
    [['change', 'study.jsonl', '--rules', '9'], /rules must be at most 5, not 9/],
  ])('%j is refused, and nothing is written', async (args, message) => {
    const place = await studied('trials: 1\n');
    const before = readFileSync(join(place, 'study.jsonl'), 'utf8');
    const ended = await hypertide(place, ...args);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(message);
    expect(ended.err.trim().split('\n')).toHaveLength(1);
    expect(hasTrace(ended)).toBe(false);
    expect(readFileSync(join(place, 'study.jsonl'), 'utf8')).toBe(before);
  });

  it('a retraction, a new strategy, a pause and more trials count from there on, and all can be recomputed', async () => {
    const place = await studied('trials: 6\nparallel: 2\nstrategy: { chain: [medianStop, sobol] }\n');
    const best = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out);
    await hypertide(place, 'retract', 'study.jsonl', String(best.trial));
    const next = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out);
    expect(next.values.value).toBeGreaterThan(best.values.value);
    await hypertide(
      place,
      'change',
      'study.jsonl',
      '--more',
      '3',
      '--strategy',
      '{chain: [{take: [2, halton]}, random]}',
      '--parallel',
      '1',
    );
    const ended = await run(place);
    expect(ended.code, ended.err).toBe(0);
    expect(
      journalOf(place)
        .filter(({ type }) => type === 'suggested')
        .slice(6),
    ).toMatchObject([{ by: '#2/take/halton' }, { by: '#2/take/halton' }, { by: '#2/random' }]);
    await hypertide(place, 'retract', 'study.jsonl', '8');
    await hypertide(place, 'change', 'study.jsonl', '--more', '2', '--pause', '--rules', '2');
    await hypertide(place, 'change', 'study.jsonl', '--resume');
    await run(place);
    expect((await hypertide(place, 'verify', 'study.jsonl')).out).toBe('11 suggestions recomputed, all equal\n');
  });

  it('a later change is undone only by values that are new in the study file', async () => {
    const place = await studied('trials: 2\nparallel: 1\nseconds: 600\n');
    await hypertide(place, 'change', 'study.jsonl', '--trials', '4', '--seconds', '500');
    await run(place);
    const suggested = () => journalOf(place).filter(({ type }) => type === 'suggested');
    expect(suggested()).toHaveLength(4);
    writeFileSync(join(place, 'study.yaml'), readFileSync(join(place, 'study.yaml'), 'utf8').replace('trials: 2', 'trials: 5'));
    await run(place);
    expect(suggested()).toHaveLength(5);
    const changes = () => journalOf(place).flatMap(({ type, limits }) => (type === 'changed' ? [limits] : []));
    expect(changes()).toEqual([{ trials: 4, seconds: 500 }, { trials: 5 }]);
    await hypertide(place, 'change', 'study.jsonl', '--trials', '3');
    await run(place);
    expect(changes()).toHaveLength(3); // the file has not changed since it was taken in
    await run(place, '--trials', '6');
    expect(suggested()).toHaveLength(6);
  });

  it('a paused study does not run, and prints how to resume it', async () => {
    const place = await studied('trials: 2\n');
    await hypertide(place, 'change', 'study.jsonl', '--more', '1', '--pause');
    const before = journalOf(place).length;
    const paused = await run(place);
    expect(paused.code).toBe(1);
    expect(paused.err).toContain('the study is paused; the study is in study.jsonl');
    expect(paused.err).toContain('to continue: hypertide change study.jsonl --resume, then the same command\n');
    expect(JSON.parse((await run(place, '--json')).out)).toMatchObject({ reason: 'paused', completed: 2 });
    expect(journalOf(place)).toHaveLength(before);
    await hypertide(place, 'change', 'study.jsonl', '--resume');
    expect((await run(place)).code).toBe(0);
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', reason: 'trials' });
  });

  it.each([
    ['target: 5', '--target', '-0.5'],
    ['cost: 1', '--cost', '2.5'],
    ['plateau: 1', '--plateau', '100'],
  ])('a study that ended by its %s continues with a new one', async (limit, option, value) => {
    const place = await studied(`strategy: sobol\ntrials: 8\n${limit}\n`);
    const suggested = () => journalOf(place).filter(({ type }) => type === 'suggested').length;
    expect(suggested()).toBeLessThan(8);
    const again = await run(place);
    expect(again.err).toContain(`to continue: hypertide change study.jsonl ${option === '--plateau' ? '--more 10' : option}`);
    expect((await hypertide(place, 'change', 'study.jsonl', option, value)).code).toBe(0);
    const before = suggested();
    await run(place);
    expect(suggested()).toBeGreaterThan(before);
  });

  it('a study that a person has closed continues only after a change', async () => {
    const place = await studied('trials: 2\n');
    await hypertide(place, 'change', 'study.jsonl', '--more', '1');
    expect(await hypertide(place, 'close', 'study.jsonl', '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"person"') });
    expect((await hypertide(place, 'close', 'study.jsonl')).err).toBe(
      'hypertide: the study is closed already (person); change a limit to reopen it\n',
    );
    expect((await run(place)).err).toContain('the study was closed');
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', best: { trial: expect.any(Number) } });
    await hypertide(place, 'change', 'study.jsonl', '--more', '1');
    await run(place);
    expect(journalOf(place).filter(({ type }) => type === 'completed')).toHaveLength(4);
  });

  it('gives no advice if nothing is left to try', async () => {
    const place = studyIn('trials: 8\nstrategy: { grid: { levels: { x: 2 } } }\n');
    await run(place);
    const again = await run(place);
    expect(again.err).toContain('there is nothing left to try');
    expect(again.err).not.toContain('hypertide change');
  });
});

describe('import', () => {
  it('takes finished trials from what export writes, as lines and as a table', async () => {
    const place = await studied();
    for (const format of ['jsonl', 'csv']) {
      await hypertide(place, 'export', 'study.jsonl', '--format', format, '-o', `results.${format}`);
      const args = ['import', `results.${format}`, '--journal', `${format}.jsonl`, '--study', 'study.yaml', '--json'];
      const ended = await hypertide(place, ...args);
      expect(ended, ended.err).toMatchObject({ code: 0, out: '{"imported":4,"unfinished":0,"bad":0}\n' });
      const rows = async (name: string) => JSON.parse((await hypertide(place, 'trials', name, '--json')).out);
      const told = (row: { params: unknown; values: unknown; status: string }) => [row.params, row.values, row.status];
      expect((await rows(`${format}.jsonl`)).map(told)).toEqual((await rows('study.jsonl')).map(told));
      const going = await run(place, '--journal', `${format}.jsonl`);
      expect(going.code, going.err).toBe(0);
      expect((await hypertide(place, 'verify', `${format}.jsonl`)).out).toBe('4 suggestions recomputed, all equal\n');
    }
  });

  it('names bad rows with their lines, and passes them over', async () => {
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
    const ended = await hypertide(place, 'import', 'rows.jsonl', '--journal', 'study.jsonl');
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('2 trials imported, 1 without a result and 5 bad lines skipped');
    for (const line of [2, 3, 4, 5, 6]) expect(ended.err).toMatch(new RegExp(`^rows\\.jsonl:${line}: \\S`, 'm'));

    writeFileSync(
      join(place, 'rows.csv'),
      'x,act,n,deep,value,note\n0.1,relu,2,true,0.5,"a, b"\n0.2,elu,2,true,0.5,\n0.3,relu,2,true\n0.4,tanh,3,FALSE,0.25,\n',
    );
    const table = await hypertide(place, 'import', 'rows.csv', '--journal', 'study.jsonl');
    expect(table.err).toContain('2 trials imported, 0 without a result and 2 bad lines skipped');
    expect(table.err).toMatch(/^rows\.csv:3: act: expected/m);
    expect(table.err).toMatch(/^rows\.csv:4: /m);
    expect(journalOf(place).at(-2)).toMatchObject({ by: 'import', params: { x: 0.4, act: 'tanh', n: 3, deep: false } });
  });
});

it('a journal that is cut at any byte opens, and continues without losing a finished trial', async () => {
  const place = await studied('trials: 3\nparallel: 3\n');
  const path = join(place, 'study.jsonl');
  const whole = readFileSync(path);
  const places = [0, 1, 5, 9, 200, whole.indexOf('\n'), whole.indexOf('\n') + 1, 900, 1500, whole.length - 1];
  for (const cut of places) {
    writeFileSync(path, whole.subarray(0, cut));
    const finished = journalOf(place).filter(({ type }) => type === 'completed');
    const ended = await run(place);
    expect(ended.code, `${cut}: ${ended.err}`).toBe(0);
    const now = journalOf(place);
    expect(now.filter(({ type }) => type === 'completed').slice(0, finished.length)).toEqual(finished);
    expect(now.at(-1)).toMatchObject({ type: 'closed', reason: 'trials' });
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  }
});
