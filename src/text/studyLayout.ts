import { studyOptions } from '../../streams/spec/options.ts';
import { timeAmount } from '../schema/amount.ts';
import { isRecord, type JsonSchema } from '../schema/json.ts';
import { bool, exampleList, type OptionRule, oneOf, text, wholeFrom } from '../schema/optionRules.ts';
import { optional, required } from '../schema/optionSet.ts';
import { constraintsSchema, parametersSchema } from '../space/schema.ts';
import { usualDirection } from './names.ts';

/** A value that another part of the code checks. */
const anything = (schema: JsonSchema): OptionRule => ({ expected: 'a value', schema, holds: (value): value is unknown => true });

/** A direction, and the name of a metric that is not a list of objectives. */
const OBJECTIVE = /^\s*(?:minimize|maximize)(?:\s+(?!.*,\s*(?:minimize|maximize)\b)\S.*)?$/;

/** `minimize`, or `minimize val_loss`. */
const objective: OptionRule<string> = {
  expected: 'minimize or maximize, as in "minimize" or "minimize val_loss"',
  schema: { type: 'string', pattern: OBJECTIVE.source },
  hint: objectiveHint,
  holds: (value): value is string => typeof value === 'string' && OBJECTIVE.test(value),
};

function objectiveHint(value: unknown): string {
  const parts: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  if (parts.some(isRecord)) return '; did you mean objectives?';
  const meant = parts.flatMap((part) => (typeof part === 'string' && part.trim() !== '' ? objectiveMeant(part) : []));
  if (meant.length === 0) return '';
  if (meant.length === 1) return `; did you mean "${meant[0]}"?`;
  const named = meant.map((text) => text.split(/ (.*)/s));
  if (named.some(([, name]) => name === undefined)) return '; did you mean objectives?';
  return `; did you mean objectives: { ${named.map(([direction, name]) => `${name}: ${direction}`).join(', ')} }?`;
}

/** The objective that an invalid text was probably meant to be: `max loss`, or the name of a metric alone. */
function objectiveMeant(value: string): string {
  const [way = '', ...name] = value.trim().split(/[\s:]+/);
  const direction = /^min(imi[sz]e|imum)?$/i.test(way) ? 'minimize' : /^max(imi[sz]e|imum)?$/i.test(way) ? 'maximize' : undefined;
  return direction ? [direction, ...name].join(' ') : `${usualDirection(value) ?? 'minimize'} ${value.trim()}`;
}

export const command: OptionRule<string | readonly unknown[]> = {
  expected: 'a command, as a list of words or as a text that is split at spaces',
  schema: {
    anyOf: [
      { type: 'string', pattern: '\\S' },
      { type: 'array', minItems: 1 },
    ],
  },
  holds: (value): value is string | readonly unknown[] =>
    typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) && value.length > 0,
};

const journals: OptionRule<readonly string[]> = {
  expected: 'paths of journals, as in [last-week.jsonl]',
  schema: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
  holds: (value): value is readonly string[] =>
    Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === 'string' && path !== ''),
};

/** As in a program, or the file with the names. */
const examples: OptionRule<number | string | readonly string[]> = {
  expected: `${exampleList.expected}, or the path of a file with a name a line`,
  schema: { anyOf: [...(exampleList.schema.anyOf as readonly JsonSchema[]), text.schema] },
  holds: (value): value is number | string | readonly string[] => text.holds(value) || exampleList.holds(value),
};

const { study: name, ...settings } = studyOptions;

/** All keys of a study file. */
export const studyLayout = {
  /** The parameters by name; a parameter comes after those in its condition. */
  parameters: required(anything(parametersSchema)),
  /** Constraints that a configuration must satisfy before it is tried. */
  constraints: optional(anything(constraintsSchema)),
  /**
   * The program that the parameters belong to, such as `sklearn.svm.SVC` or `xgboost.XGBClassifier`: parameters that are known by name and have no
   * prior get that of the program.
   */
  program: optional(text),
  /**
   * `known`: parameters get known priors also without a `program`, if their name means the same in all programs. `none`: no parameter has a prior,
   * not even its own.
   */
  priors: optional(oneOf('known', 'none')),
  /** The name of the study. Default: the name of the file. */
  name: { rule: name.rule },
  /** The objective: `minimize` or `maximize`, and the name of the value, as in `minimize val_loss`. Default: `minimize`. */
  objective: optional(objective),
  /** The strategy, which decides which configuration is tried next. Default: auto. */
  strategy: optional(anything({ $ref: '#/$defs/strategy' })),
  /** The most epochs (or other steps) that a trial may train for. Trials that fall behind are stopped, see `early`. */
  epochs: optional(wholeFrom(1)),
  /**
   * With `epochs` or `examples`: whether trials that fall behind are stopped early. Default: true, but false with `epochs` for boosting, as far as
   * `program` or the names of the parameters show it: low learning rates are last at first and best at the end.
   */
  early: optional(bool),
  /**
   * Journals of earlier studies on similar problems: a new study also tries up to five configurations that their results suggest. Paths are relative
   * to the folder of this file; with hypertide serve, `nats:digits` is the study digits of the server.
   */
  earlier: optional(journals),
  ...settings,
  /**
   * What each trial is evaluated on, such as questions, folds, instances or games: how many there are, a list of their names, or the path of a text file
   * with a name a line, relative to the folder of this file; in it, empty lines and lines that begin with `#` are left out. The program prints the result of each
   * one, and the value of a trial is their mean. `race()` then compares trials on a few examples; it is put before a strategy that has none.
   */
  examples: optional(examples),
  /** The study ends after this many configurations. Trials that resume others and imported trials do not count. */
  trials: optional(wholeFrom(1)),
  /** The command line of the trainer, unless it is given to hypertide run. */
  command: optional(command),
  /** The time that a trial may take: seconds, or a text such as `90s`, `5m` or `2h`. */
  timeLimit: optional(timeAmount),
  /**
   * How a trial ends at its `timeLimit`: with `stop`, the last report is its result; with `fail`, and without a report, it has none. Default: fail.
   */
  atTimeLimit: optional(oneOf('stop', 'fail')),
  /** The time that a program has to end after SIGTERM before it gets SIGKILL: seconds, or a text such as `90s`. */
  grace: optional(timeAmount),
  /**
   * The path of the file to which the program writes its metrics (JSON, JSON lines or CSV), read instead of its output. `{trial}` is the number of
   * the trial.
   */
  metricFile: optional(text),
};

/** Keys that control programs and files on the machine of a worker: a study that another machine describes cannot have them. */
export const ofWorkers: readonly string[] = ['command', 'on', 'timeLimit', 'atTimeLimit', 'grace', 'result', 'metricFile'];
