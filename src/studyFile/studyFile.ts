import { dirname } from 'node:path';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import type { StudyOptions } from '../../streams/spec/options.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { withEarlyStopping } from '../../streams/spec/withEarlyStopping.ts';
import { checkAll, SpaceError } from '../errors.ts';
import type { Params } from '../facts/facts.ts';
import { secondsOf } from '../schema/amount.ts';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { assertRecord } from '../space/check.ts';
import { crossingIn, type KnownOptions, withKnownPriors } from '../space/known/known.ts';
import { fieldsOf } from '../space/shape.ts';
import { parseSpace, type Space } from '../space/space.ts';
import { studyLayout } from '../text/studyLayout.ts';
import { earlierIn, type NamedStudy } from './earlier.ts';
import { exampleNamesIn } from './exampleNames.ts';
import { readDocument } from './readDocument.ts';

/** A study as its file describes it. */
export interface StudyFile {
  /** Whether the file gives the name of the study. */
  readonly isNamed: boolean;
  readonly space: Space<Params>;
  /** Default: that of the log or, for a new study, `auto`. */
  readonly strategy?: Strategy;
  readonly options: StudyOptions & { readonly study: string; readonly earlier?: readonly NamedStudy[] };
  /** Why no trial is stopped early, where the file does not decide it with `early`. */
  readonly unstopped?: string;
  /** The command of the trainer, if the file has one. */
  readonly command?: readonly string[];
  /** Seconds a trial may take. */
  readonly timeLimit?: number;
  readonly atTimeLimit?: 'stop' | 'fail';
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace?: number;
  /** The path of the file to which the program writes its metrics. Values are then read from there instead of from its output. */
  readonly metricFile?: string;
}

const layout = fieldsOf(studyLayout);

/**
 * Reads a study from YAML or JSON.
 *
 * @throws StudyFileError with the place in the file.
 */
export const readStudyFile = (path: string): Promise<StudyFile> =>
  readDocument(path, (data, stem) => parseStudy(data, stem, dirname(path)));

/**
 * Reads the data of a study file, to create the study on another machine.
 *
 * @throws StudyFileError with the place in the file.
 */
export const readStudyData = (path: string): Promise<Params & { readonly name: string }> =>
  readDocument(path, (data, stem) => {
    const { options } = parseStudy(data, stem, dirname(path));
    return omitUndefined({ ...(data as Params), name: options.study, examples: options.examples });
  });

/**
 * A study from data.
 *
 * @param stem its name, if the data has none.
 * @param folder to which paths of journals and of a file of examples are relative.
 * @throws SpaceError, OptionError that begin with a path.
 */
export function parseStudy(data: unknown, stem = 'study', folder = '.'): StudyFile {
  assertRecord('study', data);
  checkAll([
    () => layout.read('study', data),
    () => {
      if (data.objective !== undefined && data.objectives !== undefined)
        throw new SpaceError('objective: expected either objective or objectives, got both');
    },
    () => data.strategy === undefined || parseStrategy(data.strategy),
    () => data.parameters === undefined || spaceOf(data),
  ]);
  const {
    name = stem,
    objective,
    parameters,
    constraints,
    program,
    priors,
    strategy,
    epochs,
    early,
    earlier,
    examples,
    command: words,
    timeLimit,
    atTimeLimit,
    grace,
    metricFile,
    ...options
  } = data as Readonly<Record<string, never>>;
  const settings: StudyOptions = omitUndefined({
    objectives: objective === undefined ? undefined : namedObjective(objective),
    examples: typeof examples === 'string' ? exampleNamesIn(folder, examples) : examples,
    ...options,
  });
  const space = spaceOf({ parameters, constraints, program, priors });
  const given = strategy === undefined ? undefined : parseStrategy(strategy);
  const unstopped = epochs === undefined || early !== undefined ? undefined : crossingIn(Object.keys(space.toJSON().parameters), program);
  const stops = epochs === undefined ? early : (early ?? unstopped === undefined);
  return omitUndefined({
    isNamed: data.name !== undefined,
    space,
    strategy: withEarlyStopping(given, { epochs, early: stops, parseStrategy, ...settings }),
    unstopped,
    options: omitUndefined({ priority: 1, ...settings, study: name, earlier: earlier && earlierIn(folder, earlier) }),
    command: words === undefined ? undefined : wordsOf(words),
    timeLimit: secondsOf(timeLimit),
    atTimeLimit,
    grace: secondsOf(grace),
    metricFile,
  });
}

/** The words of a command that is a text or a list. */
export const wordsOf = (command: string | readonly unknown[]): readonly string[] =>
  typeof command === 'string' ? command.trim().split(/\s+/) : command.map(String);

function spaceOf({ parameters: given, constraints, program, priors }: Params & KnownOptions): Space<Params> {
  const parameters = isRecord(given) ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asChoice(value)])) : given;
  const space = parseSpace({ parameters, constraints });
  if (program === undefined && priors === undefined) return space;
  const data = space.toJSON();
  return parseSpace({ ...data, parameters: withKnownPriors(data.parameters, { program, priors }) });
}

/** A list is short for a choice of its values. */
const asChoice = (parameter: unknown): unknown => (Array.isArray(parameter) ? { type: 'choice', values: parameter } : parameter);

/** The objective in `minimize val_loss`; without a name, it is called value. */
function namedObjective(objective: string): Readonly<Record<string, 'minimize' | 'maximize'>> {
  const [way, ...words] = objective.trim().split(/\s+/);
  return { [words.join(' ') || 'value']: way as 'minimize' | 'maximize' };
}
