import type { Params } from '../../../src/facts/facts.ts';
import { recommendation } from '../../../src/insight/recommendation/recommendation.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { draw } from '../../../src/space/axis.ts';
import { parseSpace } from '../../../src/space/space.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { version } from '../../../src/version.ts';
import { defineStrategy } from '../../../streams/kernel/defineStrategy.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { memoryLog } from '../../../streams/log/memory.ts';
import { chain } from '../../../streams/operators/chain.ts';
import { fill } from '../../../streams/operators/fill.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { random } from '../../../streams/strategies/random.ts';
import { LocalPort } from '../../../streams/study/port/local.ts';
import type { ClaimedTrial, ClaimReply } from '../../../streams/study/port/port.ts';
import {
  type AskReply,
  defaultStrategy,
  type InitRequest,
  isBudgeted,
  type ReportRequest,
  spaceDataOf,
  type TellRequest,
  withBudgets,
} from './protocol.ts';

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** What requests drive: the reply to `init`, and the function that answers the others. */
export interface Session {
  readonly opened: object;
  readonly answers: Readonly<Record<string, (request: never) => object | Promise<object>>>;
  close(): Promise<void>;
}

/**
 * A study from one `init` to the next, driven by a harness that asks and tells. Every request is answered immediately, except an ask that waits for a
 * model. A trial that is promoted to a higher budget keeps its id.
 *
 * @param strategy as data; the default depends on whether trials are trained step by step. @throws SpaceError, OptionError, or what the strategy throws.
 */
export async function session(init: InitRequest, strategy: unknown = defaultStrategy(init)): Promise<Session> {
  const { seed = 0, direction = 'minimize', workers = 1, budget, max_step: maxStep } = init;
  const space = parseSpace(spaceDataOf(init.space));
  const study = new LocalPort(
    space,
    memoryLog([], () => 0),
    {
      strategy: neverIdle(parseStrategy(maxStep ? withBudgets(strategy, maxStep) : strategy)),
      parseStrategy,
      exclusive: true,
      seed,
      objectives: { value: direction },
      parallel: workers,
      duplicates: 'allow',
      trials: (budget && trialsIn(budget, maxStep, isBudgeted(strategy))) || undefined,
    },
  );
  await study.ready();
  /** What runs now under each id, and the id of each trial. */
  const running = new Map<number, ClaimedTrial>();
  const ids = new Map<TrialId, number>();
  let asks = 0;
  let waiting = 0;
  const ask = async (fixed: Params | undefined): Promise<ClaimReply> => {
    if (running.size + waiting >= workers)
      throw new Error(`an ask while ${running.size + waiting} trials run, of at most ${workers} workers`);
    waiting++;
    try {
      return await study.ask({ run: `${++asks}`, fixed, wait: Number.POSITIVE_INFINITY });
    } finally {
      waiting--;
    }
  };
  /** The claim under an id. @throws Error if nothing runs under it */
  const trialOf = (id: number) => {
    const claimed = running.get(id);
    if (!claimed) throw new Error(`trial ${id} is not running`);
    return { trial: claimed.trial, run: claimed.run };
  };
  return {
    opened: { ok: true, name: `hypertide ${typeof strategy === 'string' ? strategy : JSON.stringify(strategy)}`, version },
    answers: {
      ask: async ({ fixed }: { readonly fixed?: Params }): Promise<AskReply> => {
        const claimed = await ask(fixed);
        if (claimed.next !== 'trial') throw new Error('the study is over');
        const { trial, params, budget: until, resumes } = claimed;
        const id = (resumes === undefined ? undefined : ids.get(resumes)) ?? trial;
        if (maxStep) ids.set(trial, id);
        running.set(id, claimed);
        const { trials = UNLIMITED } = study.ledger.settings.limits;
        // Strategies plan with the limit of trials, but the budget is a hint, and no ask is refused.
        if (trials < UNLIMITED) await study.submit({ type: 'change', limits: { trials: UNLIMITED } });
        return maxStep && until !== undefined ? { id, params, until: Math.min(until, maxStep) } : { id, params };
      },
      tell: async ({ id, value, step, stopped, grad }: TellRequest) => {
        const trial = trialOf(id);
        if (stopped) await study.record(omitUndefined({ type: 'stopped', ...trial, step }));
        else if (value === null) await study.record({ type: 'failed', ...trial, reason: 'infeasible' });
        else
          await study.record(
            omitUndefined({ type: 'completed', ...trial, values: { value }, gradient: grad ? { value: grad } : undefined }),
          );
        running.delete(id);
        return { ok: true };
      },
      report: async ({ id, step, value }: ReportRequest) => {
        const { stop } = await study.record({ type: 'reported', ...trialOf(id), step, values: { value } });
        return { stop };
      },
      recommend: () => {
        const recommended = recommendation(space, { name: 'value', direction }, study.rows);
        if (recommended === undefined) throw new Error('recommend: no trial is completed yet');
        return { params: recommended.row.params };
      },
    },
    close: () => study.close(),
  };
}

/** How many configurations a budget allows, if that is known. */
const trialsIn = (budget: number, maxStep: number | null | undefined, budgeted: boolean): number | undefined => {
  if (!maxStep) return budget;
  return budgeted ? undefined : Math.ceil(budget / maxStep);
};

/** Draws from the priors, including configurations that were tried before. */
const anywhere = defineStrategy<undefined>({
  name: 'anywhere',
  init: () => undefined,
  tell: () => undefined,
  ask: (_state, _ask, rng, { axes }) => draw(axes, rng),
});

/** If a strategy answers an ask with `wait`, or hands it on, the ask gets a random point: the harness does not wait. */
function neverIdle(strategy: Strategy): Strategy {
  const rest = chain(random(), anywhere);
  return chain(strategy, fill(rest), rest);
}
