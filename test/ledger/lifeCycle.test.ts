import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import type { RefusalCode } from '../../src/facts/refusal.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { runs } from '../support/runs.ts';

type State = 'none' | 'waiting' | 'running' | 'awaiting' | 'cancelled' | 'cancelling' | 'completed' | 'stopped' | 'failed';
/** The next state, or why the fact is rejected. */
type Outcome = State | RefusalCode;
type Row = Readonly<Partial<Record<Step, Outcome>>>;

/** The model of the only trial. It may have two attempts that end in an error, and 30 interruptions in a row without a report. */
interface Model {
  state: State;
  attempt: number;
  /** The run that the trainer claims in the current attempt. */
  run: string;
  /** A run that was claimed in this or an earlier attempt. */
  claimed: string | undefined;
  step: number;
  /** Whether any attempt has reported. */
  hasReported: boolean;
  errors: number;
  /** Interruptions in a row of attempts that were claimed and did not report. */
  interruptions: number;
}

const ERRORS = 2;
const INTERRUPTIONS = 30;

/** The facts that may follow, by their meaning. `t` has claimed the trial and `u` is another trainer; facts without an author come from the engine. */
const steps = {
  suggest: () => [{ type: 'suggested', trial: 1, attempt: 1, by: 'random', params: { x: 0.5 } }],
  suggestAgain: ({ attempt }: Model) => [{ type: 'suggested', trial: 1, attempt: attempt + 1, by: 'random', params: { x: 0.5 } }],
  start: ({ attempt, run }: Model) => [{ type: 'started', trial: 1, attempt: Math.max(1, attempt), run }, 't'],
  startTaken: ({ attempt }: Model) => [{ type: 'started', trial: 1, attempt: Math.max(1, attempt), run: 'other' }, 'u'],
  startLate: ({ attempt, run }: Model) => [{ type: 'started', trial: 1, attempt: attempt - 1, run }, 't'],
  report: ({ run, step }: Model) => [{ type: 'reported', trial: 1, run, step: step + 1, values: { value: 1 } }, 't'],
  reportTwice: ({ run, step }: Model) => [{ type: 'reported', trial: 1, run, step, values: { value: 1 } }, 't'],
  reportNothing: ({ run, step }: Model) => [{ type: 'reported', trial: 1, run, step: step + 1, values: {} }, 't'],
  complete: ({ run }: Model) => [{ type: 'completed', trial: 1, run, values: { value: 1 } }, 't'],
  completeLate: ({ claimed }: Model) => [{ type: 'completed', trial: 1, run: claimed, values: { value: 1 } }, 't'],
  completeUnclaimed: () => [{ type: 'completed', trial: 1, run: 'none', values: { value: 1 } }, 't'],
  completeForeign: ({ claimed }: Model) => [{ type: 'completed', trial: 1, run: claimed, values: { value: 1 } }, 'u'],
  completeNothing: ({ run }: Model) => [{ type: 'completed', trial: 1, run, values: {} }, 't'],
  stop: ({ run }: Model) => [{ type: 'stopped', trial: 1, run }, 't'],
  error: ({ run }: Model) => [{ type: 'failed', trial: 1, run, reason: 'error' }, 't'],
  infeasible: ({ run }: Model) => [{ type: 'failed', trial: 1, run, reason: 'infeasible' }, 't'],
  preempt: ({ run }: Model) => [{ type: 'failed', trial: 1, run, reason: 'preempted' }, 't'],
  lose: ({ run, attempt }: Model) => [{ type: 'failed', trial: 1, run, attempt: Math.max(1, attempt), reason: 'lost' }],
  loseUnclaimed: ({ attempt }: Model) => [{ type: 'failed', trial: 1, attempt: Math.max(1, attempt), reason: 'lost' }],
  loseLate: ({ attempt }: Model) => [{ type: 'failed', trial: 1, attempt: attempt - 1, reason: 'lost' }],
  cancel: () => [{ type: 'cancelled', trial: 1 }],
  cancelForeign: () => [{ type: 'cancelled', trial: 1 }, 'u'],
  retract: () => [{ type: 'retracted', trial: 1 }],
} satisfies Readonly<Record<string, (model: Model) => readonly [fact: object, author?: string]>>;
type Step = keyof typeof steps;
const names = Object.keys(steps) as Step[];

