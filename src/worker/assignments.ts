import { checkName } from '../../streams/nats/protocol/subjects.ts';
import { secondsOf, timeAmount } from '../schema/amount.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { oneOf, positive, text, wholeFrom } from '../schema/optionRules.ts';
import { checkedBy, fields, mapping } from '../space/shape.ts';
import { checkPattern, isPattern } from '../stores/namePattern.ts';
import { readDocument } from '../studyFile/readDocument.ts';
import { wordsOf } from '../studyFile/studyFile.ts';
import { command } from '../text/studyLayout.ts';
import { UsageError } from '../text/usage.ts';
import type { ProgramSettings } from './workOn.ts';

/** Studies that a worker serves, and the program that it runs for their trials. */
export interface Assignment extends ProgramSettings {
  /** The name of a study, or a pattern of names. */
  readonly studies: string;
  /** The share of the worker's time that each of them gets, relative to others. */
  readonly weight: number;
  /** The program and its arguments. */
  readonly words: readonly string[];
}

const checkNames = (option: string, studies: string): unknown =>
  isPattern(studies) ? checkPattern(option, studies) : checkName(option, studies);

/**
 * One program for several studies.
 *
 * @param studies names and patterns, each with a weight after `=` if it is not 1.
 * @throws UsageError
 */
export function sharedProgram(studies: readonly string[], words: readonly string[], settings: ProgramSettings): readonly Assignment[] {
  const assignments: Assignment[] = [];
  for (const word of studies) {
    const [name = '', weight = '1', ...rest] = word.split('=');
    checkNames('study', name);
    if (rest.length > 0 || !(Number(weight) > 0 && Number(weight) < Number.POSITIVE_INFINITY))
      throw new UsageError(`study: expected a name, or a name with a weight such as ${name}=2, got ${word}`);
    if (assignments.some((one) => one.studies === name)) throw new UsageError(`study: expected each study once, got ${name} twice`);
    assignments.push({ ...settings, studies: name, weight: Number(weight), words });
  }
  return assignments;
}

const layout = fields(
  {
    studies: mapping(
      fields(
        { command: checkedBy(command) },
        {
          weight: checkedBy(positive),
          parallel: checkedBy(wholeFrom(1)),
          metric: checkedBy(text),
          metricFile: checkedBy(text),
          result: checkedBy(oneOf('last', 'best')),
          timeLimit: checkedBy(timeAmount),
          atTimeLimit: checkedBy(oneOf('stop', 'fail')),
        },
      ),
      'names of studies or patterns, with a command for each',
    ),
  },
  {},
);

/**
 * Reads the studies of a worker, each with its own program, from a file.
 *
 * @param settings those of the command line, which the file overrides. Its `parallel` is for all studies together; default: the largest in the file.
 * @throws StudyFileError with the place in the file.
 */
export const readAssignments = (path: string, settings: Partial<ProgramSettings>): Promise<readonly Assignment[]> =>
  readDocument(path, (data) => {
    const { studies: all } = layout.read('worker', data);
    const { parallel: most = Math.max(...Object.values(all).map(({ parallel = 1 }) => parallel)) } = settings;
    return Object.entries(all).map(([studies, { command, weight = 1, parallel = most, timeLimit, ...own }]) => {
      checkNames(`studies.${studies}`, studies);
      const limited = omitUndefined({ ...own, timeLimit: secondsOf(timeLimit) });
      return { ...settings, ...limited, parallel: Math.min(parallel, most), studies, weight, words: wordsOf(command) };
    });
  });
