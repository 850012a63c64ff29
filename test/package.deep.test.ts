import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packaged from '../package.json' with { type: 'json' };
import { browserBundle } from './support/browserBundle.ts';
import { editorOn, optionComments, usingOptions } from './support/hover.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A first program of a user. */
const program = `
import { asha, chain, choice, float, optimize, random, space, type Infer, type Strategy } from 'hypertide';
import { JournalError, openJournal } from 'hypertide/journal';
import { strategyProperties } from 'hypertide/testing';

const net = space({ rate: float(1e-5, 1e-1, { log: true }), activation: choice(['relu', 'tanh']) });
const value = ({ rate, activation }: Infer<typeof net>): number => Math.abs(Math.log10(rate) + 3) + (activation === 'relu' ? 0 : 1);
const strategy: Strategy = chain(random());
const log = await openJournal('study.jsonl');
const { best } = await optimize(net, value, { strategy, log, trials: 30, parallel: 2 }).result();
await log.close();

const activation: 'relu' | 'tanh' = best!.params.activation;
// @ts-expect-error a number is no strategy
export const wrong = () => chain(asha({ min: 1, max: 9 }), 3);
export const failed = (error: unknown) => error instanceof JournalError;
console.log(JSON.stringify({ activation, properties: Object.keys(strategyProperties).length }));
`;
/** The same in JavaScript. */
const plain = `
import { float, optimize, space } from 'hypertide';
const { best } = await optimize(space({ x: float(-5, 5) }), ({ x }) => (x - 1) ** 2, { trials: 50 }).result();
console.log(best.params.x);
`;
/** The same from CommonJS. */
const required = `
const { float, optimize, space } = require('hypertide');
require('hypertide/journal').openJournal('required.jsonl').then(async (log) => {
  const { best } = await optimize(space({ x: float(-5, 5) }), ({ x }) => (x - 1) ** 2, { trials: 50, log }).result();
  await log.close();
  console.log(best.params.x);
});
`;
/** The first fit to 250 results is long, so it runs in a thread, which must find its module. */
const fitting = `
import { bo, chain, float, optimize, random, space, take } from 'hypertide';
const heard = [];
process.on('worker', (worker) => worker.on('message', () => heard.push('fitted')).on('error', (error) => heard.push(error.message)));
const strategy = chain(take(250, random()), bo());
await optimize(space({ x: float(0, 1) }), ({ x }) => (x - 0.3) ** 2, { strategy, trials: 251 }).result();
console.log(heard.join());
`;
/** What the entries have in common is the same, also with the rxjs of the program. */
const shared = `
import * as main from 'hypertide';
import * as core from 'hypertide/core';
import { readJournal } from 'hypertide/journal';
import * as nats from 'hypertide/nats';
import * as strategies from 'hypertide/strategies';
import * as testing from 'hypertide/testing';
import { workers } from 'hypertide/workers';
import { Observable, lastValueFrom } from 'rxjs';
const thrown = (act) => { try { act(); } catch (error) { return error; } };
const line = core.space({ x: core.float(0, 1) });
const errors = [
  thrown(() => core.space({ x: core.float(1, 0) })),
  thrown(() => strategies.bo({ wrong: 1 })),
  thrown(() => workers('here')),
  thrown(() => nats.trainer({ study: 'no name' }, {}, () => 1)),
  await readJournal('missing.jsonl').next().catch((error) => error),
  await core.optimize(line, () => 1, { strategy: strategies.random(), wrong: 1 }).then(() => {}, (error) => error),
];
const study = core.optimize(line, ({ x }) => x, { strategy: strategies.random(), trials: 2 });
console.log(JSON.stringify({
  errors: errors.map((error) => [error.constructor.name, error instanceof core.UserError]),
  same: Object.keys(main).filter((name) => name in { ...core, ...strategies } && main[name] !== (core[name] ?? strategies[name])),
  observable: study instanceof Observable,
  parts: Object.keys(core).filter((name) => main[name] === undefined).length > 10,
  last: (await lastValueFrom(study)).fact.type,
  properties: Object.keys(testing.strategyProperties).length > 5,
}));
`;
const compilerOptions = { target: 'ES2022', strict: true, noUncheckedIndexedAccess: true, types: ['node'] };

