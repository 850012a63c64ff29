/** What is counted, by name. */
export type Sizes = Readonly<Record<string, number>>;

/** The file `tools/budget.json`. */
export interface Budget {
  readonly sizes: Sizes;
  /** Why a number rose, and what left for it: a sentence each. */
  readonly paid: readonly string[];
}

/** CPU time differs between machines and runs. */
const TOLERANCE: Sizes = { 'CPU seconds of tests': 1.2 };

/** The folder that a file counts for: `src/cli`, `streams/nats`, or all of `streams` besides it. */
export function folderOf(path: string): string {
  const [top, second, ...below] = path.split('/');
  if (top === 'src') return below.length > 0 ? `src/${second}` : 'src';
  return path.startsWith('streams/nats/') ? 'streams/nats' : top!;
}

/** A sentence for each size that is above its number, and for each that has none. */
export function findings({ sizes: allowed }: Budget, sizes: Sizes): readonly string[] {
  return Object.entries(sizes).flatMap(([name, size]) => {
    const most = allowed[name];
    if (most === undefined) return [`${name}: ${size}, but the budget has no number for it`];
    return size > most * (TOLERANCE[name] ?? 1)
      ? [`${name}: ${size}, at most ${most}: remove ${size - most}, or raise the number and say under "paid" what left for it`]
      : [];
  });
}

/** The budget with the numbers that fell. A folder that is gone leaves it. */
export const lowered = ({ sizes: allowed, paid }: Budget, sizes: Sizes): Budget => ({
  sizes: Object.fromEntries(
    Object.entries(allowed).flatMap(([name, most]) =>
      name in sizes || !isFolder(name) ? [[name, Math.min(most, sizes[name] ?? most)]] : [],
    ),
  ),
  paid,
});

const isFolder = (name: string): boolean => /^(src|machines|streams)(\/|$)/.test(name);
