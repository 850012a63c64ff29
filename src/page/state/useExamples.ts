import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ExampleMatrix } from '../../insight/examples/matrix.ts';
import { get } from './api.ts';
import { isDue } from './findings.ts';
import { connection, latest, latestExamples } from './store.ts';
import { study } from './url.ts';

/** Read again when the number of ended trials has grown by this factor: often, since that costs the server little. */
const GROWN = 1.05;
/** Of which study the results are known, and how many trials had ended then. */
const known = signal({ study: '', ended: 0 });

/** Whether the study is evaluated on examples. */
export const hasExamples = computed(() => latest.value?.examples !== undefined);

/** Keeps the results on examples up to date while the component is shown. */
export function useExamples(): ExampleMatrix | undefined {
  const { ended = 0, phase } = latest.value ?? {};
  const before = known.value.study === study.value ? known.value.ended : 0;
  const due = hasExamples.value && connection.value === 'live' && isDue(ended, before, phase, GROWN);
  useEffect(() => {
    if (!due) return;
    const of = study.value;
    void get<ExampleMatrix | null>('examples').then(
      (found) => {
        if (study.value !== of) return;
        known.value = { study: of, ended };
        latestExamples.value = found ?? undefined;
      },
      () => {},
    );
  }, [due, study.value]);
  return latestExamples.value;
}
