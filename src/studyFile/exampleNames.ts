import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LONGEST_NAME, MOST_NAMES } from '../schema/optionRules.ts';
import { UsageError } from '../text/usage.ts';

/**
 * The names in a file of examples, one a line. Empty lines and lines that begin with `#` are left out.
 *
 * @param folder to which the path is relative.
 * @throws UsageError
 */
export function exampleNamesIn(folder: string, path: string): readonly string[] {
  const lines = new Map<string, number>();
  for (const [i, line] of textOf(folder, path)
    .split(/\r\n|\r|\n/)
    .entries()) {
    const name = line.trim();
    if (name === '' || name.startsWith('#')) continue;
    const place = `${path}:${i + 1}`;
    const other = lines.get(name);
    if (other !== undefined) throw wrong(place, 'each name once', `${name} again, as in line ${other}`);
    if (name.length > LONGEST_NAME)
      throw wrong(place, `a name of up to ${LONGEST_NAME} characters`, `${name.length}; name it by a number, or a digest`);
    lines.set(name, i + 1);
  }
  const names = [...lines.keys()];
  if (names.length === 0) throw wrong(path, 'a name a line', 'none');
  if (names.length > MOST_NAMES)
    throw wrong(path, `up to ${MOST_NAMES} names`, `${names.length}; write "examples: ${names.length}": they are then called 0, 1, 2, ...`);
  return names;
}

function textOf(folder: string, path: string): string {
  try {
    const bytes = readFileSync(resolve(folder, path));
    if (!isUtf8(bytes)) throw wrong(path, 'text in UTF-8', 'another encoding');
    return bytes.toString().replace(/^\ufeff/, '');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (cause instanceof UsageError) throw cause;
    const why = code === 'ENOENT' ? 'there is no such file, relative to the folder of the study file' : message;
    throw new UsageError(`examples: ${path}: cannot be read: ${why}`);
  }
}

const wrong = (place: string, expected: string, got: string): UsageError =>
  new UsageError(`examples: ${place}: expected ${expected}, got ${got}`);
