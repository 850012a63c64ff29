import { useEffect } from 'preact/hooks';
import type { Importances } from '../../insight/importance/importances.ts';
import type { Recommended } from '../../server/feed/wire.ts';
import { get } from './api.ts';
import { at, connection, foundAt, latest, latestImportances, latestRecommended, parameters, pastImportances, ranked } from './store.ts';

/** Computed again when the number of results has grown by this factor. */
const GROWN = 1.2;
/** Milliseconds at an entry of the past before importances are computed for it. */
export const REST = 300;
/** The fewest results for a computation. */
const FEWEST_RESULTS = 4;

/** Stopped trials count: with early stopping, few others may complete. */
const resultsNow = (): number => (latest.value?.completed ?? 0) + (latest.value?.stopped ?? 0);

/** Whether the first findings are being computed. */
export const isFinding = (): boolean =>
  connection.value !== 'file' &&
  (at.value === undefined ? resultsNow() >= FEWEST_RESULTS && foundAt.value === 0 : pastImportances.value === undefined);

/** Why there are no importances: they take two more results than there are parameters, and not all of them equal. */
export function nothingFound(): string {
  if (isFinding()) return 'Computing…';
  if (at.value !== undefined && connection.value === 'file') return 'A report does not keep this for earlier entries.';
  const count = parameters.value.length;
  return ranked.value.length < count + 2 ? `To compare ${count} parameters takes at least ${count + 2} results.` : 'All results are equal.';
}

/** Keeps importances and the recommendation up to date while the component is shown. */
export function useFindings(): void {
  const { id = '', phase } = latest.value ?? {};
  const results = resultsNow();
  const grown = results > GROWN * foundAt.value || (phase === 'closed' && results > foundAt.value);
  const due = connection.value === 'live' && results >= FEWEST_RESULTS && grown;
  useEffect(() => {
    if (!due) return;
    const take = <T>(path: string, into: (found: T | undefined) => void) =>
      void get<T | null>(path).then(
        (found) => {
          if (latest.value?.id === id) into(found ?? undefined);
        },
        () => {},
      );
    take<Importances>('importance', (found) => {
      foundAt.value = results;
      latestImportances.value = found;
    });
    take<Recommended>('recommendation', (found) => {
      latestRecommended.value = found;
    });
  }, [due, id]);
  const past = at.value;
  useEffect(() => {
    if (past === undefined || connection.value !== 'live') return;
    const later = setTimeout(() => {
      const take = (found: Importances | null) => {
        if (at.value === past) pastImportances.value = found;
      };
      void get<Importances | null>(`importance?at=${past}`).then(take, () => {});
    }, REST);
    return () => clearTimeout(later);
  }, [past, id]);
}
