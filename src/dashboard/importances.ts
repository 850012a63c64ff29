import { importances } from '../importance/importance.ts';
import { lossOf } from '../ledger/settings.ts';
import { rngFor } from '../numeric/random.ts';
import type { Feed } from './feed.ts';
import type { Importances } from './wire.ts';

/** Results that are looked at, at most: of more, some evenly from all over the study. */
const MOST = 1500;
/** Milliseconds of work after which others get their turn. */
const TURN = 20;

/** How much each parameter matters, by the results that there are. */
export async function importancesOf(feed: Feed): Promise<Importances | undefined> {
  if (feed.begun === undefined) return undefined;
  const { rows, space, ledger } = feed.begun;
  const [objective] = ledger.settings.objectives;
  const results = [...rows].flatMap(({ state, values, params, budget }) => {
    const value = values?.[objective!.name];
    if (state !== 'completed' || value === undefined) return [];
    return [{ point: space.encode(space.parse(params)), loss: lossOf(objective!, value), ...(budget !== undefined && { budget }) }];
  });
  const every = Math.ceil(results.length / MOST);
  const reckoning = importances(
    space.axes,
    results.filter((_, i) => i % every === 0),
    rngFor(ledger.settings.seed, 'importance', 0),
  );
  let turned = performance.now();
  for (;;) {
    const { done, value } = reckoning.next();
    if (done) return value && { ...value, results: results.length };
    if (performance.now() - turned < TURN) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turned = performance.now();
  }
}
