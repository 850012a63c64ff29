import { StudyError } from '../../errors.ts';
import { shown } from '../../study/shown.ts';

/** Milliseconds to wait for a page of a server or an engine. */
const ANSWER_MS = 3000;

/** The text of a page. @throws StudyError which begins with its address, with the reason of the network */
export async function pageText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch((cause: Error) => {
    const { message } = cause.cause instanceof Error ? cause.cause : cause;
    throw new StudyError(`${url} does not answer (${message})`, { code: 'no-connection', cause });
  });
  const text = await answer.text();
  if (!answer.ok) throw new StudyError(`${url} answers ${answer.status}: ${text.slice(0, 200)}`);
  return text;
}

/** A value of a metric, with its labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the metrics of an engine. @returns the values of a metric by its name without `hypertide_` */
export async function metricsAt(engine: string): Promise<(name: string) => readonly Sample[]> {
  const text = await pageText(new URL('/metrics', engine).href);
  return (name) =>
    [...text.matchAll(new RegExp(`^hypertide_${name}\\{([^}]*)\\} (\\S+)$`, 'gm'))].map(([, labels = '', value]) => ({
      labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, of]) => [label!, of!])),
      value: Number(value),
    }));
}

/** What each team uses of its quota, as an engine of all teams knows it: its name, the part, what is used, the most of it, and the share. */
export async function usedAt(engine: string): Promise<readonly (readonly string[])[]> {
  const valuesOf = await metricsAt(engine);
  const used = [...valuesOf('team_used'), ...ofStore(valuesOf('account_store_bytes'))];
  const most = [...valuesOf('team_quota'), ...ofStore(valuesOf('account_store_limit_bytes'))];
  const teams = [...new Set(valuesOf('team_used').map(({ labels }) => labels.team))];
  return teams.flatMap((name) =>
    used.flatMap(({ labels: { team = '', of = '' }, value }) => {
      if (team !== name) return [];
      const quota = most.find(({ labels }) => labels.team === team && labels.of === of)?.value;
      const share = quota ? `${Math.round((100 * value) / quota)} %` : '';
      return [[team, of, shown(Number(value.toPrecision(6))), quota === undefined ? '' : shown(quota), share]];
    }),
  );
}

/** The disk space of teams, which the servers measure and limit, beside what the engine does. */
const ofStore = (samples: readonly Sample[]): readonly Sample[] =>
  samples.map(({ labels, value }) => ({ labels: { ...labels, of: 'bytes' }, value }));
