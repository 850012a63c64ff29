import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const { default: config }: { readonly default: IConfiguration } = await import(`${root}.dependency-cruiser.mjs`);
const rules = config.forbidden!;
const folders = ['src', 'machines', 'streams', 'examples', 'test'];

async function violations(baseDir: string): Promise<{ readonly broken: readonly string[]; readonly modules: number }> {
  const options = { ...config.options, baseDir, validate: true, ruleSet: { forbidden: rules } };
  const { output } = await cruise(folders, options, undefined, { tsConfig: extractTSConfig(join(root, 'tsconfig.json')) });
  const { summary } = output as ICruiseResult;
  return {
    broken: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    modules: summary.totalCruised,
  };
}

it('modules import only what they may', async () => {
  const { broken, modules } = await violations(root);
  expect(broken).toEqual([]);
  expect(modules).toBeGreaterThan(100); // with another compiler it reads nothing, and finds all well
});

describe('a rule is broken by', () => {
  /** A file each that breaks a rule. */
  const wrong: Readonly<Record<string, readonly [path: string, imports: string]>> = {
    'src-imports-only-what-is-below-it': ['src/clever.ts', 'rxjs'],
    'machines-imports-only-what-is-below-it': ['machines/watcher.ts', '../streams/index.ts'],
    'streams-imports-only-what-is-below-it': ['streams/reader.ts', 'yaml'],
    'numbers-know-no-space': ['src/numeric/kernel.ts', '../space/axis.ts'],
    'nothing-imports-the-shell': ['streams/command.ts', '../src/cli/main.ts'],
    'actors-are-made-in-few-places': ['streams/strategies/own.ts', 'xstate'],
    'files-are-read-by-logs-only': ['streams/spec.ts', 'node:fs'],
    'nats-has-one-place': ['src/cli/serve.ts', '@nats-io/jetstream'],
    'only-the-shell-imports-nats-logs': ['streams/operators/chain.ts', '../nats/log.ts'],
    'the-entry-is-light': ['streams/index.ts', './log/journal.ts'],
    'examples-use-the-package-by-its-name': ['examples/start.ts', '../streams/index.ts'],
    'nothing-goes-in-circles': ['src/circle.ts', './circle.ts'],
  };
  let world: string;
  let broken: readonly string[];

  beforeAll(async () => {
    world = mkdtempSync(join(tmpdir(), 'hypertide-'));
    const put = (path: string, code: string) => {
      mkdirSync(dirname(join(world, path)), { recursive: true });
      writeFileSync(join(world, path), code);
    };
    for (const path of ['src/cli/main.ts', 'src/space/axis.ts', 'streams/log/journal.ts', 'streams/nats/log.ts', 'test/none.ts'])
      put(path, 'export {};');
    for (const [path, imports] of Object.values(wrong)) put(path, `import '${imports}';`);
    ({ broken } = await violations(world));
  });
  afterAll(() => rmSync(world, { recursive: true }));

  it.each(rules.map(({ name }) => name!))('%s', (name) => {
    expect(wrong, 'each rule has a file that breaks it').toHaveProperty(name);
    const [path] = wrong[name]!;
    expect(broken.filter((line) => line.startsWith(`${name}: ${path} `))).toHaveLength(1);
  });
});
