/** A metric of prom-client with the label `study`. */
export interface StudySeries {
  get(): Promise<{ readonly values: readonly { readonly labels: object }[] }>;
  remove(labels: never): void;
}

/** Removes the series of a study, which would otherwise be exported until the process ends. */
export async function removeSeries(metrics: Iterable<StudySeries>, study: string): Promise<void> {
  for (const metric of metrics) {
    const { values } = await metric.get();
    const own = new Map<string, object>();
    for (const { labels } of values) {
      const { le: _, ...rest } = labels as { readonly le?: unknown; readonly study?: unknown }; // a bucket is no series of its own
      if (rest.study === study) own.set(JSON.stringify(rest), rest);
    }
    for (const labels of own.values()) metric.remove(labels as never);
  }
}
