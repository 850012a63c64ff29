import { lossOf } from '../../ledger/settings.ts';
import type { Headline } from '../../server/feed/wire.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { listIn } from './lists.ts';

/** Orders of the list of studies. */
export const orders = ['name', 'latest', 'trials', 'best'] as const;
export type Order = (typeof orders)[number];

/** The name of a study: that in its log, or, in a process that serves several teams, after the name of its team. */
export const nameOf = ({ id, study }: Pick<Headline, 'id' | 'study'>): string => (study && !id.endsWith(`.${study}`) ? study : id);

/** A study that runs without an open trial waits if its quota is used, and is idle else. */
export function stateOfStudy({ phase, open, waits }: Headline): string {
  if (phase !== 'running' || open > 0) return phase;
  return waits === undefined ? 'idle' : 'waits';
}

/** How commands name a study: by its file, or by its address on a server; undefined if only its process has it. */
export function studyArgument({ source, id }: Pick<Headline, 'source' | 'id'>): string | undefined {
  if (source.endsWith('.jsonl')) return shellQuoted(source.replace(/^.*[\\/]/, ''));
  return source.includes('://') ? shellQuoted(`${source}/${id}`) : undefined;
}

/** The command that runs a program for the trials of a study. */
export function startCommand(of: Pick<Headline, 'source' | 'id'>): string | undefined {
  const address = studyArgument(of);
  const start = of.source.includes('://') ? `worker ${address}` : `run study.yaml --journal ${address}`;
  return address && `hypertide ${start} -- python3 train.py {args}`;
}

/** The studies that an address compares: names with commas between them, or a list in JSON, since names may have commas. */
export function comparedNames(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split(',').filter(Boolean);
  return (listIn(text) ?? []).filter((name) => typeof name === 'string');
}

/** The part of the address that compares studies. */
export const comparedAddress = (names: readonly string[]): string =>
  names.some((name) => name.includes(',') || name.startsWith('[')) ? JSON.stringify(names) : names.join(',');

/** The studies that match, in an order. Studies without a best value come last in the order of those. */
export function arranged(
  all: readonly Headline[],
  { sought, order, state }: { readonly sought: string; readonly order: Order; readonly state: string },
): Headline[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (one: Headline) => {
    const text = `${one.study} ${one.id} ${one.source} ${one.objective.name} ${one.labels ?? ''} ${one.starred ? '★' : ''}`.toLowerCase();
    return (state === 'all' || stateOfStudy(one) === state) && words.every((word) => text.includes(word));
  };
  const byName = (a: Headline, b: Headline) => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });
  const loss = ({ best, objective }: Headline) => (best === undefined ? Number.POSITIVE_INFINITY : lossOf(objective, best.value));
  const difference: Readonly<Record<string, (a: Headline, b: Headline) => number>> = {
    latest: (a, b) => b.at - a.at,
    trials: (a, b) => b.trials - a.trials,
    best: (a, b) => (loss(a) === loss(b) ? 0 : loss(a) - loss(b)),
  };
  return all.filter(matches).sort((a, b) => difference[order]?.(a, b) || byName(a, b));
}
