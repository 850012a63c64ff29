import { meaningOf } from '../text/names.ts';
import type { LineReading } from './readLine.ts';

type Direction = 'minimize' | 'maximize';

/** A printed value that could be the objective. */
export interface ProposedObjective {
  /** As a study file writes it. */
  readonly name: string;
  readonly direction: Direction;
  /** Whether its name alone says that no other value is meant. */
  readonly isCertain: boolean;
}

/** The values that could be the result, the likeliest first. One is certain if it is the only one of its kind. */
export interface Choice {
  readonly names: readonly string[];
  readonly isCertain: boolean;
}

/** As the word of the protocol, `value` has any direction. */
const directionOf = (name: string, wanted: Direction): Direction | undefined => (name === 'value' ? wanted : meaningOf(name).direction);
const roleOf = (name: string): number => (name === 'value' ? 1 : meaningOf(name).role);
/** Of names that differ only in this, one alone can be the result without a question. */
const WHOLE = 1;
const PART = 3;

/**
 * Chooses by meaning. Data for validation count before data for tests, and these before others; then what is wanted for itself before a measure of the
 * whole, and this before parts of a loss; then the direction of the study. A part is never certain.
 */
function choiceOf(names: Iterable<string>, wanted: Direction): Choice {
  const known = [...names].filter((name) => directionOf(name, wanted) !== undefined);
  const least = (some: readonly string[], of: (name: string) => number) => {
    const lowest = some.reduce((low, name) => Math.min(low, of(name)), Number.POSITIVE_INFINITY);
    return some.filter((name) => of(name) === lowest);
  };
  const near = least(known, (name) => meaningOf(name).distance);
  const best = least(near, roleOf);
  const fitting = best.filter((name) => directionOf(name, wanted) === wanted);
  const chosen = fitting.length > 0 ? fitting : best;
  const role = roleOf(chosen[0] ?? '');
  const others = [best, near, known].flat().filter((name) => !chosen.includes(name));
  return {
    names: [...new Set([...chosen, ...others])],
    isCertain: chosen.length === 1 && role < PART && (role <= WHOLE || near.length === 1),
  };
}

export interface Unnamed {
  readonly objectives: readonly string[];
  readonly direction: Direction;
  /** The name that the user gave. */
  readonly metric?: string | undefined;
  /** What the program printed, with the last values of each name. */
  readonly seen: ReadonlyMap<string, readonly (number | null)[]>;
  /** Names of parameters, as `canonical` writes them. */
  readonly parameters: ReadonlySet<string>;
  /** The file that was read instead of the output. */
  readonly file?: string | undefined;
  /** The name of an example, if the study has examples. */
  readonly example?: string | undefined;
  /** Whether the program was ended because several could be the result. */
  readonly isEnded?: boolean;
}

