import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, patches } from './guards.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json'];
const FOLDERS = ['src', 'machines', 'streams', 'test/attack', 'test/dashboard', 'test/support', 'test/scripts'];

/** A copy of the project in which some guards are missing. @returns its directory. @throws Error if the code of a guard is not where it was */
export function projectWithout(guards: readonly Guard[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'hypertide-without-'));
  for (const folder of FOLDERS) cpSync(join(root, folder), join(copy, folder), { recursive: true, preserveTimestamps: true });
  for (const file of FILES) cpSync(join(root, file), join(copy, file), { preserveTimestamps: true }); // a newer page would be built again
  for (const link of ['node_modules', 'dist']) symlinkSync(join(root, link), join(copy, link));
  const sources = ['src', 'streams'].flatMap((folder) => filesIn(join(copy, folder)));
  for (const guard of guards) for (const [code, instead] of patches[guard]!) replaceOnce(sources, guard, code, instead);
  return copy;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.ts'))
    .map((file) => join(file.parentPath, file.name));

function replaceOnce(files: readonly string[], guard: string, code: string, instead: string): void {
  const found = files.flatMap((file) => {
    const parts = readFileSync(file, 'utf8').split(code);
    return parts.length > 1 ? [{ file, parts }] : [];
  });
  const [place] = found;
  if (found.length !== 1 || place!.parts.length !== 2) {
    const count = found.reduce((sum, { parts }) => sum + parts.length - 1, 0);
    throw new Error(`guard "${guard}": expected this code once, found it ${count} times; update test/attack/guards.ts: ${code}`);
  }
  writeFileSync(place!.file, place!.parts.join(instead));
}
