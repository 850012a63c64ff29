/** Milliseconds to wait for a page of a server or an engine. */
const ANSWER_WITHIN = 3000;

/** The text of a page. @throws what keeps it from being read, with the reason of the network */
export async function textAt(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN) }).catch((error: Error) => {
    throw error.cause instanceof Error ? error.cause : error;
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`it answers ${answer.status}: ${text.slice(0, 200)}`);
  return text;
}

/** A value of a metric, with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the metrics of an engine. @returns the values of a metric by its name without `hypertide_` */
export async function metricsAt(engine: string): Promise<(name: string) => readonly Sample[]> {
  const text = await textAt(new URL('/metrics', engine).href);
  return (name) =>
    [...text.matchAll(new RegExp(`^hypertide_${name}\\{([^}]*)\\} (\\S+)$`, 'gm'))].map(([, labels = '', value]) => ({
      labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, of]) => [label!, of!])),
      value: Number(value),
    }));
}
