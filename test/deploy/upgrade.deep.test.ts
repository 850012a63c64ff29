import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory, hypertide, until } from '../cli/support.ts';
import { root } from '../support/documents.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';

/** The last commit of version 0.1.0. */
const PREVIOUS = 'aa19188^';
const git = (...words: readonly string[]) => spawnSync('git', words, { cwd: root, encoding: 'utf8' });
/** A shallow clone does not have it: run "git fetch --unshallow". */
const isThere = git('rev-parse', '--verify', '--quiet', PREVIOUS).status === 0;
const TSX = import.meta.resolve('tsx');
const old = mkdtempSync(join(tmpdir(), 'hypertide-previous-'));

let server: NatsServer;
beforeAll(async () => {
  server = await natsServer();
  if (!isThere) return;
  execFileSync('tar', ['-x', '-C', old], { input: execFileSync('git', ['archive', PREVIOUS], { cwd: root, maxBuffer: 2 ** 28 }) });
  symlinkSync(join(root, 'node_modules'), join(old, 'node_modules'));
});
afterAll(async () => {
  await server.dispose();
  rmSync(old, { recursive: true });
});

/** Runs a version of hypertide from its sources. */
function start(version: string, place: string, ...words: readonly string[]) {
  const at = ['--nats', server.url];
  const [before, after] = words.includes('--') ? [words.slice(0, words.indexOf('--')), words.slice(words.indexOf('--'))] : [words, []];
  const child = spawn(process.execPath, ['--import', TSX, join(version, 'src/cli/main.ts'), ...before, ...at, ...after], { cwd: place });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  return { child, said: () => text };
}
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

describe.runIf(isThere)('a study of the previous version', () => {
  it.each(['workers', 'engines'])('continues if its %s are upgraded first', async (upgraded) => {
    const place = directory();
    mkdirSync(join(place, 'worker'));
    writeFileSync(
      join(place, 'study.yaml'),
      `name: ${upgraded}\nparameters: { x: { type: float, low: 0, high: 1 } }\nstrategy: random\ntrials: 8\nparallel: 2\n`,
    );
    // Later trials wait until the upgrade.
    const program = '[ $HYPERTIDE_TRIAL -lt 4 ] || until [ -e go ]; do sleep 0.1; done; echo value=$HYPERTIDE_PARAM_X';
    const serve = (version: string) => start(version, place, 'serve', 'study.yaml');
    const work = (version: string) => start(version, join(place, 'worker'), 'worker', '--study', upgraded, '--', 'sh', '-c', program);
    const [engine, worker] = [serve(old), work(old)];
    await until(() => worker.said().includes('trial 2 completed'));
    await end(upgraded === 'workers' ? worker.child : engine.child);
    const next = upgraded === 'workers' ? work(root) : serve(root);
    writeFileSync(join(place, 'worker/go'), '');
    await until(() => (upgraded === 'workers' ? next : worker).said().includes('trial 8 completed'));
    const statuses = async () => {
      const { out } = await hypertide(place, 'trials', '--nats', server.url, '--study', upgraded, '--json');
      return (JSON.parse(out) as { readonly status: string }[]).map(({ status }) => status);
    };
    while ((await statuses()).includes('open')) await sleep(500); // the last trial may end before one that was handed back
    for (const { child } of [next, worker, engine]) await end(child);
    expect(await statuses()).toEqual(Array(8).fill('completed'));
    // An engine of this version has made none of the suggestions, or some.
    const code = upgraded === 'workers' ? 4 : 0;
    expect(await hypertide(place, 'verify', '--nats', server.url, '--study', upgraded)).toMatchObject({ code });
  });
});
