import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { PriorData } from '../prior.ts';
import type { Dimension } from '../types/dimension.ts';
import type { Value } from '../value.ts';
import table from './programs.json' with { type: 'json' };

/** What is known about a parameter: a range worth searching, its scale, and where good values are expected. */
export interface KnownParameter {
  readonly dimension: Dimension;
  /** Its default in the library; null is None. Absent: the library has none. */
  readonly default?: Value;
  /** What it depends on, or is good for. */
  readonly note?: string;
}

/** Programs whose parameters mean the same. */
export interface KnownProgram {
  /** Their full names, as a program imports them. */
  readonly names: readonly string[];
  /** Where defaults and priors come from. */
  readonly source: string;
  /** Who says that the curves of its trials cross, as a lower learning rate needs more rounds; absent if that is not known. */
  readonly crossing?: string;
  /** By name; several if the library takes numbers of several types, or if a prior on a linear scale is useless on a logarithmic one. */
  readonly parameters: Readonly<Record<string, readonly KnownParameter[]>>;
}

type Pair = readonly [number, number];
/** Keys of programs, or how several keys begin: `sklearn` for all of scikit-learn. */
type Keys = string | readonly string[];

/** A row of programs.json. It has one of `float`, `int`, `choice` and `boolean`. */
interface Row {
  readonly name: string | readonly string[];
  readonly in: Keys;
  readonly float?: Pair;
  readonly int?: Pair;
  readonly choice?: readonly Value[];
  readonly boolean?: true;
  readonly log?: true;
  readonly logit?: true;
  readonly normal?: readonly [median: number, sigma: number];
  readonly logNormal?: readonly [median: number, sigma: number];
  readonly weights?: readonly number[];
  readonly default?: Value;
  readonly note?: string;
}

interface Table {
  /** Names of programs by a key. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  readonly sources: Readonly<Record<string, Keys>>;
  readonly crossing: Readonly<Record<string, Keys>>;
  readonly rows: readonly Row[];
}

let read: readonly KnownProgram[] | undefined;

/** All programs with known parameters. */
export const knownPrograms = (): readonly KnownProgram[] => (read ??= programsOf(table as unknown as Table));

const programsOf = ({ programs, sources, crossing, rows }: Table): readonly KnownProgram[] =>
  Object.entries(programs).map(([key, names]) => {
    const isOf = (keys: Keys) => [keys].flat().some((start) => key === start || key.startsWith(`${start}.`));
    const parameters: Record<string, KnownParameter[]> = {};
    for (const row of rows.filter((one) => isOf(one.in)))
      for (const name of [row.name].flat()) parameters[name] = [...(parameters[name] ?? []), knownIn(row)];
    const about = (texts: Readonly<Record<string, Keys>>) => Object.keys(texts).filter((text) => isOf(texts[text]!));
    return { names, source: about(sources).join('; '), parameters, ...omitUndefined({ crossing: about(crossing)[0] }) };
  });

const knownIn = (row: Row): KnownParameter => ({
  dimension: dimensionOf(row),
  ...omitUndefined({ default: row.default, note: row.note }),
});

function dimensionOf({ float, int, choice, log, logit, ...row }: Row): Dimension {
  const prior = priorIn(row);
  if (choice) return { type: 'choice', values: choice, ...omitUndefined({ prior }) };
  const range = float ?? int;
  if (!range) return { type: 'boolean', ...omitUndefined({ prior }) };
  const [low, high] = range;
  return { type: float ? 'float' : 'int', low, high, ...omitUndefined({ log, logit, prior }) };
}

function priorIn({ normal, logNormal, weights }: Pick<Row, 'normal' | 'logNormal' | 'weights'>): PriorData | undefined {
  if (normal) return { normal: { median: normal[0], sigma: normal[1] } };
  if (logNormal) return { logNormal: { median: logNormal[0], sigma: logNormal[1] } };
  return weights && { weights };
}