const each = (outcome: Outcome, over: Row = {}): Readonly<Record<Step, Outcome>> =>
  ({ ...Object.fromEntries(names.map((name) => [name, outcome])), ...over }) as Readonly<Record<Step, Outcome>>;

/** Steps that are rejected alike as long as the trial is open. */
const whileOpen: Row = {
  suggest: 'out-of-place',
  startLate: 'stale-run',
  completeUnclaimed: 'stale-run',
  completeForeign: 'wrong-author',
  loseLate: 'stale-run',
  cancelForeign: 'wrong-author',
  retract: 'open',
};
const ended = (state: State) => each('ended', { suggest: 'out-of-place', retract: state });

/**
 * Each state, and what each fact does in it. A result counts whenever its run was claimed once. `awaiting` here stands for the next attempt, or
 * for the end if there is none left.
 */
const table: Readonly<Record<State, Readonly<Record<Step, Outcome>>>> = {
  none: each('unknown-trial', { suggest: 'waiting', suggestAgain: 'waiting' }),
  waiting: each('stale-run', {
    ...whileOpen,
    suggestAgain: 'waiting',
    start: 'running',
    completeLate: 'completed',
    loseUnclaimed: 'awaiting',
    cancel: 'cancelled',
  }),
  running: each('running', {
    ...whileOpen,
    suggestAgain: 'waiting',
    startTaken: 'claimed',
    reportTwice: 'duplicate-step',
    reportNothing: 'missing-field',
    complete: 'completed',
    completeLate: 'completed',
    completeNothing: 'missing-field',
    stop: 'stopped',
    error: 'awaiting',
    infeasible: 'failed',
    preempt: 'awaiting',
    lose: 'awaiting',
    loseUnclaimed: 'claimed',
    cancel: 'cancelling',
  }),
  awaiting: each('stale-run', {
    ...whileOpen,
    suggestAgain: 'waiting',
    complete: 'completed',
    completeLate: 'completed',
    completeNothing: 'missing-field',
    loseUnclaimed: 'claimed',
    cancel: 'failed',
  }),
  cancelled: each('stale-run', {
    ...whileOpen,
    suggestAgain: 'cancelled',
    start: 'cancelling',
    completeLate: 'completed',
    loseUnclaimed: 'failed',
    cancel: 'cancelled',
  }),
  cancelling: each('cancelling', {
    ...whileOpen,
    suggestAgain: 'cancelled',
    startTaken: 'claimed',
    reportTwice: 'duplicate-step',
    reportNothing: 'missing-field',
    complete: 'completed',
    completeLate: 'completed',
    completeNothing: 'missing-field',
    stop: 'stopped',
    error: 'failed',
    infeasible: 'failed',
    preempt: 'failed',
    lose: 'failed',
    loseUnclaimed: 'claimed',
  }),
  completed: ended('completed'),
  stopped: ended('stopped'),
  failed: ended('failed'),
};

const isState = (outcome: Outcome): outcome is State => Object.hasOwn(table, outcome);

/** Whether a step is possible: it needs a run to write about, a step to repeat, or an earlier attempt. */
function isPossible({ claimed, step, state, attempt }: Model, name: Step): boolean {
  if (name === 'startTaken') return state !== 'waiting' && state !== 'cancelled';
  if (name === 'completeLate' || name === 'completeForeign') return claimed !== undefined;
  if (name === 'reportTwice') return step > 0 || (state !== 'running' && state !== 'cancelling');
  if (name === 'startLate' || name === 'loseLate') return attempt > 1;
  return true;
}

/** The transition of a step in the table, with the limits of attempts. */
function expected(model: Model, name: Step): Outcome {
  const outcome = table[model.state][name];
  const isUnclaimed = model.state === 'awaiting' && model.claimed !== model.run;
  if (isUnclaimed && ['complete', 'completeNothing', 'loseUnclaimed'].includes(name)) return 'stale-run';
  if (isEndOfCancelled(model.state, name) && outcome === 'failed') return model.hasReported ? 'stopped' : 'failed';
  if (outcome !== 'awaiting') return outcome;
  const isLast = name === 'error' ? model.errors + 1 >= ERRORS : afterInterruption(model) >= INTERRUPTIONS;
  return isLast ? 'failed' : 'awaiting';
}

