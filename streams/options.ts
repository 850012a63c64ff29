import { OptionError } from '../src/errors.ts';
import { type Created, DECISIONS, type Limits, type ObjectiveSpec, RULES } from '../src/facts/facts.ts';
import { given, type Loose } from '../src/omitUndefined.ts';
import { checkOption, checkOptions, finite, notNegative, oneOf, wholeFrom } from '../src/optionRules.ts';
import type { Space } from '../src/space/space.ts';
import { version } from '../src/version.ts';
import { withDefaults } from './defaults.ts';
import { auto } from './strategies/auto.ts';
import type { Inspect, Strategy } from './strategy.ts';

/**
 * How a study is run. What is left out has the default named, or on a log with a past, what the log says; and there, limits and `parallel`
 * count where they are not what they were at the last start, so that a restart undoes no change that somebody has made since.
 */
export interface StudyOptions extends Loose<Limits> {
  /** Name of the study. Default `study`. */
  readonly study?: string | undefined;
  /** Of all randomness. Default `0`. */
  readonly seed?: string | number | undefined;
  /** What is optimised, by name; the first one decides which trial is the best. Default `{ value: 'minimize' }`. */
  readonly objectives?: Readonly<Record<string, 'minimize' | 'maximize'>> | undefined;
  /** Whether the trainers resume from checkpoints: says so to who starts them, where a strategy pauses trials. Default false. */
  readonly resumes?: boolean | undefined;
  /** How many trials may be open at once. Default 1. */
  readonly parallel?: number | undefined;
  /** Whether a configuration may be tried twice at the same budget. Default `forbid`. */
  readonly duplicates?: 'forbid' | 'allow' | undefined;
  /** Told of every transition of every machine, by XState's inspection events. It can change nothing. */
  readonly inspect?: Inspect | undefined;
}

const objectivesOf = (options: StudyOptions): ObjectiveSpec[] =>
  Object.entries(options.objectives ?? { value: 'minimize' as const }).map(([name, direction]) => ({ name, direction }));

/** The limits that the options name. */
export const limitsOf = ({ trials, seconds, target, cost, plateau, attempts, retryErrors }: StudyOptions): Limits =>
  given<Limits>({ trials, seconds, target, cost, plateau, attempts, retryErrors });

/** The strategy as the log records it: as data, or, where it is only code, by its name. */
const recorded = (strategy: Strategy, decisions = DECISIONS): unknown =>
  withDefaults(strategy.spec ?? (strategy.name || 'code'), decisions);

/** The fact that a log begins with. @throws OptionError */
export function createdOf<P>(space: Space<P>, strategy: Strategy | undefined, options: StudyOptions): Created {
  check(options);
  return {
    type: 'created',
    v: 1,
    study: options.study ?? 'study',
    space: space.toJSON(),
    objectives: objectivesOf(options),
    strategy: recorded(strategy ?? auto()),
    seed: String(options.seed ?? 0),
    limits: limitsOf(options),
    parallel: options.parallel ?? 1,
    duplicates: options.duplicates ?? 'forbid',
    ...(options.resumes && { resumes: true }),
    rules: RULES,
    decisions: DECISIONS,
    version,
  };
}

/** Before anything is written: a log that begins with what cannot be is no log. */
function check(options: StudyOptions): void {
  const { trials, parallel, attempts, seconds, plateau, cost, target, duplicates } = options;
  checkOptions(
    '',
    { trials, parallel, attempts, seconds, plateau, cost, target, duplicates },
    {
      trials: wholeFrom(0),
      parallel: wholeFrom(1),
      attempts: wholeFrom(1),
      seconds: notNegative,
      plateau: wholeFrom(1),
      cost: notNegative,
      target: finite,
      duplicates: oneOf('forbid', 'allow'),
    },
  );
  const objectives = objectivesOf(options);
  if (objectives.length === 0) throw new OptionError('objectives', 'at least one name with minimize or maximize', {});
  for (const { name, direction } of objectives) checkOption(`objectives.${name}`, direction, oneOf('minimize', 'maximize'));
}

/** What an option and a log say differently, a line each; nothing where the log is this study's. */
export function differences(
  logged: Created,
  wanted: Created,
  options: StudyOptions & { readonly strategy?: Strategy | undefined },
): string[] {
  const named = (['study', 'seed', 'objectives', 'duplicates'] as const).filter((name) => options[name] !== undefined);
  const { strategy } = options;
  const { decisions = 1 } = logged; // what a strategy leaves to a default is what it was when the study began
  return [
    ...['space' as const, ...named].flatMap((name) => compare(name, logged[name], wanted[name])),
    ...(strategy ? compare('strategy', withDefaults(logged.strategy, decisions), recorded(strategy, decisions)) : []),
  ];
}

/** The places below `path` where two pieces of JSON differ. */
function compare(path: string, logged: unknown, wanted: unknown): string[] {
  if (JSON.stringify(logged) === JSON.stringify(wanted)) return [];
  if (!hasParts(logged) || !hasParts(wanted) || Array.isArray(logged) !== Array.isArray(wanted))
    return [`${path} is ${shown(logged)} in the log, but ${shown(wanted)} here`];
  const names = new Set([...Object.keys(logged), ...Object.keys(wanted)]);
  return [...names].flatMap((name) => compare(`${path}.${name}`, logged[name], wanted[name]));
}

const hasParts = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
