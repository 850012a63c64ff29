import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Arrow, arrowsInside, arrowsUp, circles, readImports, roomsIn, rules } from './support/imports.ts';

const project = await readImports();

it('modules import only what they may', () => {
  expect(project.broken).toEqual([]);
  expect(project.modules).toBeGreaterThan(100); // with an unsupported compiler dependency-cruiser reads nothing and reports no error
});

describe('folders', () => {
  const ofProduction = () => project.imports.filter(({ from }) => /^(src|machines|streams)\//.test(from));

  it('import from lower layers only', () => expect(arrowsUp(ofProduction())).toEqual([]));
  it('do not import each other in circles', () => expect(circles(ofProduction())).toEqual([]));
  it('have at most 25 rooms each, and streams at most 60 arrows, so that a newcomer keeps the overview', () => {
    const imports = ofProduction();
    expect([...roomsIn(imports)].filter(([, rooms]) => rooms.size > 25)).toEqual([]);
    expect(arrowsInside('streams', imports).length).toBeLessThanOrEqual(60);
    const crowd = Array.from({ length: 25 }, (_, i): Arrow => ({ from: 'src/new/index.ts', to: `src/new/part${i}.ts` }));
    expect(roomsIn(crowd).get('src/new')?.size).toBe(26);
  });
  it('are reported when they do', () => {
    const down = { from: 'src/cli/main.ts', to: 'src/server/serve.ts' };
    const up = { from: 'src/server/app.ts', to: 'src/cli/program.ts' };
    expect(arrowsUp([down])).toEqual([]);
    expect(arrowsUp([down, up])).toEqual([{ from: 'src/server', to: 'src/cli' }]);
    expect(circles([down])).toEqual([]);
    expect(circles([down, up])).toEqual([['src/cli', 'src/server']]);
    const around = ['streams/log/log.ts', 'streams/spec.ts', 'streams/nats/log/natsLog.ts', 'streams/log/memory.ts'];
    expect(circles(around.slice(1).map((to, i) => ({ from: around[i]!, to })))).toEqual([
      ['streams/log', 'streams/nats', 'streams/spec.ts'],
    ]);
    expect(() => arrowsUp([{ from: 'src/unknown/file.ts', to: 'src/numeric/random.ts' }])).toThrow('src/unknown has no floor');
  });
});

describe('a rule is broken by', () => {
  /** For each rule, a file that breaks it. */
  const wrong: Readonly<Record<string, readonly [path: string, imports: string]>> = {
    'src-imports-only-what-is-below-it': ['src/clever.ts', 'rxjs'],
    'machines-imports-only-what-is-below-it': ['machines/watcher.ts', '../streams/index.ts'],
    'streams-imports-only-what-is-below-it': ['streams/reader.ts', 'yaml'],
    'numbers-know-no-space': ['src/numeric/kernel.ts', '../space/axis.ts'],
    'nothing-imports-the-shell': ['streams/command.ts', '../src/cli/main.ts'],
    'actors-are-made-in-few-places': ['streams/strategies/own.ts', 'xstate'],
    'files-are-read-by-logs-only': ['streams/spec.ts', 'node:fs'],
    'nats-has-one-place': ['src/cli/serve.ts', '@nats-io/jetstream'],
    'only-the-shell-imports-nats-logs': ['streams/operators/chain.ts', '../nats/log/natsLog.ts'],
    'the-entry-is-light': ['streams/index.ts', './log/openJournal.ts'],
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
    for (const path of [
      'src/cli/main.ts',
      'src/space/axis.ts',
      'streams/log/openJournal.ts',
      'streams/nats/log/natsLog.ts',
      'test/none.ts',
      'tools/none.ts',
    ])
      put(path, 'export {};');
    for (const [path, imports] of Object.values(wrong)) put(path, `import '${imports}';`);
    ({ broken } = await readImports(world));
  });

  it.each(rules.map(({ name }) => name!))('%s', (name) => {
    expect(wrong, 'each rule has a file that breaks it').toHaveProperty(name);
    const [path] = wrong[name]!;
    expect(broken.filter((line) => line.startsWith(`${name}: ${path} `))).toHaveLength(1);
  });
});
