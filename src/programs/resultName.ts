import { canonical, isSetting, splitOf, usualDirection } from '../text/names.ts';
import type { LineReading } from './readLine.ts';

export interface Unnamed {
  readonly objectives: readonly string[];
  readonly direction: 'minimize' | 'maximize';
  /** The name that the user gave. */
  readonly metric?: string | undefined;
  /** What the program printed, with the last values. */
  readonly seen: ReadonlyMap<string, number | null>;
  /** Names that could each be the result. */
  readonly candidates: readonly string[];
  /** Names of parameters, as `canonical` writes them. */
  readonly parameters: ReadonlySet<string>;
  /** The file that was read instead of the output. */
  readonly file?: string | undefined;
  /** The name of an example, if the study has examples. */
  readonly example?: string | undefined;
}

/** A printed value that could be the objective. */
export interface ProposedObjective {
  /** As a study file writes it. */
  readonly name: string;
  readonly direction: 'minimize' | 'maximize';
}

/** A name that needs no quotes in a study file or on a command line. */
const written = (name: string): string => (/^[\w@./#-]+$/.test(name) ? name : canonical(name));

/** The data on which a result is likely to be measured, the likeliest first. */
const LIKELY = ['val', 'dev', 'eval', 'holdout', 'test', undefined, 'train'];

/** The likeliest of some names; undefined if there is none. */
function likeliest(names: readonly string[]): string | undefined {
  const rank = (name: string) => LIKELY.indexOf(splitOf(name));
  const [first] = [...names].sort((a, b) => rank(a) - rank(b));
  return first && written(first);
}

/** The value that the only objective should name; undefined if no value can be it. Settings, times and parameters never are. */
export function proposalOf({
  objectives,
  direction,
  seen,
  candidates,
  parameters,
}: Omit<Unnamed, 'file' | 'metric'>): ProposedObjective | undefined {
  if (objectives.length > 1) return undefined;
  const results = [...seen.keys()].filter((name) => !parameters.has(canonical(name)) && !isSetting(name));
  const having = (of: 'minimize' | 'maximize' | undefined) => results.filter((name) => usualDirection(name) === of);
  const flipped = direction === 'minimize' ? 'maximize' : 'minimize';
  const fitting = likeliest(candidates) ?? likeliest(having(direction));
  if (fitting !== undefined) return { name: fitting, direction };
  const other = likeliest(having(flipped));
  if (other !== undefined) return { name: other, direction: flipped };
  const neutral = likeliest(having(undefined));
  return neutral === undefined ? undefined : { name: neutral, direction };
}

/** How to name the value that is the result. */
const howToName = ({ name, direction }: ProposedObjective): string => `write "objective: ${direction} ${name}" in the study file`;

/** Which of several values is likely to be the result. @throws if there are none */
export const howToChoose = (direction: 'minimize' | 'maximize', names: readonly string[]): string =>
  howToName({ direction, name: likeliest(names)! });

/** Why a program that exited with 0 has no result: what it printed, what was expected, and what to do. */
export function noResult(given: Unnamed): string {
  const { objectives, direction, metric, seen, candidates, file, example } = given;
  const start = 'exited 0 without a result';
  const from = file === undefined ? 'it printed' : `${file} has`;
  const shown = [...seen].map(([name, value]) => `${written(name)}=${value ?? 'nan'}`).join(', ');
  if (objectives.length > 1) {
    const line = objectives.map((name, i) => `${name}=0.${i + 3}`).join(' ');
    const cure = file === undefined ? `print a line such as "${ofExample(example)}${line}"` : `write them into it`;
    return `${start}: expected ${objectives.join(' and ')}, but ${from} ${shown || 'no values'}; ${cure}`;
  }
  const name = metric ?? objectives[0]!;
  const usual = name === 'value' ? 'loss' : name;
  const cure = file === undefined ? printing(usual, example) : writing(usual);
  if (shown === '') return `${start}: ${from} no ${file === undefined ? 'line that names a value' : 'values by name'}; ${cure}`;
  if (candidates.length > 1) return `${start}: ${from} ${shown}, and several could be the result; ${howToChoose(direction, candidates)}`;
  const expected = name === 'value' ? `a value to ${direction}` : name;
  const proposal = proposalOf(given);
  if (proposal === undefined) return `${start}: expected ${expected}, but ${from} ${shown}; ${cure}`;
  const named =
    proposal.direction === direction
      ? howToName(proposal)
      : `${proposal.name} is usually ${proposal.direction}d, and the study ${direction}s; write "objective: ${proposal.direction} ${proposal.name}" in the study file`;
  return `${start}: expected ${expected}, but ${from} ${shown}; ${named}, or ${cure}`;
}

const ofExample = (example: string | undefined): string => (example === undefined ? '' : `example=${example} `);
const printing = (name: string, example: string | undefined): string =>
  example === undefined
    ? `print a line such as "${name}=0.38", or "epoch=3 ${name}=0.41" after each epoch`
    : `print a line such as "${ofExample(example)}${name}=0.41" for each example`;
const writing = (name: string): string => `write {"${name}": 0.38} into it, or a table with the columns epoch and ${name}`;

/** Chooses the printed value that is the result, if the study does not name one. */
export interface MetricChoice {
  /**
   * Adds a reading. Returns `one`, once, when there is one candidate and its first step is over, and `several`, once, when there are more.
   */
  see(reading: LineReading): 'one' | 'several' | undefined;
  /** The candidates so far, as printed. */
  readonly names: readonly string[];
  /** Whether there are several. */
  readonly undecidable: boolean;
}

/**
 * @param direction only names that are usually better in this direction are candidates.
 * @param parameters names that are none
 */
export function metricChoice(direction: 'minimize' | 'maximize', parameters: ReadonlySet<string>): MetricChoice {
  const candidates = new Map<string, string>();
  /** The step of the first candidate, and that of the last reading. */
  let first: unknown;
  let current: unknown;
  let undecidable = false;
  return {
    see(reading) {
      if (undecidable) return undefined;
      const { fields, example, step, lead, heads } = reading;
      const own = example?.place ?? step ?? lead;
      if (own !== undefined && (heads || fields.size > 0)) {
        if (candidates.size > 0 && first !== undefined && own !== first) {
          undecidable = candidates.size > 1;
          return undecidable ? 'several' : 'one';
        }
        current = own;
        if (candidates.size > 0) first ??= own;
      }
      for (const name of fields.keys()) {
        const known = canonical(name);
        const isCandidate = name === 'value' || (usualDirection(name) === direction && !parameters.has(known));
        if (isCandidate && !candidates.has(known)) candidates.set(known, name);
      }
      if (candidates.size > 0) first ??= current;
      return undefined;
    },
    get names() {
      return [...candidates.values()];
    },
    get undecidable() {
      return undecidable;
    },
  };
}
