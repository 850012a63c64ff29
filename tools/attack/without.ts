import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, patches } from './guards.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'bundling.ts'];
const FOLDERS = ['src', 'machines', 'streams', 'tools/attack', 'test/dashboard', 'test/server', 'test/support', 'test/scripts'];

/** A copy of the project in which some guards are missing. @returns its directory. @throws Error if the code of a guard is not where it was */
export function projectWithout(guards: readonly Guard[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'hypertide-without-'));
  for (const folder of FOLDERS) cpSync(join(root, folder), join(copy, folder), { recursive: true, preserveTimestamps: true });
  for (const file of FILES) cpSync(join(root, file), join(copy, file), { preserveTimestamps: true }); // a newer page would be built again
  for (const link of ['node_modules', 'dist']) symlinkSync(join(root, link), join(copy, link));
  for (const guard of guards) {
    for (const [code, instead] of patches[guard]!) {
      const file = join(copy, placeOf(guard, code));
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(code, () => instead),
      );
    }
  }
  return copy;
}

/** The sources of the project, by their paths in it. */
const sources = new Map(
  ['src', 'streams'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.endsWith('.ts'))
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path.slice(root.length), readFileSync(path, 'utf8')] as const),
  ),
);

/** The file that holds the code of a guard. @throws Error unless the code occurs once */
export function placeOf(guard: string, code: string): string {
  const found = [...sources].flatMap(([path, text]) => Array(text.split(code).length - 1).fill(path) as string[]);
  if (found.length === 1) return found[0]!;
  throw new Error(`guard "${guard}": expected this code once, found it ${found.length} times; update tools/attack/guards.ts: ${code}`);
}
