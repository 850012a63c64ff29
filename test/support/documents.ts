import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensurePackage } from './build.ts';

/** A block of code in a document. `note` follows the language: the path of a future file, or `no-run` for a program that needs a server. */
export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly note: string;
  readonly code: string;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The pages of `docs`, without those that `npm run docs` makes. */
export const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !/^reference\/(api\/|python\.md)/.test(path))
  .map((path) => `docs/${path}`);

/** The blocks of a document, in their order. A title in brackets, as of a group of blocks, is no note. */
export function documentBlocks(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w+)(?: \[[^\]\n]*\])?(?: (\S+))?\n(.*?)^```$/gms)].map(
    ({ 1: language, 2: note = '', 3: code, index }) => {
      const line = text.slice(0, index).split('\n').length;
      return { document, line, language: language!, note, code: code! };
    },
  );
}

/** The blocks of some documents in one language, each with its place as a title. */
export const blocksOf = (documents: readonly string[], language: string): (readonly [title: string, Block])[] =>
  documents
    .flatMap(documentBlocks)
    .filter((block) => block.language === language)
    .map((block) => [`${block.document}:${block.line}`, block] as const);

const isFile = ({ note }: Block) => note.includes('/');
/** Whether a block runs by itself. */
export const isProgram = ([, { note }]: readonly [string, Block]): boolean => note === '';

/**
 * Writes blocks of TypeScript into a folder of the repository, where they can import hypertide by its name.
 *
 * @returns the path of each
 */
export function writeBlocks(folder: string, blocks: readonly Block[]): (block: Block) => string {
  const place = (block: Block) => join(folder, block.document, isFile(block) ? block.note : `line${block.line}.ts`);
  const places = new Set(blocks.map(place));
  rmSync(folder, { recursive: true, force: true });
  for (const block of blocks) {
    mkdirSync(dirname(place(block)), { recursive: true });
    writeFileSync(place(block), linked(block, place(block), places));
  }
  const compilerOptions = { rootDir: root, noEmit: true };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files: [...places] }),
  );
  return place;
}

/** A future file imports other future files by their relative paths, and existing ones from the repository. */
function linked(block: Block, place: string, places: ReadonlySet<string>): string {
  if (!isFile(block)) return block.code;
  const here = dirname(place);
  return block.code.replace(/(?<= from ')\.[^']+/g, (specifier) =>
    places.has(join(here, specifier)) ? specifier : relative(here, join(root, dirname(block.note), specifier)),
  );
}

/** Programs import the built package, as users do: most of the time of a program from the sources goes to compiling them. */
const config = join(root, 'test/support/ofPackage.json');

/** Runs a program. @throws what it printed, if it fails. */
export const run = (cwd: string, program: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(program, args, { cwd, env: { ...process.env, TSX_TSCONFIG_PATH: config } }).catch(({ stdout, stderr }) => {
    throw new Error(stdout + stderr);
  });

/** Runs a script of an installed package. @throws what it printed, if it fails. */
export const node = (cwd: string, script: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  run(cwd, process.execPath, join(root, 'node_modules', script), ...args);

/** Runs a program in TypeScript. @throws what it printed, if it fails. */
export async function tsx(cwd: string, program: string): Promise<{ readonly stdout: string }> {
  await ensurePackage();
  return run(cwd, process.execPath, '--import', import.meta.resolve('tsx'), program);
}

/** In a directory of its own, as several run at once. */
export async function inDirectory(use: (directory: string) => Promise<unknown>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
