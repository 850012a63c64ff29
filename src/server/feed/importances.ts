import { importancesFrom } from '../../../streams/explanation/importance.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { Feed } from './feed.ts';

type Read = Pick<Feed, 'begun'>;

/** Per study and objective, the last importances and the position of the last result that they include. */
const known = new WeakMap<Read, Map<string | undefined, { readonly results: number; readonly found: Promise<Importances | undefined> }>>();

/**
 * How much each parameter matters, by the results so far. Readers that ask at the same time share the answer.
 *
 * @param name the objective; default: the first one. @throws RefusedError if there is no such objective
 */
export async function importancesOf(feed: Read, name?: string): Promise<Importances | undefined> {
  const results = feed.begun?.changes.results ?? 0;
  const ofStudy = known.get(feed) ?? new Map();
  known.set(feed, ofStudy);
  const last = ofStudy.get(name);
  if (last?.results === results) return last.found;
  const found = computed(feed, name);
  ofStudy.set(name, { results, found });
  return found;
}

async function computed({ begun }: Read, name: string | undefined): Promise<Importances | undefined> {
  if (begun === undefined) return undefined;
  const { ledger, changes } = begun;
  const curveOf = (trial: TrialId) => stepsAndValues(changes.history(trial)!.reports);
  return importancesFrom({ space: ledger.space, settings: ledger.settings, rows: changes.rows, curveOf, parseStrategy }, name);
}

/** Reports without their positions. */
const stepsAndValues = (reports: readonly number[]): readonly number[] => reports.filter((_, i) => i % 3 !== 0);
