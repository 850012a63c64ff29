import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import { parseStudy } from '../../src/studyFile/studyFile.ts';
import type { Ended } from '../support/started.ts';
import {
  completed,
  directory,
  expectRefused,
  expectVerified,
  hasTrace,
  hypertide,
  journalOf,
  run,
  start,
  studyIn,
  TRAINER,
  until,
} from './support.ts';

it('without a study file, run shows an example that is a study', async () => {
  const { code, out, err } = await hypertide(directory(), 'run');
  expect([code, out]).toEqual([2, '']);
  const [, file] = /study\.yaml:\n\n([\s\S]*?)\n\nand/.exec(err)!;
  const { space } = parseStudy(parse(file!));
  const [, command] = /run study\.yaml -- (.*)/.exec(err)!;
  expect([...command!.matchAll(/{(\w+)}/g)].map(([, name]) => name)).toEqual(Object.keys(space.decode([0.5, 0.5])));
});

const readIfThere = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const expectNoTrace = (ended: Ended) => expect(hasTrace(ended), ended.err).toBe(false);

describe('run', () => {
  it('runs a program for each trial, some at a time, and shows the best', async () => {
    const place = studyIn('trials: 6\nparallel: 2\n');
    const { code, out, err } = await run(place);
    expect(code, err).toBe(0);
    expect(completed(place)).toHaveLength(6);
    const best = Math.min(...completed(place).map(({ values }) => (values as { value: number }).value));
    expect(out).toContain(`value ${Number(best.toPrecision(5))}: trial `);
    expect(out).toBe((await hypertide(place, 'best', 'study.jsonl')).out);
    expect(err).not.toContain(out);
    expect(err).toContain('all trials are done');
    const slots = [1, 2, 3, 4, 5, 6].map((trial) => readFileSync(join(place, `study.trials/trial-${trial}/attempt-1.log`), 'utf8')[5]);
    expect(new Set(slots)).toEqual(new Set(['0', '1']));
    await expectVerified(place);
  });

  it('runs as many trials at a time as the machine has room for', async () => {
    const place = studyIn('trials: 4\nparallel: 4\nrequires: { gpu: 1, memory: 2GiB }\n');
    expectRefused(await run(place));
    expect(existsSync(join(place, 'study.jsonl'))).toBe(false);
    const { code, err } = await run(place, [], ['--slots', 'gpu=2', 'memory=5GB']);
    expect(code, err).toBe(0);
    expect(err).toMatch(/^trials +4, 2 at a time$/m);
    const slots = [1, 2, 3, 4].map((trial) => readFileSync(join(place, `study.trials/trial-${trial}/attempt-1.log`), 'utf8')[5]);
    expect(new Set(slots)).toEqual(new Set(['0', '1']));
    expectRefused(await run(place, [], ['--slots', 'gpu=0.5', 'memory=5GB']));
  });

  it('names the parameters that have priors, and the log has them', async () => {
    const place = directory();
    const C = { type: 'float', low: 1, high: 1000, log: true };
    writeFileSync(
      join(place, 'study.yaml'),
      JSON.stringify({ program: 'sklearn.svm.SVC', parameters: { C, x: { type: 'float', low: 0, high: 1 } }, trials: 1 }),
    );
    const once = () => hypertide(place, 'run', 'study.yaml', '--', 'node', '-e', 'console.log("value=1")', '{args}');
    expect((await once()).err).toMatch(/^ *priors +of C$/m);
    const [created] = readFileSync(join(place, 'study.jsonl'), 'utf8').split('\n');
    expect(created).toContain('"prior":{"logNormal":{"median":10,"sigma":2.3}}');
  });

  it('writes a JSON line for each trial, and one at the end, and nothing else to standard output', async () => {
    const place = studyIn('trials: 3\nobjectives: { value: minimize }\n');
    const { out } = await run(place, [], ['--json']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ trial: 1 }, { trial: 2 }, { trial: 3 }, { reason: 'trials', trials: 3, completed: 3 }]);
    expect(lines[3].best.values.value).toBe(Math.min(...lines.slice(0, 3).map(({ values }) => values.value)));
  });

  it('prints how to resume, whenever the second Ctrl-C comes', async () => {
    const place = studyIn('trials: 1\n');
    const { child, ended, said } = start(place, 'run', 'study.yaml', '--', ...TRAINER, '--steps', '1000', '--sleep', '0.05');
    await until(() => existsSync(join(place, 'study.trials/trial-1/attempt-1.log')));
    await until(() => readIfThere(join(place, 'study.trials/trial-1/attempt-1.log')) !== '');
    child.kill('SIGINT');
    await until(() => said().includes('ending the running trial'));
    const repeat = setInterval(() => child.exitCode === null && !said().includes('to resume') && child.kill('SIGINT'), 1);
    const { err } = await ended;
    clearInterval(repeat);
    expect(err).toContain('to resume: hypertide run study.yaml');
  });

  it('ends at once at the second Ctrl-C, whatever its programs do', async () => {
    const place = studyIn('trials: 1\ngrace: 600\n');
    const { child, ended, said } = start(
      place,
      'run',
      'study.yaml',
      '--',
      'sh',
      '-c',
      "trap '' TERM; echo value=1; while :; do sleep 0.1; done",
    );
    await until(() => readIfThere(join(place, 'study.trials/trial-1/attempt-1.log')).includes('value=1'));
    child.kill('SIGINT');
    await until(() => said().includes('ending the running trial;'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'failed', reason: 'preempted' });
  });

  it('resumes checkpoints at higher budgets', async () => {
    const place = studyIn(
      'trials: 9\nparallel: 2\nresumes: true\nstrategy: { chain: [{ asha: { min: 1, max: 9, pause: true } }, random] }\n',
    );
    const { code, err } = await run(place);
    expect(code, err).toBe(0);
    const promoted = journalOf(place).filter(({ type, resumes }) => type === 'suggested' && resumes !== undefined);
    expect(promoted.length).toBeGreaterThan(0);
    for (const { trial, budget } of promoted) {
      const log = readFileSync(join(place, `study.trials/trial-${trial}/attempt-1.log`), 'utf8');
      expect(log).toContain(`from step ${(budget as number) / 3}`);
    }
    await expectVerified(place);
  });

  it('lets members of a population resume from checkpoints of others', async () => {
    const place = studyIn('parallel: 2\nresumes: true\nstrategy: { pbt: { population: 4, interval: 2, max: 6 } }\n');
    // The order of results decides which member copies another: trials end in the order of their numbers.
    const { code, err } = await run(place, ['--mode', 'in-turn']);
    expect(code, err).toBe(0);
    const suggested = journalOf(place).filter(({ type }) => type === 'suggested') as unknown as SuggestedFact[];
    const later = suggested.filter(({ resumes }) => resumes !== undefined);
    for (const { trial, budget } of later) {
      const log = readFileSync(join(place, `study.trials/trial-${trial}/attempt-1.log`), 'utf8');
      expect(log).toContain(`from step ${budget! - 2}`);
    }
    const parent = ({ resumes }: SuggestedFact) => suggested.find(({ trial }) => trial === resumes)!;
    const clones = later.filter((fact) => parent(fact).tags!.pbt !== fact.tags!.pbt);
    expect(clones.length).toBeGreaterThan(0);
    for (const clone of clones) expect(clone.params).not.toEqual(parent(clone).params);
    expect(suggested.filter(({ budget }) => budget === 6)).toHaveLength(4);
    await expectVerified(place);
  });

  it('says what trains trials to their end if early stopping stopped each one', async () => {
    const place = studyIn('trials: 2\nstrategy: { chain: [{ patience: { steps: 1, delta: 9 } }, random] }\n');
    const ended = await run(place, ['--steps', '100', '--sleep', '0.05']);
    expect(ended.code).toBe(7);
    const command = 'change study.jsonl --trials +20 --strategy auto';
    expect(ended.err).toContain(
      `no trial was completed, because early stopping stopped each one; "hypertide ${command}" and this command train more trials, to their end`,
    );
    await hypertide(place, ...command.replace('20', '1').split(' '));
    expect((await run(place)).code).toBe(0);
    expect(completed(place)).toHaveLength(1);
  });

  it('says at the end where trials crash, and refers to the first of equal failures', async () => {
    const place = studyIn('trials: 10\nstrategy: { grid: { levels: { x: 10 } } }\n');
    const program = 'case {x} in 0.[6-9]*|1) echo value=1;; *) echo no memory at 0x$$ >&2; exit 3;; esac';
    const { err } = await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', program);
    expect(err, err).toMatch(/all 6 trials with x <= 0\.5556 failed: exited with code 3: no memory at 0x\d/);
    const [first] = /(?<=trial )\d+(?= failed \(error: exited)/.exec(err)!;
    expect(err.match(/\(error: as trial \d+\)/g)).toEqual(Array(5).fill(`(error: as trial ${first})`));
  });

  it('says what early stopping did, as best does', async () => {
    const place = studyIn('epochs: 9\ntrials: 16\nparallel: 4\n');
    const program = 'for e in 1 2 3 4 5 6 7 8 9; do echo "epoch $e loss: $1"; sleep 0.05; done'; // long enough to be stopped
    const { out, err } = await hypertide(place, 'run', 'study.yaml', '--json', '--', 'sh', '-c', program, 'sh', '{x}');
    const { early } = JSON.parse(out.trim().split('\n').at(-1)!);
    expect(early, err).toMatchObject({ trials: 16, longest: 9, allowed: 9 });
    expect(early.complete).toBeLessThan(16);
    expect(JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out).early).toEqual(early);
    const again = await hypertide(place, 'best', 'study.jsonl');
    expect(again.err).toContain(`${early.complete} of 16 trials were trained to the end`);
  });

  it('says that all results are equal, after the fifth and at the end', async () => {
    const place = studyIn('trials: 7\n');
    const { err } = await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo rmse=1.21', 'sh', '{x}');
    expect(err).toMatch(/trial 5.*\n.*rmse is 1\.21 for all 5 configurations/);
    expect(err).toMatch(/all trials are done.*\n.*rmse is 1\.21 for all 7 configurations/);
    const other = await hypertide(studyIn('trials: 7\n'), 'run', 'study.yaml', '--', 'sh', '-c', 'echo rmse=$1', 'sh', '{x}');
    expect(other.err).not.toContain('for all');
  });

  it('shows the front at the end if there are several objectives', async () => {
    const place = studyIn('trials: 6\nobjectives: { a: minimize, b: minimize }\nstrategy: { grid: { levels: { x: 6 } } }\n');
    const trainer = ['sh', '-c', 'echo "a=$1 b=$([ $2 -gt 4 ] && echo 1 || echo 0)"', 'sh', '{x}', '{trial}'];
    const { out } = await hypertide(place, 'run', 'study.yaml', '--', ...trainer);
    expect(out).toBe((await hypertide(place, 'best', 'study.jsonl')).out);
    const json = (await hypertide(place, 'run', 'study.yaml', '--json', '--', ...trainer)).out;
    expect(JSON.parse(json).front).toEqual(JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out).rows);
  });

  it('shows what violates a constraint as infeasible, and not as the best', async () => {
    const place = studyIn('trials: 4\nstrategy: { grid: { levels: { x: 4 } } }\n');
    const said = 'echo "{{\\"value\\": $1, \\"constraints\\": [$(awk "BEGIN {{print 0.5 - $1}}")]}}"';
    await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', said, 'sh', '{x}');
    expect((await hypertide(place, 'best', 'study.jsonl', '-n', '4')).out.trim().split('\n')).toHaveLength(3); // the header, and two feasible trials
    expect(JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out).params.x).toBeGreaterThan(0.5);
    expect((await hypertide(place, 'trials', 'study.jsonl')).out.match(/completed: infeasible/g)).toHaveLength(2);
    for (const format of ['jsonl', 'csv']) {
      await hypertide(place, 'export', 'study.jsonl', '--format', format, '-o', `rows.${format}`);
      await hypertide(place, 'study', 'create', 'study.yaml', `${format}.jsonl`);
      await hypertide(place, 'study', 'import', `${format}.jsonl`, `rows.${format}`);
      expect((await hypertide(place, 'trials', `${format}.jsonl`)).out.match(/completed: infeasible/g)).toHaveLength(2);
    }
  });

  it('with atTimeLimit: stop, takes the last report of a trial that reaches its time limit', async () => {
    const place = studyIn('trials: 2\nparallel: 2\ntimeLimit: 1.5\natTimeLimit: stop\ngrace: 0.2\n');
    const script = 'if [ $1 = 1 ]; then echo "epoch=1 value=3"; echo "epoch=2 value=2"; fi; sleep 30';
    await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', script, 'sh', '{trial}', '{x}');
    const ends = journalOf(place).filter(({ type }) => type === 'stopped' || type === 'failed');
    expect(ends.sort((a, b) => a.trial - b.trial)).toMatchObject([
      { trial: 1, type: 'stopped', by: 'timeLimit', step: 2 },
      { trial: 2, type: 'failed', reason: 'timeout' },
    ]);
  });

  it('refuses a second run with another command, and requests that do not suit the study', async () => {
    const place = studyIn('trials: 2\n');
    const { child, ended } = start(place, 'run', 'study.yaml', '--', ...TRAINER, '--sleep', '30');
    await until(() => journalOf(place).some(({ type }) => type === 'started'));
    const other = await run(place);
    const command = await hypertide(place, 'trial', 'retract', 'study.jsonl', '1');
    const best = await hypertide(place, 'best', 'study.jsonl');
    child.kill('SIGKILL');
    await ended;
    expect(best).toMatchObject({ code: 7, out: 'no trial is completed yet\n' });
    expectRefused(other);
    expectRefused(command);
  });

  it('touches no file that is not a journal', async () => {
    const place = studyIn('trials: 1');
    copyFileSync(join(place, 'study.yaml'), join(place, 'copy.yaml'));
    expectRefused(await run(place, [], ['--journal', 'copy.yaml']));
    expect(readFileSync(join(place, 'copy.yaml'), 'utf8')).toBe(readFileSync(join(place, 'study.yaml'), 'utf8'));
  });

  it.each([
    [['run', 'study.yaml'], /there is no command to run/],
    [['run', 'study.yaml', '--', 'no-such-program'], /no-such-program: there is no such program/],
    [['run', 'study.yaml', '--', 'node', '--lr', '{lr}'], /\{lr\} is not a parameter/],
    [['run', 'stduy.yaml', '--', 'node'], /stduy.yaml: cannot be read: there is no such file/],
    [['run', 'study.yaml', '--paralel', '2', '--', 'node'], /^hypertide: unknown option '--paralel'.*\n?.*parallel/],
    [['run', 'study.yaml', 'node', '--lr', '{lr}'], /unknown option '--lr'\n\(the command of your program comes after --/],
    [['run', 'study.yaml', '--parallel', '0', '--', 'node'], /whole number of at least 1/],
    [['run', 'study.yaml', 'too.yaml', '--', 'node'], /^hypertide: expected fewer words: too.yaml\n/],
    [['run', 'study.yaml', '--idle', '60', '--', 'node'], /^hypertide: unknown option '--idle'\n/],
    [['best', 'study.jsonl', '--', 'node'], /^hypertide: expected no program after --, got node\n/],
    [
      ['check', 'study.yaml', '--time-limit', '5x', '--', 'node'],
      /^hypertide: --time-limit: expected a time above 0, such as 90 \(seconds\), .*, got 5x\n/,
    ],
    [['bst', 'study.jsonl'], /unknown command 'bst'.*\n?.*best/],
    [['best', 'study.jsonl'], /there is no study yet/],
    [['why', '22'], /^hypertide: expected the address of a study, .*: there is none in this folder\n$/],
    [
      ['study', 'plot', 'study.jsonl'],
      /^hypertide: kind: expected one of history, .*, hypervolume, schedule, examples, got study\.jsonl\n/,
    ],
    [['study', 'plot'], /^hypertide: kind is missing: expected one of history, .*, hypervolume, schedule, examples\n/],
    [['study', 'plot', 'study.jsonl', 'histroy'], /^hypertide: kind: expected one of history, .*, got histroy; did you mean history\?\n/],
    [
      ['trials', 'study.jsonl', '--status', 'compleetd'],
      /^hypertide: --status: expected one of .*, got compleetd; did you mean completed\?\n/,
    ],
    [['run', 'study.yaml', '--log-format', 'xml'], /^hypertide: --log-format: expected one of pretty, json, got xml\n/],
    [['best', 'study.jsonl', '-n', '0'], /^hypertide: --number: expected a whole number of at least 1, got 0\n/],
    [['run', 'study.yaml', '--parallel', 'x', '--', 'true'], /^hypertide: --parallel: expected a whole number of at least 1, got x\n/],
  ])('%j is wrong usage', async (args, message) => {
    const ended = await hypertide(studyIn(), ...args);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(message);
    expectNoTrace(ended);
  });

  it('refuses parameters that would share a variable, before anything is written', async () => {
    const place = studyIn();
    writeFileSync(join(place, 'study.yaml'), 'parameters: { a-b: { type: int, low: 1, high: 2 }, a_b: { type: int, low: 1, high: 2 } }\n');
    expectRefused(await hypertide(place, 'run', 'study.yaml', '--', 'true'));
    expect(journalOf(place)).toEqual([]);
  });
});
