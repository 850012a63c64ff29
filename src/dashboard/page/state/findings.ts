import { useEffect } from 'preact/hooks';
import type { Importances } from '../../../importance/importances.ts';
import type { Recommended } from '../../wire.ts';
import { get } from './connect.ts';
import { connection, detail, knownImportances, knownRecommended } from './store.ts';

/** Computed again when the number of results has grown by this factor. */
const GROWN = 1.2;
/** The fewest results for a computation. */
const FEW = 4;

/** Whether findings exist, or are being computed. */
export const mayFind = (): boolean => (detail.value?.completed ?? 0) >= FEW;

/** Keeps `knownImportances` and `knownRecommended` up to date while the component is shown. */
export function useFindings(): void {
  const { completed = 0, id = '', phase } = detail.value ?? {};
  const { completed: known = 0 } = knownImportances.value ?? {};
  const grown = completed > GROWN * known || (phase === 'closed' && completed > known);
  const due = connection.value === 'live' && completed >= FEW && grown;
  useEffect(() => {
    if (!due) return;
    let left = false;
    const take = <T>(path: string, into: (found: T) => void) =>
      void get<T | null>(path).then(
        (found) => {
          if (!left && found) into(found);
        },
        () => {},
      );
    take<Importances>('importance', (found) => {
      knownImportances.value = found;
    });
    take<Recommended>('recommendation', (found) => {
      knownRecommended.value = found;
    });
    return () => {
      left = true;
    };
  }, [due, id]);
}
