import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, studied } from './readyStudy.ts';
import { expectRecomputed, hasTrace, hypertide, journalOf, studyIn } from './support.ts';

describe('commands that are written into the journal', () => {
  it('enqueued parameters are tried next, with values of their types', async () => {
    const place = await studied();
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+2');
    await hypertide(place, 'trial', 'enqueue', 'study.jsonl', 'x=0.3', 'act=tanh', 'deep=true');
    await hypertide(place, 'trial', 'enqueue', 'study.jsonl', '{"n": 3}');
    await run(place);
    expect(journalOf(place).filter(({ by }) => by === 'queue')).toMatchObject([
      { trial: 5, params: { x: 0.3, act: 'tanh', deep: true } },
      { trial: 6, params: { n: 3 } },
    ]);
    expectRecomputed(await hypertide(place, 'verify', 'study.jsonl'), 6);
  });

  it('a proposal is tried when the study asks its proposer, with the reason', async () => {
    const place = studyIn('trials: 2\nstrategy: { chain: [{ external: agent }, random] }\n');
    await hypertide(place, 'study', 'create', 'study.yaml');
    await hypertide(place, 'trial', 'enqueue', 'study.jsonl', 'x=0.3', '--as', 'agent', '--note', 'a guess');
    await hypertide(place, 'trial', 'enqueue', 'study.jsonl', 'x=0.4', '--as', 'agent');
    await run(place);
    expect(journalOf(place).filter(({ type }) => type === 'suggested')).toMatchObject([
      { by: 'external', params: { x: 0.3 }, tags: { note: 'a guess' } },
      { by: 'external', params: { x: 0.4 } },
    ]);
  });

  it('a study that was closed says how to reopen it', async () => {
    const place = await studied();
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+2');
    await hypertide(place, 'study', 'close', 'study.jsonl');
    const { err } = await hypertide(place, 'trial', 'enqueue', 'study.jsonl', 'x=0.3');
    expect(err).toContain('the study has ended (person), so it would never be tried');
    expect(err).toContain('change a limit to reopen it');
  });

  it.each([
    [['trial', 'enqueue', 'study.jsonl', 'x=2'], /x: expected .*, got 2/],
    [['trial', 'enqueue', 'study.jsonl', 'y=2'], /y: expected one of x, act, n, deep/],
    [['trial', 'enqueue', 'study.jsonl', 'x=0.3', '--note', 'a guess'], /--note: only a proposal has one; pass --as, too/],
    [['trial', 'enqueue', 'study.jsonl', 'x=0.3', '--as', 'agent'], /there is no proposer agent in this study/],
    [['trial', 'enqueue', 'study.jsonl', 'x'], /expected name=value, or JSON, got x/],
    [['trial', 'enqueue', 'study.jsonl', '{"x":'], /parameters: /],
    [['change', 'study.jsonl'], /nothing to change: give at least one option/],
    [['change', 'study.jsonl', '--strategy', 'randm'], /strategy: got "randm"; did you mean random\? Expected one of /],
    [['change', 'study.jsonl', '--strategy', '{'], /--strategy: /],
    [
      ['change', 'study.jsonl', '--strategy', '{ grid: { levels: { nothing: 3 } } }'],
      /grid\.levels: expected names among x, .*, got "nothing"/,
    ],
    [['change', 'study.jsonl', '--trials', '+x'], /--trials: expected .*, or \+10 to raise the limit by 10, got \+x/],
    [['pause', 'study.jsonl'], /the study is closed \(trials\)/],
    [['resume', 'study.jsonl'], /the study is closed \(trials\)/],
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
    const place = await studied('trials: 6\nparallel: 2\nstrategy: { chain: [percentileStop, sobol] }\n');
    const best = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out);
    await hypertide(place, 'trial', 'retract', 'study.jsonl', String(best.trial));
    const next = JSON.parse((await hypertide(place, 'best', 'study.jsonl', '--json')).out);
    expect(next.values.value).toBeGreaterThan(best.values.value);
    const then = '{chain: [{take: [2, grid]}, random]}';
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+3', '--strategy', then, '--parallel', '1');
    const ended = await run(place);
    expect(ended.code, ended.err).toBe(0);
    expect(
      journalOf(place)
        .filter(({ type }) => type === 'suggested')
        .slice(6),
    ).toMatchObject([{ by: '#2/take/grid' }, { by: '#2/take/grid' }, { by: '#2/random' }]);
    await hypertide(place, 'trial', 'retract', 'study.jsonl', '8');
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+2');
    await hypertide(place, 'pause', 'study.jsonl');
    await hypertide(place, 'resume', 'study.jsonl');
    await run(place);
    expectRecomputed(await hypertide(place, 'verify', 'study.jsonl'), 11);
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
    expect(changes()).toHaveLength(3); // the file has not changed since its values were applied
    await run(place, '--trials', '6');
    expect(suggested()).toHaveLength(6);
  });

  it('a paused study does not run, and prints how to resume it', async () => {
    const place = await studied('trials: 2\n');
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
    await hypertide(place, 'pause', 'study.jsonl');
    const before = journalOf(place).length;
    const paused = await run(place);
    expect(paused.code).toBe(8);
    expect(paused.err).toContain('the study is paused; the study is in study.jsonl');
    expect(paused.err).toContain('to continue: hypertide resume study.jsonl, then the same command\n');
    expect(JSON.parse((await run(place, '--json')).out)).toMatchObject({ reason: 'paused', completed: 2 });
    expect(journalOf(place)).toHaveLength(before);
    await hypertide(place, 'resume', 'study.jsonl');
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
    expect(again.err).toContain(`to continue: hypertide change study.jsonl ${option === '--plateau' ? '--trials +20' : option}`);
    expect((await hypertide(place, 'change', 'study.jsonl', option, value)).code).toBe(0);
    const before = suggested();
    await run(place);
    expect(suggested()).toBeGreaterThan(before);
  });

  it('a study that a person has closed continues only after a change', async () => {
    const place = await studied('trials: 2\n');
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
    expect((await hypertide(place, 'study', 'close', 'study.jsonl')).code).toBe(0);
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', reason: 'person' });
    expect((await hypertide(place, 'study', 'close', 'study.jsonl')).err).toBe(
      'hypertide: the study is closed already (person); change a limit to reopen it\n',
    );
    expect((await run(place)).err).toContain('the study was closed');
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', best: { trial: expect.any(Number) } });
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
    await run(place);
    expect(journalOf(place).filter(({ type }) => type === 'completed')).toHaveLength(4);
  });

  it('gives no advice if nothing is left to try', async () => {
    const place = studyIn('trials: 8\nstrategy: { grid: { levels: { x: 2 } } }\n');
    await run(place);
    const again = await run(place);
    expect(again.err).toContain('nothing left to try');
    expect(again.err).not.toContain('hypertide change');
  });
});