/** Whether a fact ends a trial that is cancelled, without a result of its own: the last report is the result then. */
const isEndOfCancelled = (state: State, name: Step): boolean =>
  state === 'cancelled' || (state === 'cancelling' && name !== 'infeasible') || name === 'cancel';

/** How many interruptions count after one more: none if the attempt has reported. */
const afterInterruption = ({ step, claimed, run, interruptions }: Model): number =>
  step > 0 ? 0 : interruptions + (claimed === run ? 1 : 0);

function advance(model: Model, name: Step, state: State): void {
  if (name === 'suggestAgain' || (name === 'suggest' && model.state === 'none')) {
    model.attempt = name === 'suggest' ? 1 : model.attempt + 1;
    model.run = `r${model.attempt}`;
    model.step = 0;
  }
  if (name === 'start') model.claimed = model.run;
  if (name === 'report') {
    model.step++;
    model.hasReported = true;
  }
  if (name === 'error') model.errors++;
  if (state === 'awaiting' && name !== 'error') model.interruptions = afterInterruption(model);
  model.state = state;
}

const line = space({ x: float(0, 1) });
function begin(): { model: Model; ledger: Ledger<{ readonly x: number }> } {
  const ledger = new Ledger(line);
  ledger.fold({ position: 1, at: 0, fact: createdOf(line, random(), { trials: 5, attempts: ERRORS, retryErrors: true }) });
  return {
    ledger,
    model: { state: 'none', attempt: 0, run: 'r0', claimed: undefined, step: 0, hasReported: false, errors: 0, interruptions: 0 },
  };
}

/** The state of the trial in the ledger. */
function stateOf(ledger: Ledger<{ readonly x: number }>): State {
  const trial = ledger.open.get(1);
  if (!trial) return (ledger.status(1) as State | undefined) ?? 'none';
  if (trial.awaiting) return 'awaiting';
  if (trial.cancelled) return trial.run === undefined ? 'cancelled' : 'cancelling';
  return trial.run === undefined ? 'waiting' : 'running';
}

/** Takes steps in the model and in a ledger, and compares them after each. @returns the model */
function walk(path: readonly Step[], walked = new Set<string>()): Model {
  const { model, ledger } = begin();
  for (const name of path) {
    if (!isPossible(model, name)) continue;
    walked.add(`${model.state} ${name}`);
    const outcome = expected(model, name);
    const [fact, author] = steps[name](model) as readonly [object, string?];
    const entry = ledger.fold({ position: ledger.position + 1, at: 0, fact: fact as Fact, ...(author !== undefined && { author }) });
    const where = `${name} in ${model.state}, after ${path.join(', ')}`;
    expect(entry.refusal?.code ?? stateOf(ledger), where).toBe(outcome);
    if (entry.refusal) expect(entry.refusal.message, where).toMatch(/\S/);
    if (isState(outcome)) advance(model, name, outcome);
    expect(stateOf(ledger), where).toBe(model.state);
  }
  return model;
}

describe('the life of a trial', () => {
  it('has every edge of the table, and no other', () => {
    const walked = new Set<string>();
    const seen = new Set<string>();
    let paths: Step[][] = [[]];
    while (paths.length > 0) {
      const longer = paths.flatMap((path) => names.map((name) => [...path, name]));
      paths = longer.filter((path) => {
        const { state, attempt, run, claimed, step, hasReported, errors } = walk(path, walked);
        const key = [state, attempt > 1, claimed === run, claimed !== undefined, step > 0, hasReported, errors].join();
        return !seen.has(key) && seen.add(key);
      });
    }
    const impossible = [
      'startTaken in waiting',
      'startTaken in cancelled',
      'startLate in none',
      'loseLate in none',
      'completeLate in none',
      'completeForeign in none',
    ];
    const all = Object.keys(table).flatMap((state) => names.map((name) => ({ state, name })));
    expect(
      all
        .filter(({ state, name }) => !walked.has(`${state} ${name}`))
        .map(({ state, name }) => `${name} in ${state}`)
        .sort(),
    ).toEqual(impossible.sort());
  });

  it('follows the table on any path', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 60 }), (path) => void walk(path)),
      { seed: 1, numRuns: runs(3000) },
    );
  });
});
