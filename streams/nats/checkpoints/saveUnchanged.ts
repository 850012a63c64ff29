import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Saves files. @returns the reference; undefined if they changed meanwhile: what was saved may then be parts of two checkpoints */
export async function saveUnchanged(path: string, save: () => Promise<string>): Promise<string | undefined> {
  const before = stampOf(path);
  const reference = await save();
  return stampOf(path) === before ? reference : undefined;
}

/** A fingerprint that changes with a file below a path, or with the file itself. */
export function stampOf(path: string): string {
  const names = lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort() : [''];
  return names
    .map((name) => {
      const { size, mtimeMs } = lstatSync(join(path, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .join('\n');
}
