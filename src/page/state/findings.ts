import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fewestResults } from '../../insight/importance/axisImportances.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { Phase } from '../../monitoring/studyState.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Recommended } from '../../server/feed/wire.ts';
import { get } from './api.ts';
import { at, connection, foundAt, latest, latestImportances, latestRecommended, parameters, pastImportances, ranked } from './store.ts';
import { study } from './url.ts';

/** Computed again when the number of results has grown by this factor. */
const GROWN = 1.2;
/** Milliseconds without another question before the server is asked. */
const REST_MS = 300;
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
  const fewest = fewestResults(count);
  return ranked.value.length < fewest ? `To compare ${count} parameters takes at least ${fewest} results.` : 'All results are equal.';
}

/** Whether there are many more results than the ones that a finding is based on, or the last ones. */
export const isDue = (results: number, before: number, phase: Phase | undefined, grown = GROWN): boolean =>
  results > grown * before || (phase === 'closed' && results > before);

/** Keeps importances and the recommendation up to date while the component is shown: one in each view that needs them. */
export function useFindings(): void {
  const { id = '', phase } = latest.value ?? {};
  const results = resultsNow();
  const due = connection.value === 'live' && results >= FEWEST_RESULTS && isDue(results, foundAt.value, phase);
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
    take<Recommended>('recommend', (found) => {
      latestRecommended.value = found;
    });
  }, [due, id]);
  const past = at.value;
  const found = useImportances(past === undefined ? undefined : { at: past });
  useEffect(() => {
    if (found !== undefined) pastImportances.value = found;
  }, [found]);
}

/** Which importances: for an objective that is not the first one, or after an entry of the past. */
interface AskedImportances {
  readonly objective?: string;
  readonly at?: number | undefined;
}

/** The importances that the server computes once the question rests: null if the results are too few, undefined before it has answered. */
export function useImportances(asked: AskedImportances | undefined): Importances | null | undefined {
  const found = useSignal<Importances | null | undefined>(undefined);
  const query = asked && `importance?${new URLSearchParams(omitUndefined({ ...asked, at: asked.at?.toString() }))}`;
  useEffect(() => {
    found.value = undefined;
    if (query === undefined || connection.value !== 'live') return;
    let isWanted = true;
    const take = (one: Importances | null) => {
      if (isWanted) found.value = one;
    };
    const later = setTimeout(() => void get<Importances | null>(query).then(take, () => {}), REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(later);
    };
  }, [query, asked?.at ?? foundAt.value, study.value]);
  return found.value;
}
