import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strategyContract } from '../src/testing/strategy.ts';
import { chain, random, type Strategy } from '../streams/index.ts';
import { caseOf } from './contract/cases.ts';

/** A block of TypeScript in a document: a program, or, with a path behind the `ts`, a file of this repository to be. */
interface Block {
  readonly document: string;
  readonly line: number;
  readonly path?: string;
  readonly code: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.docs');

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```ts(?: (\S+))?\n(.*?)^```$/gms)].map(({ 1: path, 2: code, index }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    ...(path !== undefined && { path }),
    code: code!,
  }));
}

const blocks = ['README.md', 'CONTRIBUTING.md'].flatMap(blocksOf);
const place = ({ document, line, path }: Block) => join(folder, document, path ?? `line${line}.ts`);
const places = new Set(blocks.map(place));

/** A file to be imports others to be from its side, and what is there already from the repository. */
function linked(block: Block): string {
  if (block.path === undefined) return block.code;
  const here = dirname(place(block));
  return block.code.replace(/(?<= from ')\.[^']+/g, (specifier) =>
    places.has(join(here, specifier)) ? specifier : relative(here, join(root, dirname(block.path!), specifier)),
  );
}

rmSync(folder, { recursive: true, force: true });
for (const block of blocks) {
  mkdirSync(dirname(place(block)), { recursive: true });
  writeFileSync(place(block), linked(block));
}
const tsconfig = { extends: '../tsconfig.json', compilerOptions: { rootDir: '..', noEmit: true }, files: [...places] };
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));

const node = (script: string, args: readonly string[], cwd: string) => {
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
};

describe('the code of the documents', () => {
  let elsewhere: string;
  beforeAll(() => {
    elsewhere = mkdtempSync(join(tmpdir(), 'hypertide-'));
  });
  afterAll(() => rmSync(elsewhere, { recursive: true }));

  it('has the right types', () => node('typescript-native/bin/tsc', ['-p', folder], root));

  const programs = blocks.filter(({ path }) => path === undefined);
  it.each(programs.map((block) => [`${block.document}:${block.line}`, block] as const))('%s runs', (_, block) => {
    node('tsx/dist/cli.mjs', [place(block)], elsewhere);
  });
});

describe('the strategy of CONTRIBUTING.md', async () => {
  const load = (path: string) => import(/* @vite-ignore */ join(folder, 'CONTRIBUTING.md', path));
  await load('test/samplers/hillClimb.test.ts'); // its tests become ours
  const { hillClimb }: { readonly hillClimb: (options?: { readonly size: number }) => Strategy } =
    await load('streams/strategies/hillClimb.ts');

  strategyContract({ describe, it }, 'chain(hillClimb, random)', { ...caseOf('random'), make: () => chain(hillClimb(), random()) });

  it('checks its options', () =>
    expect(() => hillClimb({ size: 0 })).toThrow('hillClimb.size: expected a number above 0 and at most 1, got 0'));
});