/** A name that needs no quotes in a study file or on a command line. */
const written = (name: string): string => (/^[\w@./#-]+$/.test(name) ? name : meaningOf(name).canonical);

/** The value that the only objective should name; undefined if none can be it. Parts, settings, times and parameters never are. */
export function proposalOf({ objectives, metric, direction, seen, parameters }: Unnamed): ProposedObjective | undefined {
  if (objectives.length > 1) return undefined;
  const results = [...seen.keys()].filter((name) => !parameters.has(meaningOf(name).canonical) && !meaningOf(name).isSetting);
  const { names, isCertain } = choiceOf(results, direction);
  const [neutral, next] = results.sort((a, b) => meaningOf(a).distance - meaningOf(b).distance);
  const isOnly = neutral !== undefined && (next === undefined || meaningOf(neutral).distance < meaningOf(next).distance);
  const name = names[0] ?? (isOnly ? neutral : undefined);
  if (name === undefined || (names.length > 0 && roleOf(name) === PART)) return undefined;
  const given = metric ?? objectives[0]!;
  const isAsNear = given === 'value' || meaningOf(name).distance <= meaningOf(given).distance;
  return { name: written(name), direction: directionOf(name, direction) ?? direction, isCertain: isCertain && isAsNear };
}

/** Options that a question lists. */
const MOST_OPTIONS = 5;
const numbers = (values: readonly (number | null)[]): string => values.map((value) => value ?? 'none').join(', ');

/** Why a program has no result: what it printed, what was expected, and what to do. */
export function noResult(given: Unnamed): string {
  const { objectives, direction, metric, seen, file, example } = given;
  const start = given.isEnded ? 'was ended, as nothing says which value is its result' : 'exited 0 without a result';
  const [from, nothing] = file === undefined ? ['it printed', 'line that names a value'] : [`${file} has`, 'values by name'];
  const shown = [...seen].map(([name, values]) => `${written(name)}=${numbers(values.slice(-1))}`).join(', ');
  const isOne = objectives.length === 1;
  const name = metric ?? objectives[0]!;
  const cure = cureFor(isOne ? [name === 'value' ? 'loss' : name] : objectives, file, example);
  if (shown === '') return `${start}: ${from} no ${nothing}; ${cure}`;
  const expected = !isOne ? objectives.join(' and ') : name === 'value' ? `a value to ${direction}` : name;
  const unlike = `${start}: expected ${expected}, but ${from} ${shown};`;
  const proposal = proposalOf(given);
  const unsaid = 'if one of them is the result, write "objective: minimize" or "maximize" and its name in the study file, or ';
  if (proposal === undefined) return `${unlike} ${isOne && name === 'value' ? unsaid : ''}${cure}`;
  const write = `write "objective: ${proposal.direction} ${proposal.name}" in the study file`;
  const options = choiceOf(seen.keys(), direction).names.slice(0, MOST_OPTIONS);
  if (name === 'value' && !proposal.isCertain && options.length > 1) {
    const listed = options
      .map((option) => `${directionOf(option, direction)} ${written(option)} (${numbers(seen.get(option)!)})`)
      .join(', ');
    return `${start}: several could be the result: ${listed}; ${write}, or another of them`;
  }
  const usual = `${proposal.name} is usually ${proposal.direction}d, and the study ${direction}s; `;
  const isEither = meaningOf(proposal.name).direction === undefined;
  const named = `${proposal.direction === direction ? '' : usual}${write}${isEither ? ' (or maximize, if more is better)' : ''}`;
  return `${unlike} ${named}, or ${cure}`;
}

/** @param names of all objectives */
function cureFor(names: readonly string[], file: string | undefined, example: string | undefined): string {
  if (file !== undefined)
    return `write {"${names.join('": 0.38, "')}": 0.38} into it, or a table with the columns epoch and ${names.join(', ')}`;
  const line = (value: number) => names.map((name, i) => `${name}=0.${names.length === 1 ? value : i + 3}`).join(' ');
  if (example !== undefined) return `print a line such as "example=${example} ${line(41)}" for each example`;
  return `print a line such as "${line(38)}", or "epoch=3 ${line(41)}" after each epoch`;
}

/** Chooses the printed value that is the result, if the study does not name one. */
export interface MetricChoice {
  /** Adds a reading. Returns `certain` once a step is over and one name is certain, and `open` when it prints the same names twice and none is. */
  see(reading: LineReading): 'certain' | 'open' | undefined;
  /** The name that is certain so far, has the direction of the study, and was printed in the last step. */
  readonly certain: string | undefined;
}

/** @param parameters names that are no candidates */
export function metricChoice(direction: Direction, parameters: ReadonlySet<string>): MetricChoice {
  /** Candidates as printed, each with the number of steps that were over when it was printed last. */
  const candidates = new Map<string, { readonly name: string; at: number }>();
  /** The step of the last reading, and how many with candidates are over. */
  let current: unknown;
  let over = 0;
  /** The names of the last step. */
  let before: string | undefined;
  let taken: string | undefined;
  /** How many candidates there were when they were compared with what was taken. */
  let compared = 0;
  const names = () => [...candidates.values()].map((candidate) => candidate.name);
  const choice = () => choiceOf(names(), direction);
  const certain = () => {
    const { names, isCertain } = choice();
    const name = names[0];
    if (name === undefined || !isCertain || directionOf(name, direction) !== direction) return undefined;
    return candidates.get(meaningOf(name).canonical)!.at >= over - 1 ? name : undefined;
  };
  const weigh = (): 'certain' | 'open' | undefined => {
    const inStep = [...candidates].flatMap(([known, { at }]) => (at === over ? [known] : []));
    if (inStep.length === 0) return undefined;
    over++;
    taken = certain();
    compared = candidates.size;
    if (taken !== undefined) return 'certain';
    const isAgain = before === inStep.sort().join();
    before = inStep.join();
    return isAgain ? 'open' : undefined;
  };

  return {
    see({ fields, example, step, lead, heads }) {
      const own = example?.place ?? step ?? lead;
      let verdict: 'certain' | 'open' | undefined;
      if (own !== undefined && (heads || fields.size > 0) && own !== current) {
        if (current === undefined)
          for (const candidate of candidates.values()) candidate.at = -1; // of before the training
        else if (taken === undefined) verdict = weigh();
        current = own;
      }
      for (const name of fields.keys()) {
        const { canonical } = meaningOf(name);
        if (directionOf(name, direction) === undefined || parameters.has(canonical)) continue;
        const known = candidates.get(canonical);
        if (known) known.at = over;
        else candidates.set(canonical, { name, at: over });
      }
      if (taken === undefined || candidates.size === compared) return verdict;
      compared = candidates.size;
      return meaningOf(choice().names[0]!).distance < meaningOf(taken).distance ? 'open' : verdict; // a result on better data follows
    },
    get certain() {
      return taken ?? certain();
    },
  };
}
