import { useEffect } from 'preact/hooks';
import type { Importances } from '../../insight/importance/importances.ts';
import type { Recommended } from '../../server/feed/wire.ts';
import { get } from './api.ts';
import { connection, detail, foundAt, knownImportances, knownRecommended } from './store.ts';

/** Computed again when the number of results has grown by this factor. */
const GROWN = 1.2;
/** The fewest results for a computation. */
const FEWEST_RESULTS = 4;

/** Stopped trials count: with early stopping, few others may complete. */
const resultsNow = (): number => (detail.value?.completed ?? 0) + (detail.value?.stopped ?? 0);

/** Whether the first findings are being computed. */
export const isFinding = (): boolean => connection.value !== 'file' && resultsNow() >= FEWEST_RESULTS && foundAt.value === 0;

/** Keeps `knownImportances` and `knownRecommended` up to date while the component is shown. */
export function useFindings(): void {
  const { id = '', phase } = detail.value ?? {};
  const results = resultsNow();
  const grown = results > GROWN * foundAt.value || (phase === 'closed' && results > foundAt.value);
  const due = connection.value === 'live' && results >= FEWEST_RESULTS && grown;
  useEffect(() => {
    if (!due) return;
    const take = <T>(path: string, into: (found: T | undefined) => void) =>
      void get<T | null>(path).then(
        (found) => {
          if (detail.value?.id === id) into(found ?? undefined);
        },
        () => {},
      );
    take<Importances>('importance', (found) => {
      foundAt.value = results;
      knownImportances.value = found;
    });
    take<Recommended>('recommendation', (found) => {
      knownRecommended.value = found;
    });
  }, [due, id]);
}
