import { StudyError } from '../../errors.ts';

/** Milliseconds to wait for a page of a server or an engine. */
const ANSWER_WITHIN = 3000;

/** The text of a page. @throws StudyError which begins with its address, with the reason of the network */
export async function textAt(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN) }).catch((cause: Error) => {
    const { message } = cause.cause instanceof Error ? cause.cause : cause;
    throw new StudyError(`${url} does not answer (${message})`, { code: 'no-connection', cause });
  });
  const text = await answer.text();
  if (!answer.ok) throw new StudyError(`${url} answers ${answer.status}: ${text.slice(0, 200)}`);
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
