import { turnsOf } from '../../streams/engine/timeout.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { axisImportances } from '../importance/importance.ts';
import { comparableResults } from '../importance/results.ts';

import { lossOf } from '../ledger/settings.ts';
import type { StrategyEvent } from '../messages.ts';
import { rngFor } from '../numeric/random.ts';
import { omitUndefined } from '../omitUndefined.ts';
import type { Feed } from './feed.ts';
import type { Importances } from './wire.ts';

/** The most results that are used; of more, an even selection. */
const MOST = 1500;
/** Milliseconds of work before other tasks get a turn. */
const TURN = 20;

/** How much each parameter matters, by the results so far. */
export async function importancesOf(feed: Feed): Promise<Importances | undefined> {
  if (feed.begun === undefined) return undefined;
  const { space, ledger } = feed.begun;
  const results = comparableResults(space.axes, factsOf(feed.begun), rungsOf(ledger.settings.strategy));
  const every = Math.ceil(results.length / MOST);
  const reckoning = axisImportances(
    space.axes,
    results.filter((_, i) => i % every === 0),
    rngFor(ledger.settings.seed, 'importance', 0),
  );
  const takeTurn = turnsOf(TURN);
  for (;;) {
    const { done, value } = reckoning.next();
    if (done) return value && { ...value, results: results.length };
    await takeTurn();
  }
}

/** The budgets at which a strategy, as a log records it, compares trials; undefined for one that is only code. */
function rungsOf(recorded: unknown): readonly number[] | undefined {
  try {
    return parseStrategy(recorded).rungs;
  } catch {
    return undefined;
  }
}

/** The facts about the first objective that strategies received, as far as the rows hold them. A retracted trial has no results. */
function factsOf({ changes, space, ledger }: NonNullable<Feed['begun']>): StrategyEvent[] {
  const [objective] = ledger.settings.objectives;
  return [...changes.rows].flatMap(({ trial: id, status, by, params, budget, resumes, step, values, constraints }): StrategyEvent[] => {
    const proposal = omitUndefined({ id, by, point: space.encode(space.parse(params)), budget, resumes });
    const suggested: StrategyEvent = { ...proposal, type: 'suggested' };
    if (status === 'retracted') return [suggested];
    const { reports } = changes.history(id)!;
    const reported = reports.flatMap((_, i): StrategyEvent[] =>
      i % 3 === 0 ? [{ type: 'reported', id, step: reports[i + 1]!, losses: [lossOf(objective!, reports[i + 2]!)] }] : [],
    );
    if (status === 'open') return [suggested, ...reported];
    const value = values?.[objective!.name];
    const losses = value === undefined ? undefined : [lossOf(objective!, value)];
    return [suggested, ...reported, omitUndefined({ ...proposal, type: 'ended', outcome: status, step, losses, constraints })];
  });
}
