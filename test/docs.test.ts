import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readStudyFile } from '../src/cli/studyFile.ts';
import { strategyContract } from '../src/testing/strategy.ts';
import { chain, random, type Strategy } from '../streams/index.ts';
import { caseOf } from './contract/cases.ts';

/** A block of code in a document. `note` follows the language: the path of a future file, or `no-run` for a program that needs a server. */
interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly note: string;
  readonly code: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.docs');

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(({ 1: language, 2: note = '', 3: code, index }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    language: language!,
    note,
    code: code!,
  }));
}

const pages = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
const all = ['README.md', 'CONTRIBUTING.md', ...pages].flatMap(blocksOf);
const inLanguage = (name: string) => all.filter(({ language }) => language === name);
const titled = (found: readonly Block[]) => found.map((block) => [`${block.document}:${block.line}`, block] as const);

const blocks = inLanguage('ts');
const isFile = ({ note }: Block) => note.includes('/');
const place = (block: Block) => join(folder, block.document, isFile(block) ? block.note : `line${block.line}.ts`);
const places = new Set(blocks.map(place));

/** A future file imports other future files by their relative paths, and existing ones from the repository. */
function linked(block: Block): string {
  if (!isFile(block)) return block.code;
  const here = dirname(place(block));
  return block.code.replace(/(?<= from ')\.[^']+/g, (specifier) =>
    places.has(join(here, specifier)) ? specifier : relative(here, join(root, dirname(block.note), specifier)),
  );
}

rmSync(folder, { recursive: true, force: true });
for (const block of blocks) {
  mkdirSync(dirname(place(block)), { recursive: true });
  writeFileSync(place(block), linked(block));
}
const tsconfig = { extends: '../tsconfig.json', compilerOptions: { rootDir: '..', noEmit: true }, files: [...places] };
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));

const exec = promisify(execFile);
const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
/** @throws what the program printed, if it fails. */
const node = (cwd: string, script: string, ...args: readonly string[]) =>
  exec(process.execPath, [join(root, 'node_modules', script), ...args], { cwd, env }).catch(({ stdout, stderr }) => {
    throw new Error(stdout + stderr);
  });

/** In a directory of its own, as several run at once. */
async function elsewhere(use: (directory: string) => Promise<unknown>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const helps = new Map<string, Promise<{ readonly stdout: string }>>();
/** The help of a command, printed once. */
function helpOf(name: string): Promise<{ readonly stdout: string }> {
  const help = helps.get(name) ?? node(root, 'tsx/dist/cli.mjs', join(root, 'src/cli/main.ts'), name, '--help');
  helps.set(name, help);
  return help;
}

describe.concurrent('the code of the documents', () => {
  it('has the right types', () => node(root, 'typescript-native/bin/tsc', '-p', folder));

  it.each(titled(blocks.filter(({ note }) => note === '')))('%s runs', (_, block) =>
    elsewhere((directory) => node(directory, 'tsx/dist/cli.mjs', place(block))),
  );

  it.each(titled(inLanguage('yaml')))('%s is a study file', (_, { code }) =>
    elsewhere(async (directory) => {
      const path = join(directory, 'study.yaml');
      writeFileSync(path, code);
      expect(Object.keys(await readStudyFile(path))).toContain('space');
    }),
  );

  it.each(titled(inLanguage('python')))('%s is Python', async (_, { code }) => {
    await exec('python3', ['-c', 'import sys; compile(sys.argv[1], "block", "exec")', code]);
  });

  const commands = inLanguage('sh').flatMap(({ code }) => code.match(/^hypertide .*/gm) ?? []);
  it.each([...new Set(commands)])('%s is a command with options that exist', async (line) => {
    const [own = ''] = line.split(/ (?:#|-- )/);
    const [, name = '', ...words] = own.trim().split(/\s+/);
    const { stdout } = await helpOf(name);
    expect(stdout).toContain(`Usage: hypertide ${name}`);
    for (const option of words.filter((word) => word.startsWith('-'))) expect(stdout).toMatch(new RegExp(`${option}\\b`));
  });
});

/** The anchors that headings get: lower case, blanks as dashes. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );

it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'GLOSSARY.md', ...pages])(
  'the links of %s lead somewhere',
  (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, path, anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = join(root, dirname(page), path || page.split('/').at(-1)!);
      expect(existsSync(target), `${page}: ${path}`).toBe(true);
      if (anchor) expect(anchorsOf(readFileSync(target, 'utf8')), `${page}: ${path}#${anchor}`).toContain(anchor);
    }
  },
);

describe('the strategy of CONTRIBUTING.md', async () => {
  const load = (path: string) => import(/* @vite-ignore */ join(folder, 'CONTRIBUTING.md', path));
  await load('test/samplers/hillClimb.test.ts'); // its tests become ours
  const { hillClimb }: { readonly hillClimb: (options?: { readonly size: number }) => Strategy } =
    await load('streams/strategies/hillClimb.ts');

  strategyContract({ describe, it }, 'chain(hillClimb, random)', { ...caseOf('random'), make: () => chain(hillClimb(), random()) });

  it('checks its options', () =>
    expect(() => hillClimb({ size: 0 })).toThrow('hillClimb.size: expected a number above 0 and at most 1, got 0'));
});
