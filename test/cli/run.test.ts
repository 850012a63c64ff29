import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Started, SuggestedFact } from '../../src/facts/facts.ts';
import { completedIn, jsonLines, studyFile, until, type Workplace, workplace } from './support.ts';

const quick = ['sh', '-c', 'echo "loss={lr}"'];
/** Says once where it runs, and takes its time. */
const slow = ['sh', '-c', 'echo $$ {slot} >> slots; sleep 0.3; echo "step=1 loss=1"; sleep 0.3; echo "loss={lr}"'];
const run = (...words: string[]) => ['run', 'study.yaml', ...words];
const suggested = (place: Workplace) => place.facts().filter((fact): fact is SuggestedFact => fact.type === 'suggested');
const isSilent = (text: string) => !/^\s+at |node:internal|Error:/m.test(text);

describe('hypertide run', () => {
  it('tries what was asked for, in distinct slots, shows the best, and is verified', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    const { code, out, err } = await place.hypertide(...run('--trials', '6', '--json', '--', ...slow));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows = jsonLines(out) as { trial: number; values: { loss: number }; params: { lr: number } }[];
    expect(rows).toHaveLength(7);
    for (const { values, params } of rows.slice(0, 6)) expect(values.loss).toBe(params.lr);
    expect(rows[6]).toMatchObject({
      reason: 'trials',
      trials: 6,
      best: { values: { loss: Math.min(...rows.slice(0, 6).map((r) => r.values.loss)) } },
    });
    const slots = place
      .read('slots')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1]);
    expect(new Set(slots.slice(0, 3))).toEqual(new Set(['0', '1', '2']));
    expect(new Set(slots)).toEqual(new Set(['0', '1', '2']));

    expect(await place.hypertide('verify', 'demo.jsonl', '--json')).toMatchObject({ code: 0, out: '{"recomputed":6}\n' });
    const again = await place.hypertide(...run('--trials', '6', '--', ...quick));
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('nothing to do, all trials are done') });
    expect(again.out.split('\n')[0]).toMatch(/^trial +loss +lr +units/);
    expect((await place.hypertide(...run('--trials', '9', '--', ...quick))).code).toBe(0);
    expect(completedIn(place.facts())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('loses no finished trial when it is killed, and tries those again that were open', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    const { child, done } = place.start(run('--', ...slow));
    await until(() => completedIn(place.facts()).length >= 4);
    child.kill('SIGKILL');
    await done;
    const before = completedIn(place.facts());
    const open = suggested(place)
      .map(({ trial }) => trial)
      .filter((trial) => !before.includes(trial));
    expect(open.length).toBeGreaterThan(0);
    const { code, err } = await place.hypertide(...run('--', ...quick));
    expect(err.split('\n').filter((line) => line.includes('does not count'))).toEqual([]);
    expect(code).toBe(0);
    expect(completedIn(place.facts())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const second = suggested(place)
      .filter(({ attempt }) => attempt === 2)
      .map(({ trial }) => trial);
    expect(second.length).toBeGreaterThan(0);
    for (const trial of second) expect(open).toContain(trial);
    expect((await place.hypertide('verify', 'demo.jsonl')).out).toBe(`${suggested(place).length} suggestions recomputed, all equal\n`);
  });

  it('ends its programs at Ctrl-C, says how to go on, and does; nobody else may write meanwhile', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    const { child, done } = place.start(run('--trials', '100', '--', ...slow));
    await until(() => completedIn(place.facts()).length >= 1);
    const refused = await Promise.all([place.hypertide(...run('--', ...quick)), place.hypertide('change', 'demo.jsonl', '--pause')]);
    for (const { code, out, err } of refused) {
      expect(err).toMatch(/^hypertide: .*demo\.jsonl: process \d+ on .* is writing this journal.*\n$/);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
    child.kill('SIGINT');
    const { code, err } = await done;
    expect(code).toBe(130);
    expect(err).toContain(`go on with: hypertide run study.yaml --trials 100 -- sh -c 'echo $$ {slot}`);
    expect(
      place
        .facts()
        .filter((fact) => fact.type === 'failed')
        .every(({ reason }) => reason === 'preempted'),
    ).toBe(true);
    expect(existsSync(join(place.directory, 'demo.jsonl.lock'))).toBe(false);
    expect((await place.hypertide(...run('--trials', '50', '--', ...quick))).code).toBe(0);
    expect(completedIn(place.facts())).toHaveLength(50);
  });

  it('kills programs that will not end at the second Ctrl-C', async () => {
    const place = workplace({ 'study.yaml': studyFile.replace('grace: 1', 'grace: 60') });
    const stubborn = ['sh', '-c', 'trap "" TERM; echo $$ >> pids; while true; do sleep 0.1; done'];
    const { child, done } = place.start(run('--parallel', '1', '--', ...stubborn));
    await until(() => existsSync(join(place.directory, 'pids')) && place.read('pids').endsWith('\n'));
    child.kill('SIGINT');
    await until(() => place.facts().length > 0 && child.exitCode === null);
    setTimeout(() => child.kill('SIGINT'), 300);
    expect((await done).code).toBe(130);
    expect(() => process.kill(Number(place.read('pids')), 0)).toThrow('ESRCH');
  });

  it('takes all that a program may print or do', async () => {
    const trainer = `case $1 in
      1) echo rubbish; echo '{"loss": '; head -c 100000 /dev/urandom;;
      2) echo loss=NaN;;
      3) echo '{"step": 1, "loss": Infinity}';;
      4) echo 'step=-1 loss=3'; echo loss=4;;
      5) exit 3;;
      6) echo 'boom' >&2; kill -9 $$;;
      7) echo loss=high;;
      8) echo step=5 loss=1; echo step=2 loss=2;;
      *) echo loss=9;;
    esac`;
    const place = workplace({ 'study.yaml': studyFile, 'trainer.sh': trainer });
    const { code, err } = await place.hypertide(...run('--trials', '9', '--', 'sh', 'trainer.sh', '{trial}'));
    expect(code).toBe(0);
    expect(isSilent(err)).toBe(true);
    expect(completedIn(place.facts())).toEqual([4, 8, 9]);
    for (const line of [
      'trial 1 failed (error): exited 0 without a result',
      'trial 2 failed (non-finite)',
      'trial 3 failed (non-finite)',
      'trial 4: the report of step -1: expected a step that is a whole number from 0 on',
      'trial 5 failed (error): exited with code 3',
      'trial 6 failed (error): killed by SIGKILL: boom',
      'trial 7: the result: expected a number for loss, got "high"',
      'trial 8 has already reported step 5, so step 2 comes too late',
    ]) {
      expect(err).toContain(line);
    }
    expect((await place.hypertide('verify', 'demo.jsonl')).code).toBe(0);
  });

  it('refuses what cannot work before it begins a journal', async () => {
    const place = workplace({
      'study.yaml': studyFile,
      'several.yaml': studyFile.replace('loss: minimize', 'loss: minimize\n  size: minimize'),
      'typo.yaml': studyFile.replace('population', 'populatoin'),
    });
    const cases = [
      [run('--', 'no-such-program'), 'no-such-program: there is no such program'],
      [run('--', 'sh', '{lrr}'), '{lrr}: {lrr} is no parameter; did you mean lr? (write {{ for a brace)'],
      [run(), 'there is no command to run: put it behind --, or into the study file'],
      [['run', 'several.yaml', '--', ...quick], 'ga compares trials by one objective; this study has several'],
      [['run', 'typo.yaml', '--', ...quick], 'typo.yaml:7:19: strategy.ga.populatoin: expected one of population,'],
    ] as const;
    for (const [words, message] of cases) {
      const { code, out, err } = await place.hypertide(...words);
      expect(err.startsWith(`hypertide: ${message}`), err).toBe(true);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
      expect({ code, out }).toEqual({ code: message.startsWith('ga') ? 1 : 2, out: '' });
    }
    expect(existsSync(join(place.directory, 'demo.jsonl'))).toBe(false);
  });

  it('refuses a journal of another space, seed or strategy, with the differences', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    await place.hypertide(...run('--trials', '2', '--', ...quick));
    const before = place.read('demo.jsonl');
    place.write(
      'study.yaml',
      studyFile.replace('high: 64', 'high: 128').replace('seed: 1', 'seed: 2').replace('population: 4', 'population: 5'),
    );
    const { code, out, err } = await place.hypertide(...run('--', ...quick));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    for (const part of [
      'space.parameters.units.high is 64 in the log, but 128 here',
      'strategy.ga.population is 4 in the log, but 5 here',
      'seed is "1"',
    ]) {
      expect(err).toContain(part);
    }
    expect(place.read('demo.jsonl')).toBe(before);
  });

  it('goes on from a journal that was cut anywhere', async () => {
    const place = workplace({ 'study.yaml': studyFile });
    await place.hypertide(...run('--', ...quick));
    const journal = join(place.directory, 'demo.jsonl');
    const whole = readFileSync(journal);
    for (const share of [0, 0.003, 0.37, 0.61, 0.9999]) {
      writeFileSync(journal, whole);
      truncateSync(journal, Math.floor(whole.length * share));
      const kept = completedIn(place.facts());
      const { code, err } = await place.hypertide(...run('--', ...quick));
      expect({ code, silent: isSilent(err) }, err).toEqual({ code: 0, silent: true });
      expect(completedIn(place.facts())).toHaveLength(12);
      expect(completedIn(place.facts()).filter((trial) => kept.includes(trial))).toEqual(kept);
    }
    expect((await place.hypertide('verify', 'demo.jsonl')).code).toBe(0);
  });

  it('says in one line that the disk is full, and goes on when there is room again', async () => {
    const place = workplace({ 'study.yaml': studyFile.replace('trials: 12', 'trials: 40') });
    const { done } = place.start(run('--', ...quick), { through: ['bash', '-c', 'ulimit -f 8; exec "$@"', 'limited'] });
    const { code, err } = await done;
    expect(code).toBe(1);
    expect(err.match(/^hypertide: .*$/gm)).toEqual([expect.stringContaining('demo.jsonl: could not append (EFBIG')]);
    const kept = completedIn(place.facts());
    expect(kept.length).toBeGreaterThan(5);
    expect((await place.hypertide(...run('--', ...quick))).code).toBe(0);
    expect(completedIn(place.facts())).toHaveLength(40);
    expect((await place.hypertide('verify', 'demo.jsonl')).code).toBe(0);
  });

  it('ends when its time is up, and the same command has its time anew', async () => {
    const place = workplace({ 'study.yaml': studyFile.replace('trials: 12', 'trials: 1000\nseconds: 1') });
    const words = run('--', ...slow);
    expect((await place.hypertide(...words)).err).toContain('the time is up');
    const first = completedIn(place.facts());
    expect((await place.hypertide(...words)).err).toContain('the time is up');
    expect(completedIn(place.facts()).length).toBeGreaterThan(first.length);
    expect((await place.hypertide('verify', 'demo.jsonl')).code).toBe(0);
    const runs = place.facts().filter((fact): fact is Started => fact.type === 'started');
    expect(new Set(runs.map(({ run: id }) => id)).size).toBe(runs.length);
  });
});
