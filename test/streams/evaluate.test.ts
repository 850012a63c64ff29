import { runInNewContext } from 'node:vm';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { TrialEvent } from '../../src/facts/facts.ts';
import type { Tags } from '../../src/strategy/messages.ts';
import type { Directive } from '../../streams/engine/directive.ts';
import { evaluate, evaluateTrial } from '../../streams/evaluate.ts';
import type { Objective, Trial } from '../../streams/objective.ts';

it('an objective sees the tags of its trial', () => {
  const directives$ = new Subject<Directive<{ x: number }>>();
  const seen: (Tags | undefined)[] = [];
  const objective = (_: unknown, { tags }: { readonly tags?: Tags }) => {
    seen.push(tags);
    return 1;
  };
  directives$.pipe(evaluate(objective)).subscribe();
  const suggested = { type: 'suggested', attempt: 1, by: 'lbfgs', params: { x: 1 }, after: 1 } as const;
  directives$.next({ ...suggested, trial: 1, tags: { tolerance: '0.01' } });
  directives$.next({ ...suggested, trial: 2 });
  expect(seen).toEqual([{ tolerance: '0.01' }, undefined]);
});

const suggestion = { type: 'suggested', trial: 1, attempt: 1, by: 'random', params: {}, after: 1 } as const;
const heard = () => {
  const facts: TrialEvent[] = [];
  const hear = (fact: TrialEvent) => void facts.push(fact);
  return { facts, say: { report: hear, end: hear } };
};

describe('an evaluation', () => {
  it('that is synchronous has written all facts when it returns', () => {
    const { facts, say } = heard();
    evaluateTrial(
      (_, { report }) => {
        report(2);
        return 1;
      },
      suggestion,
      'r',
      say,
      {},
    );
    expect(facts).toMatchObject([
      { type: 'reported', step: 1, values: { value: 2 } },
      { type: 'completed', run: 'r', values: { value: 1 } },
    ]);
  });

  it('fails if the objective throws, at once or later', async () => {
    for (const objective of [() => error('soon'), async () => error('soon')]) {
      const { facts, say } = heard();
      evaluateTrial(objective, suggestion, 'r', say, {});
      await null;
      await null;
      expect(facts).toMatchObject([{ type: 'failed', reason: 'error', message: 'soon' }]);
    }
  });

  it('fails if what the objective throws or returns cannot be read', async () => {
    const unreadable = () =>
      Object.defineProperty({}, 'values', {
        enumerable: true,
        get: () => error('unread'),
      }) as never;
    const odd = Object.assign(new Error(), { message: { code: 3 }, stack: 3 });
    const objectives: [Objective<unknown>, string][] = [
      [() => thrown(Object.create(null)), 'it threw a value that cannot be read'],
      [async () => thrown(Object.create(null)), 'it threw a value that cannot be read'],
      [() => thrown(odd), '[object Object]'],
      [unreadable, 'unread'],
      [async () => unreadable(), 'unread'],
      [async () => ({ values: { value: Symbol('x') as never } }), 'Cannot convert a Symbol value to a string'],
    ];
    for (const [objective, message] of objectives) {
      const { facts, say } = heard();
      evaluateTrial(objective, suggestion, 'r', say, {});
      await null;
      await null;
      expect(facts).toMatchObject([{ type: 'failed', reason: 'error', message }]);
    }
  });

  it('fails when three reports in a row are not finite: its objective gets a stop, and later reports do not count', async () => {
    const { facts, say } = heard();
    const steps: number[] = [];
    evaluateTrial(
      async (_, { report, signal }) => {
        const lost = Number.NaN;
        for (const [at, loss] of [3, lost, lost, 2, lost, lost, lost, 1].entries()) {
          if (signal.aborted) break;
          steps.push(at + 1);
          report(loss);
        }
        report(4);
        return 1;
      },
      suggestion,
      'r',
      say,
      {},
    );
    await null;
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(facts).toMatchObject([
      { type: 'reported', step: 1 },
      { type: 'reported', step: 4 },
      { type: 'failed', reason: 'non-finite', message: 'value is NaN at step 7' },
    ]);
    expect(facts).toHaveLength(3);
  });

  it('takes a promise of another realm', async () => {
    const { facts, say } = heard();
    const foreign: Promise<number> = runInNewContext('Promise.resolve(3)');
    expect(foreign).not.toBeInstanceOf(Promise);
    evaluateTrial(() => foreign, suggestion, 'r', say, {});
    await foreign;
    expect(facts).toMatchObject([{ type: 'completed', values: { value: 3 } }]);
  });

  it.each(['before', 'after'] as const)('has a signal that aborts at a stop, whether it is read %s', async (when) => {
    const { facts, say } = heard();
    let trial!: Trial;
    let signal: AbortSignal | undefined;
    let end!: (value: number) => void;
    const { stop } = evaluateTrial(
      (_, context) => {
        trial = context;
        if (when === 'before') ({ signal } = context);
        context.report(5);
        return new Promise<number>((resolve) => {
          end = resolve;
        });
      },
      suggestion,
      'r',
      say,
      {},
    );
    stop('person');
    stop('closed');
    signal ??= trial.signal;
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toEqual(new Error('stopped by person'));
    expect(trial.signal).toBe(signal);
    end(7);
    await null;
    expect(facts.at(-1)).toEqual({ type: 'stopped', trial: 1, run: 'r', step: 1, by: 'person' });
  });

  it('that is abandoned writes no more facts, and one that has ended is not abandoned', () => {
    const { facts, say } = heard();
    let signal!: AbortSignal;
    const begin = (result: number | Promise<number>) =>
      evaluateTrial(
        (_, context) => {
          ({ signal } = context);
          return result;
        },
        suggestion,
        'r',
        say,
        {},
      );
    begin(new Promise(() => {})).abandon();
    expect([signal.aborted, facts.length]).toEqual([true, 0]);
    begin(1).abandon();
    expect([signal.aborted, facts.length]).toEqual([false, 1]);
  });
});

it('an end comes later than its directive, so that events can be fed back', () => {
  const directives$ = new Subject<Directive<object>>();
  const types: string[] = [];
  directives$.pipe(evaluate(() => 1)).subscribe(({ type }) => types.push(type));
  directives$.next(suggestion);
  expect(types).toEqual(['started']);
});

function error(message: string): never {
  throw new Error(message);
}
function thrown(value: unknown): never {
  throw value;
}