describe('the packed package, in an empty project', () => {
  let project: string;
  const run = (command: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  };

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'hypertide-'));
    execFileSync('npm', ['pack', '--silent', '--pack-destination', project], { cwd: root });
    const [tarball] = readdirSync(project);
    const { rxjs, xstate } = packaged.peerDependencies;
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
    const types = packaged.devDependencies['@types/node'];
    run(
      'npm',
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      `./${tarball}`,
      `rxjs@${rxjs}`,
      `xstate@${xstate}`,
      `@types/node@${types}`,
    );
  });
  afterAll(() => rmSync(project, { recursive: true }));

  it('runs', () => {
    writeFileSync(join(project, 'plain.js'), plain);
    expect(Math.abs(Number(run(process.execPath, 'plain.js')) - 1)).toBeLessThan(1);
  });

  it('runs from CommonJS', () => {
    writeFileSync(join(project, 'required.cjs'), required);
    expect(Math.abs(Number(run(process.execPath, 'required.cjs')) - 1)).toBeLessThan(1);
    rmSync(join(project, 'required.jsonl'));
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64').each([
    ['Deno', 'deno@2', '@deno/linux-x64-glibc/deno', ['run', '--allow-all']],
    ['Bun', 'bun@1', '@oven/bun-linux-x64/bin/bun', []],
  ] as const)('runs with %s: a study, a fit in a thread, and the command', (_, name, program, args) => {
    const other = mkdtempSync(join(tmpdir(), 'hypertide-engine-'));
    const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    run('npm', 'install', '--prefix', other, ...options, name);
    const engine = join(other, 'node_modules', program);
    for (const [file, text] of [
      ['plain.js', plain],
      ['required.cjs', required],
      ['fitting.js', fitting],
    ] as const)
      writeFileSync(join(project, file), text);
    for (const file of ['plain.js', 'required.cjs']) expect(Math.abs(Number(run(engine, ...args, file)) - 1)).toBeLessThan(1);
    run(engine, ...args, 'fitting.js');
    const command = 'node_modules/hypertide/dist/src/cli/main.js';
    expect(run(engine, ...args, command, 'best', 'required.jsonl', '--json')).toContain('"status":"completed"');
    rmSync(join(project, 'required.jsonl'));
    rmSync(other, { recursive: true });
  });

  it.each([
    ['TypeScript 7', 'typescript-native', { module: 'NodeNext' }],
    ['TypeScript 7', 'typescript-native', { module: 'ESNext', moduleResolution: 'Bundler' }],
    ['TypeScript 6', 'typescript', { module: 'NodeNext' }],
  ])('compiles under strict rules with %s %s %j, and runs', (_, compiler, resolution) => {
    const options = { ...compilerOptions, ...resolution };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }));
    writeFileSync(join(project, 'program.ts'), program);
    run(process.execPath, join(root, 'node_modules', compiler, 'bin/tsc'));
    expect(JSON.parse(run(process.execPath, 'program.js'))).toEqual({ activation: 'relu', properties: expect.any(Number) });
    rmSync(join(project, 'study.jsonl'));
  });

  it('has each class once, whichever entry it is imported from', () => {
    writeFileSync(join(project, 'shared.js'), shared);
    expect(JSON.parse(run(process.execPath, 'shared.js'))).toEqual({
      errors: [
        ['SpaceError', true],
        ['OptionError', true],
        ['OptionError', true],
        ['OptionError', true],
        ['JournalError', true],
        ['OptionError', true],
      ],
      same: ['createStudy', 'optimize', 'suggest'],
      observable: true,
      parts: true,
      last: 'closed',
      properties: true,
    });
  });

  it('leaves strategies that a program does not import out of its bundle', async () => {
    const text = "export { optimize, space, float } from 'hypertide/core'; export { random } from 'hypertide/strategies';";
    const whole = (await browserBundle(project, text)).files.join('\n');
    expect(whole).toMatch(/\brandomSequence\b/);
    expect(whole).not.toMatch(/\bEigenvalueDecomposition\b|\bhalvingOptions\b|\bsplitTrials\b|\bboFollowed\b|createRequire/);
    const { first } = await browserBundle(project, text, true);
    expect(first, `${first} bytes`).toBeLessThan(95_000);
  });

  it.each([
    ['hypertide', 0],
    ['hypertide/http', 0],
    ['hypertide/journal', 1],
  ])('has %s for browsers, unless it needs Node: esbuild ends with %i', (entry, wanted) => {
    writeFileSync(join(project, 'browser.js'), `export * from '${entry}';`);
    const bundler = join(root, 'node_modules/.bin/esbuild');
    const words = ['browser.js', '--bundle', '--platform=browser', '--format=esm'];
    const { status, stdout, stderr } = spawnSync(bundler, words, { cwd: project, encoding: 'utf8', maxBuffer: 1e8 });
    expect(status, stderr).toBe(wanted);
    expect(/^import /m.test(stdout)).toBe(false); // nothing is left to load
  });

  it('loads no package that an entry does not need', () => {
    const light = ['#rxjs', 'seedrandom', 'xstate'];
    const installed = join(project, 'node_modules/hypertide');
    const packagesOf = (entry: string): readonly string[] => {
      const [reached, packages] = [new Set<string>(), new Set<string>()];
      const visit = (path: string) => {
        if (reached.has(path)) return;
        reached.add(path);
        for (const [, from] of readFileSync(join(installed, path), 'utf8').matchAll(/(?:\bfrom|^import) ?"([^"\s]+)";/gm))
          if (from!.startsWith('.')) visit(join(dirname(path), from!));
          else if (!from!.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(from!)![0]);
      };
      visit(join(entry));
      return [...packages].sort();
    };
    const loaded = Object.entries(packaged.exports).flatMap(([name, entry]) =>
      typeof entry === 'object' ? [[name, packagesOf(entry.default).filter((one) => !light.includes(one))] as const] : [],
    );
    const servers = ['./mcp', './server'];
    expect(Object.fromEntries(loaded.filter(([name, packages]) => packages.length > 0 && !servers.includes(name)))).toEqual({
      './nats': ['@nats-io/jetstream', '@nats-io/nats-core', '@nats-io/transport-node'],
    });
    expect(packagesOf('dist/src/cli/main.js')).toEqual([]);
    expect(packagesOf('dist/chunks/program.js')).toEqual(['commander']);
  });

  it('makes long fits in a thread', () => {
    writeFileSync(join(project, 'fitting.js'), fitting);
    expect(run(process.execPath, 'fitting.js').trim()).toMatch(/^fitted(,fitted)*$/); // how often depends on how many results are long
  });

  it('has the types of what it exports, and no others', () => {
    const installed = join(project, 'node_modules/hypertide');
    const types = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.d.ts'));
    const reached = new Set<string>();
    const packages = new Set<string>();
    const visit = (path: string) => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { fileName } of ts.preProcessFile(readFileSync(join(installed, path), 'utf8')).importedFiles)
        if (fileName.startsWith('.')) visit(join(dirname(path), fileName.replace(/\.js$/, '.d.ts')));
        else if (!fileName.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(fileName)![0]);
    };
    for (const entry of Object.values(packaged.exports)) if (typeof entry === 'object') visit(join(entry.types));
    expect(types.filter((path) => !reached.has(path))).toEqual([]);
    const users = { ...packaged.dependencies, ...packaged.peerDependencies };
    expect([...packages].filter((name) => !(name in users))).toEqual([]);
  });

  it('has the licence of each package that it contains', () => {
    const dist = join(project, 'node_modules/hypertide/dist');
    const texts = ['LICENSES.txt', 'src/page/LICENSES.txt'].map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
    for (const name of ['echarts', 'zrender', 'ml-matrix', 'prom-client', 'tweetnacl']) expect(texts).toContain(`\n${name} (`);
    expect(texts).toMatch(/Redistributions of source code must retain/); // the notice of d3, which ECharts contains
  });

  it('shows the comments of options in editors', () => {
    const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true };
    const commentAt = editorOn(join(project, 'hover.ts'), usingOptions('hypertide'), options, project);
    for (const [option, comment] of optionComments) expect(commentAt(option), option).toContain(comment);
  });

  it('includes the command', () => {
    expect(run('npx', '--no-install', 'hypertide', '--version').trim()).toBe(packaged.version);
    expect(run('npx', '--no-install', 'hypertide', 'dev', 'strategies', 'ga')).toContain('population');
  });

  it('is small, and holds nothing that does not run', () => {
    const installed = join(project, 'node_modules/hypertide');
    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    expect(files.length).toBeLessThanOrEqual(185);
    expect(files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0)).toBeLessThan(3_400_000);
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'study.schema.json']);
  });

  it('includes the page of the dashboard', () => {
    writeFileSync(join(project, 'study.yaml'), 'parameters:\n  x: { type: float, low: 0, high: 1 }\nobjective: minimize\ntrials: 1\n');
    run('npx', '--no-install', 'hypertide', 'run', 'study.yaml', '--', process.execPath, '-e', 'console.log("value=1")');
    run('npx', '--no-install', 'hypertide', 'study', 'report', 'study.jsonl', '-o', 'report.html');
    expect(readFileSync(join(project, 'report.html'), 'utf8')).toContain('<script');
    run('npx', '--no-install', 'hypertide', 'study', 'plot', 'study.jsonl', 'history', '-o', 'history.svg');
    expect(readFileSync(join(project, 'history.svg'), 'utf8')).toContain('<path');
  });
});
