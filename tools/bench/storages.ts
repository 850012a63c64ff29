// npx tsx tools/bench storages [--past 2000,10000]: trials a second of eight processes on one study with a past, and the CPU of all processes for a trial,
// next to Optuna's storages. All store each fact with an fsync, on a disk and in memory.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { random } from '../../streams/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { natsServer } from '../../test/support/nats.ts';
import { cpuOf } from './cpu.ts';
import { beginStudy, training } from './scaleLog.ts';
import { kill, messageOf, program } from './scaleProcess.ts';

const { values } = parseArgs({
  options: { past: { type: 'string', default: '2000,10000,100000' }, disk: { type: 'string', default: '/var/tmp' } },
});
const PROCESSES = 8;
const TRIALS = 500;
/** Trials before the clock starts, until all processes take part. */
const WARM = 200;
const optuna = fileURLToPath(new URL('./optuna_storages.py', import.meta.url));

interface Measured {
  /** Trials a second. */
  readonly rate: number;
  /** Milliseconds of CPU for a trial, of all processes together. */
  readonly cpu: number;
}

async function ours(folder: string, past: number): Promise<Measured> {
  process.env.TMPDIR = folder;
  const server = await natsServer('jetstream { sync_interval: always }');
  const nc = await server.connect();
  const name = `past-${past}`;
  await beginStudy(nc, { name, strategy: random(), ended: past, parallel: 2 * PROCESSES });
  const fleets = Array.from({ length: PROCESSES }, () => program('./scaleFleet.ts', server.url));
  await Promise.all(fleets.map((fleet) => messageOf(fleet)));
  let completed = 0;
  const pids = [process.pid, server.pid, ...fleets.map(({ pid }) => pid!)];
  const now = () => ({ wall: performance.now(), cpu: pids.reduce((sum, pid) => sum + cpuOf(pid), 0) / 1000 });
  let since = now();
  const measured = new Promise<Measured>((resolve) => {
    const onEntry = ({ position, fact }: { readonly position: number; readonly fact: unknown }) => {
      if (position <= 3 * past + 1 || (fact as { type?: string })?.type !== 'completed') return;
      if (++completed === WARM) since = now();
      if (completed !== WARM + TRIALS) return;
      const { wall, cpu } = now();
      resolve({ rate: (1000 * TRIALS) / (wall - since.wall), cpu: (cpu - since.cpu) / TRIALS });
    };
    void serve(nc, training, { strategy: random(), study: name, trials: 1e9, seed: 1, parallel: 2 * PROCESSES, onEntry });
  });
  for (const fleet of fleets) fleet.send({ type: 'train', study: name, trainers: 1, milliseconds: 0 });
  const found = await measured;
  await Promise.all(fleets.map(kill));
  await server.dispose();
  return found;
}

function theirs(kind: 'journal' | 'sqlite', folder: string, past: number): Measured {
  const place = mkdtempSync(join(folder, 'hypertide-bench-'));
  try {
    const words = [optuna, place, kind, String(past), String(TRIALS), String(PROCESSES)];
    return JSON.parse(execFileSync('/usr/bin/python3', words, { encoding: 'utf8' }));
  } finally {
    rmSync(place, { recursive: true });
  }
}

console.log(
  `${TRIALS} trials by ${PROCESSES} processes, in trials a second and milliseconds of CPU for a trial; load ${loadavg()[0]!.toFixed(1)}`,
);
for (const past of values.past.split(',').map(Number))
  for (const [where, folder] of [
    ['memory', '/dev/shm'],
    ['disk', values.disk],
  ] as const) {
    const found = { hypertide: await ours(folder, past), journal: theirs('journal', folder, past), sqlite: theirs('sqlite', folder, past) };
    const best = Math.max(found.journal.rate, found.sqlite.rate);
    const cells = Object.entries(found).map(([name, { rate, cpu }]) => `${name} ${rate.toFixed(0)} (${cpu.toFixed(1)} ms)`);
    console.log(
      `after ${past}, in ${where}: ${cells.join(', ')}; ${(found.hypertide.rate / best).toFixed(1)} times the better storage of Optuna`,
    );
  }
process.exit(0);
