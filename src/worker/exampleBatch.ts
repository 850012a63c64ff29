import type { ReportedFact } from '../facts/facts.ts';
import { summed } from '../ledger/exampleFacts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';

/** Milliseconds between two facts about a trial. */
const BATCH_MS = 500;
/** Results that a fact can hold. */
const MOST_RESULTS = 4096;

type Results = NonNullable<ReportedFact['results']>;
type Batch = Pick<ReportedFact, 'step' | 'values' | 'metrics' | 'metric'>;

/** Results of examples on their way into the log. */
export interface ExampleBatch {
  /** @param batch with the number of results so far as its step, and the metrics of this one */
  add(result: Results[number], batch: Batch): void;
  /** Sends what waits. */
  flush(): void;
}

/**
 * Collects results, since a program may have hundreds in a second, and each fact is stored for ever. The first one is sent at once, so that the study
 * can stop a slow trial early; those of the half second after it are sent together.
 */
export function exampleBatch(send: (batch: Batch & { readonly results: Results }) => void): ExampleBatch {
  let results: Results[number][] = [];
  let waiting: Batch | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === undefined) return;
    last = performance.now();
    const batch = { ...waiting, results };
    [waiting, results] = [undefined, []];
    send(batch);
  };
  return {
    add(result, batch) {
      results.push(result);
      const metrics = batch.metrics ? summed(waiting?.metrics, batch.metrics) : waiting?.metrics;
      waiting = omitUndefined({ ...batch, metrics, metric: batch.metric ?? waiting?.metric });
      const rest = last + BATCH_MS - performance.now();
      if (rest <= 0 || results.length >= MOST_RESULTS) flush();
      else timer ??= setTimeout(flush, rest);
    },
    flush,
  };
}
