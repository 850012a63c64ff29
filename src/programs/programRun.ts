import type { ClaimedTrial } from '../../streams/study/port/port.ts';
import type { Params } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { valueText } from '../space/value.ts';
import { UsageError } from '../text/usage.ts';
import { type CommandTemplate, type Filling, unmentioned } from './template.ts';

/** One run of a program: the values for its placeholders and its environment, and its files. What is left out, the program does not get. */
export interface ProgramRun extends Partial<Pick<ClaimedTrial, 'trial' | 'attempt' | 'budget' | 'resumes' | 'checkpoint'>> {
  readonly study?: string;
  /** From 0 on. Programs that run at the same time have different slots, for example to choose a GPU. */
  readonly slot?: number;
  /** The names of the examples to evaluate, in this order. */
  readonly examples?: readonly string[];
  /** The active parameters. */
  readonly params: Params;
  /** Further variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Its files. Their directories are created. */
  readonly paths?: {
    /** The file for the parameters as JSON. */
    readonly params?: string;
    /** The file for the program and its arguments as JSON. */
    readonly command?: string;
    /** The file for the names of the examples, one a line. */
    readonly examples?: string;
    /** The directory in which the program saves; it is created. */
    readonly checkpoints?: string;
    /** The file to which the output is appended: of more than 64 MiB, the first and the last 16 MiB are kept. */
    readonly log?: string;
  };
}

/** The run of an attempt at a trial, which keeps its files. */
export interface TrialRun extends ProgramRun {
  readonly paths: NonNullable<ProgramRun['paths']> & { readonly params: string; readonly checkpoints: string; readonly log: string };
}

export const fillingOf = ({ paths, environment: _, examples, ...run }: ProgramRun): Filling =>
  omitUndefined({ ...run, paramsFile: paths?.params, examples: examples && paths?.examples });

/** The variable of a parameter, without `HYPERTIDE_`. Letters of other alphabets are kept; otherwise all Greek names would be the same. */
const variableOf = (parameter: string): string => `PARAM_${parameter.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '_')}`;

/** What repeats a run whose command does not pass some parameters: the program may have read them from its environment. */
export function variablesFor(command: CommandTemplate, { params }: Pick<ProgramRun, 'params'>): readonly string[] {
  const missing = unmentioned(command, Object.keys(params));
  return missing.length === 0 ? [] : ['env', ...missing.map((name) => `HYPERTIDE_${variableOf(name)}=${valueText(params[name]!)}`)];
}

/** @throws UsageError if two parameters would share an environment variable. */
export function checkVariables(parameters: readonly string[]): void {
  const holders = new Map<string, string>();
  for (const name of parameters) {
    const variable = variableOf(name);
    const other = holders.get(variable);
    if (other !== undefined)
      throw new UsageError(`${other} and ${name}: expected names that programs can tell apart, got HYPERTIDE_${variable} for both`);
    holders.set(variable, name);
  }
}

/**
 * The environment of a program: the runner's own, and
 * - `HYPERTIDE_STUDY`, `_TRIAL`, `_ATTEMPT`, `_SLOT`, `_BUDGET`, `_RESUMES`, `_CHECKPOINT` (saved state to load): as in the run, and not
 *   there where the run has none;
 * - `HYPERTIDE_CHECKPOINT_DIR`: where to save;
 * - `HYPERTIDE_EXAMPLES_FILE`: path of a file with the names of the examples to evaluate, one a line, in this order;
 * - `HYPERTIDE_PARAMS` (JSON), `HYPERTIDE_PARAMS_FILE` (path of the same), and `HYPERTIDE_PARAM_LEARNING_RATE` for `learning-rate`;
 * - `TRACEPARENT`: the trace of the attempt, if it is traced;
 * - `PYTHONUNBUFFERED`, unless it is set: Python would buffer its reports.
 */
export function environmentOf(
  { paths = {}, params, examples, environment, ...run }: ProgramRun,
  own: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([name]) => !name.startsWith('HYPERTIDE_'));
  const named = Object.entries(run).map(([name, value]) => [name.toUpperCase(), value] as const);
  const each = Object.entries(params).map(([name, value]) => [variableOf(name), valueText(value)] as const);
  const all = [
    ...each,
    ...named,
    ['PARAMS', JSON.stringify(params)] as const,
    ['PARAMS_FILE', paths.params] as const,
    ['CHECKPOINT_DIR', paths.checkpoints] as const,
    ['EXAMPLES_FILE', examples && paths.examples] as const,
  ].filter(([, value]) => value !== undefined);
  return {
    PYTHONUNBUFFERED: '1',
    ...Object.fromEntries([...inherited, ...all.map(([name, value]) => [`HYPERTIDE_${name}`, String(value)])]),
    ...environment,
  };
}
