import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { together, UserError } from '../../errors.ts';
import { tooDeepAt } from './yamlDepth.ts';
import { offsetOf } from './yamlPosition.ts';

/** A study file, or that of a worker, cannot be used; the message begins with file, line and column. */
class StudyFileError extends UserError {
  override readonly name = 'StudyFileError';
  readonly code = 'study-file';
}

/**
 * Reads a file of YAML or JSON.
 *
 * @param parse gets the data, and the name of the file without its extension. Its errors begin with a path in the data.
 * @throws StudyFileError with the place in the file.
 */
export async function readDocument<T>(path: string, parse: (data: unknown, stem: string) => T): Promise<T> {
  const source = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new StudyFileError(`${path}: cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`);
  });
  const deep = tooDeepAt(source);
  if (deep) throw new StudyFileError(`${path}:${deep.line}:${deep.col}: it is nested too deeply`);
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = document.errors;
  if (error) throw new StudyFileError(`${path}:${placeOf(lines, error.pos[0])}: ${error.message}`);
  try {
    return parse(document.toJS(), basename(path, extname(path)));
  } catch (cause) {
    const causes = [cause as Error, ...(cause instanceof UserError ? (cause.also ?? []) : [])];
    const errors = causes
      .map(({ message }) => message.replace(/^(?:study|worker)[.:] ?/, ''))
      .map((message) => ({ message, offset: offsetOf(document, message) }))
      .sort((a, b) => (a.offset ?? 0) - (b.offset ?? 0))
      .map(({ message, offset }) => new StudyFileError(`${path}${offset === undefined ? '' : `:${placeOf(lines, offset)}`}: ${message}`));
    throw together(errors);
  }
}

const placeOf = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
};
