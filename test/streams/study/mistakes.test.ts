import { describe, expect, it } from 'vitest';
import { defineStrategy, memoryLog } from '../../../streams/core.ts';
import { chain, choice, createStudy, float, ga, optimize, plateau, random, take, tpe, until, when } from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';
import { line } from '../../support/line.ts';

/** Mistakes in JavaScript, where no compiler checks types, and their messages. */
const call = (make: (...given: readonly never[]) => unknown, ...given: readonly unknown[]) => make(...(given as never[]));

describe('a call with wrong arguments', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a condition as in a study file',
      () => call(when as never, { opt: 'sgd' }, float(0, 1)),
      'when: expected (parent, values, parameter), got [{"opt":"sgd"},{"type":"float","low":0,"high":1}]; did you mean when("opt", "sgd", ...)?',
    ],
    ['a choice without its list', () => call(choice as never, 'a', 'b'), 'values: expected a list, such as ["a", ...], got "a"'],
    [
      'a condition without a parameter',
      () => call(when as never, 'opt', 'sgd'),
      'when: expected (parent, values, parameter), got ["opt","sgd"]',
    ],
    [
      'take with its arguments swapped',
      () => call(take as never, random(), 3),
      'take: expected a whole number of at least 0, got a function; the number comes first, as in take(20, sobol())',
    ],
    [
      'until with its arguments swapped',
      () => call(until as never, ga(), plateau(20)),
      'until: expected a condition such as plateau(20), got a function; the condition comes first, as in until(plateau(20), ga())',
    ],
    ['until with a name', () => call(until as never, 'plateau', ga()), 'until: expected a condition such as plateau(20), got "plateau"'],
    [
      'chain with a list',
      () => call(chain as never, [ga(), tpe()]),
      'chain: expected a strategy such as tpe(), got ["a function","a function"]; a chain takes strategies one by one, as in chain(ga(), bo())',
    ],
    [
      'a strategy without tell',
      () => call(defineStrategy as never, { name: 'own', init: () => 0, ask: () => [0.5] }),
      'defineStrategy.tell: expected a function, got nothing',
    ],
    [
      'createStudy without a space',
      () => call(createStudy as never, { x: float(0, 1) }),
      'space: expected a space such as space({ lr: float(0, 1) }), got {"x":{"type":"float","low":0,"high":1}}; did you mean space({ ... })?',
    ],
    [
      'a log that is not awaited',
      () => call(createStudy as never, line, { log: Promise.resolve(memoryLog()) }),
      "log: expected a log such as await openJournal('study.jsonl'), got {}; it is a promise: await it",
    ],
    [
      'the path of a log',
      () => call(createStudy as never, line, { log: 'a.jsonl' }),
      `log: expected a log such as await openJournal('a.jsonl'), got "a.jsonl"`,
    ],
    [
      'a strategy that is not called',
      () => call(tpe as never, { axes: [] }),
      'tpe: expected a strategy, got a function; did you mean tpe()?',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('optimize refuses a value that is not a space', async () => {
    await expect(optimize({ x: float(0, 1) } as never, () => 1, { trials: 1 }).result()).rejects.toThrow('did you mean space({ ... })?');
  });

  it('the message about a misspelled option begins with the suggested name', () => {
    expect(() => createStudy(line, { trails: 3 } as object)).toThrow(
      /^options: got "trails"; did you mean trials\? Expected names among study, seed/,
    );
  });
});

describe('a result of the wrong kind', () => {
  const two = { objectives: { loss: 'minimize', size: 'minimize' } } as const;

  it.each<[string, unknown, object, string]>([
    ['a text', '0.5', {}, 'the objective returned the text "0.5" instead of a number'],
    [
      'a number for several objectives',
      0.5,
      two,
      'the objective returned 0.5; one number cannot be the result of several objectives: expected { values: { loss: 0.3, size: 0.3 } }',
    ],
  ])('an objective returns %s', async (_, result, options, message) => {
    await expect(optimize(line, (() => result) as never, { trials: 3, ...options }).result()).rejects.toThrow(message);
  });

  it.each<[string, unknown, object, string]>([
    ['values without their key', { loss: 1 }, {}, 'tell: expected a number or { values: { value: 0.3 } }, got an object with loss'],
    ['nothing', undefined, {}, 'tell: expected a number or { values: { value: 0.3 } }, got undefined'],
    ['a text', '0.1', {}, 'tell: expected a number or { values: { value: 0.3 } }, got the text "0.1"'],
    [
      'a number for several objectives',
      1,
      two,
      'tell: got 1; one number cannot be the result of several objectives: expected { values: { loss: 0.3, size: 0.3 } }',
    ],
  ])('tell gets %s', async (_, result, options, message) => {
    await using study = createStudy(line, { strategy: random(), trials: 3, ...options });
    const { trial } = (await study.ask())!;
    await expect(study.tell(trial, result as never)).rejects.toThrow(message);
    await expect(study.report(trial, { values: { loss: 1 } } as never)).rejects.toThrow(/^values.(loss|value) is missing; got values$/);
  });

  it('report gets a text as its step', async () => {
    await using study = createStudy(line, { strategy: random(), trials: 3 });
    const { trial } = (await study.ask())!;
    await expect(study.report(trial, 1, '1' as never)).rejects.toThrow(/report: .*, got the text "1"/);
  });
});

describe('what to do', () => {
  it.each([2, 9])('names timeLimit if each of %i trials took too long', async (trials) => {
    const never = () => new Promise<number>((resolve) => setTimeout(resolve, 10_000, 1).unref());
    await expect(optimize(line, never, { trials, timeLimit: 0.01 }).result()).rejects.toThrow('raise timeLimit');
  });
});

describe('an ask that no trial can answer', () => {
  it('is refused as any command is after the end of `optimize`, whose handle is closed', async () => {
    const run = optimize(line, ({ x }) => x, { strategy: random(), trials: 1 });
    await run;
    for (const call of [run.change({ more: 3 }), run.retract(1), run.enqueue({ x: 0.5 })])
      await expect(call).rejects.toThrow(coded('handle-closed'));
  });

  it('rejects on a log on which another study runs, until that one ends', async () => {
    const log = memoryLog();
    const options = { strategy: random(), trials: 2, log };
    const both = [optimize(line, ({ x }) => x, options), optimize(line, ({ x }) => -x, options)].map((study) => study.result());
    await expect(both[1]).rejects.toThrow(coded('log-in-use'));
    await expect(both[0]).resolves.toMatchObject({ completed: 2 });
    const study = createStudy(line, { ...options, trials: 3 });
    expect(() => createStudy(line, options)).toThrow(coded('log-in-use'));
    expect(await study.ask()).toMatchObject({ trial: 3 });
    await study.close();
    await expect(log.append({})).rejects.toMatchObject({ code: 'log-closed' });
  });

  it('rejects on a log that is closed', async () => {
    const log = memoryLog();
    const first = createStudy(line, { strategy: random(), trials: 3, log });
    const { trial } = (await first.ask())!;
    await first.tell(trial, 1);
    await first.close();
    await expect(createStudy(line, { strategy: random(), trials: 3, log }).ask()).rejects.toThrow('the log is closed');
  });
});
