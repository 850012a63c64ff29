import { nextTurn } from '../../../streams/engine/timeout.ts';
import { importancesFrom } from '../../../streams/explanation/studyImportances.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { type ExampleMatrix, exampleMatrix } from '../../insight/examples/matrix.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import { candidates, chosen, withRepetitions } from '../../insight/recommendation/recommendation.ts';
import { verdictOn } from '../../insight/recommendation/verdict.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { rowAt } from '../../study/rowAt.ts';
import type { Feed } from './feed.ts';
import { reportsIn } from './trialChanges.ts';
import type { Recommended, RowChange } from './wire.ts';

type Read = Pick<Feed, 'begun' | 'source'>;
type Begun = NonNullable<Read['begun']>;

/** What is found about a study by its results so far. Readers that ask at the same time share the answer, which is computed again after further results. */
function byResults<T>(find: (begun: Begun, name: string | undefined, source: Read['source']) => Promise<T | undefined>) {
  const known = new WeakMap<Read, Map<string | undefined, { readonly results: number; readonly found: Promise<T | undefined> }>>();
  return async (feed: Read, name?: string): Promise<T | undefined> => {
    const { begun } = feed;
    if (begun === undefined) return undefined;
    const { results } = begun.changes;
    const ofStudy = known.get(feed) ?? new Map();
    known.set(feed, ofStudy);
    const last = ofStudy.get(name);
    if (last?.results === results) return last.found;
    const found = find(begun, name, feed.source);
    ofStudy.set(name, { results, found });
    return found;
  };
}

/** How much each parameter matters for an objective; default: the first one. @throws RefusedError if there is no such objective */
export const importancesOf = byResults<Importances>(({ ledger, rows, changes }, name) => {
  const curveOf = (trial: TrialId) => reportsIn(changes.history(trial)!.reports).curve;
  return importancesFrom({ ...ledgerParts(ledger), rows, curveOf }, name);
});
const ledgerParts = ({ space, settings }: Begun['ledger']) => ({ space, settings, parseStrategy });

/** The same after an entry of the log. */
export async function importancesAt({ begun }: Read, position: number, name: string | undefined): Promise<Importances | undefined> {
  if (begun === undefined) return undefined;
  const { ledger, changes } = begun;
  const past = new Map<TrialId, RowChange>();
  for (const row of begun.rows) {
    const then = rowAt({ ...row, ...reportsIn(changes.history(row.trial)!.reports) }, position, ledger.settings.objectives[0]!.name);
    if (then) past.set(row.trial, then);
  }
  return importancesFrom({ ...ledgerParts(ledger), rows: past.values(), curveOf: (trial) => past.get(trial)!.curve ?? [] }, name);
}

/** The results on examples by the first objective; undefined in a study without examples, and before the first result. */
export const examplesOf = byResults<ExampleMatrix>(async ({ ledger, rows }, _, source) => {
  const { created, settings } = ledger;
  const retracted = [...rows].filter(({ status }) => status === 'retracted').map(({ trial }) => trial);
  const { examples } = retracted.length > 0 && ledger.examples ? await withoutResults(ledger, new Set(retracted), source) : ledger;
  return examples && examples.total > 0 ? exampleMatrix(examples, settings.objectives[0]!, created?.examples?.ids) : undefined;
});

/** What the log says without the results of some trials: a ledger that only watches a study keeps them. */
async function withoutResults({ space }: Begun['ledger'], trials: ReadonlySet<TrialId>, source: Read['source']): Promise<Begun['ledger']> {
  const ledger = new Ledger(space, trials);
  for await (const entries of source.past(1)) {
    for (const entry of entries) ledger.fold(entry);
    await nextTurn();
  }
  return ledger;
}

/** The trial to deploy. Undefined with several objectives, and without results. */
export const recommendedOf = byResults<Recommended>(async ({ ledger, rows, changes }) => {
  const [objective, ...others] = ledger.settings.objectives;
  if (others.length > 0) return undefined;
  const known = candidates(objective!, rows);
  if (known.length === 0) return undefined;
  const found = chosen(ledger.space, objective!, known);
  if (found === undefined) return undefined;
  const { row, repetition, costs, evidence } = withRepetitions(found, objective!, rows);
  const judged = { objectives: ledger.settings.objectives, ranked: known, onFront: [], rows: [...rows], closed: ledger.closed };
  const early = changes.stopped.among(rows, known[0], ledger.space);
  return omitUndefined({
    results: known.length,
    trial: row.trial,
    repetition,
    costs,
    evidence,
    verdict: verdictOn(judged, evidence)!,
    early,
  });
});
