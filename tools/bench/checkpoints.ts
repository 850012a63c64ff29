// npx tsx tools/bench checkpoints: how fast a checkpoint of 100 MB reaches another machine, compared with a plain copy through the object store of the same server.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { median } from '../../src/numeric/averages.ts';
import { float, random, space } from '../../streams/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { presenceOn } from '../../streams/nats/trainer/heartbeats.ts';
import { natsServer } from '../../test/support/nats.ts';
import type { Copied, CopyJob } from './checkpointsCopy.ts';
import { cpuOf, judge } from './measure.ts';
import { messageOf, program } from './processes.ts';

const RUNS = 5;
const SIZE = 100e6;
/** As programs save weights, and small files with them. */
const FILES = [40e6, 30e6, 25e6, 4e6, ...Array<number>(100).fill(1e4)];

const copy = (job: CopyJob): Promise<Copied> => messageOf(program(new URL('./checkpointsCopy.js', import.meta.url), JSON.stringify(job)));

function fill(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [i, size] of FILES.entries()) writeFileSync(join(directory, `part-${i}`), randomBytes(size)); // no two chunks are equal
}

const place = mkdtempSync(join(tmpdir(), 'hypertide-bench-'));
const server = await natsServer();
const nc = await server.connect();
const served = await serve(nc, space({ x: float(0, 1) }), {
  strategy: random(),
  study: 'bench',
  trials: 2 * RUNS + 2,
  parallel: 2 * RUNS + 2,
  lease: 3600,
});
await served.started;
const subjects = subjectsOf('bench');
// The engine suggests as many trials as there are slots.
const presence = presenceOn(nc, subjects.beat('all', 0), { slots: 2 * RUNS + 2 });
presence.announce();

/** Claims an attempt as a trainer. @returns its run */
async function claim(trial: number, attempt: number): Promise<string> {
  while ((served.port.ledger.open.get(trial)?.suggestion.attempt ?? 0) < attempt) await setTimeout(5);
  const run = `${trial}.${attempt}`;
  await nc.request(subjects.by(`w${attempt}`, trial), JSON.stringify({ type: 'started', trial, attempt, run }));
  return run;
}

/** Saves as one trainer and restores as another, each in a process of its own. */
async function travels(trial: number): Promise<Copied[]> {
  const directory = join(place, `saved-${trial}`);
  fill(directory);
  const of = { server: server.url, study: 'bench', trial };
  const run = await claim(trial, 1);
  const saved = await copy({ ...of, type: 'save', trainer: 'w1', run, path: directory });
  await nc.request(
    subjects.by('w1', trial),
    JSON.stringify({ type: 'failed', trial, attempt: 1, run, reason: 'preempted', checkpoint: saved.reference }),
  );
  const restoring: CopyJob = {
    ...of,
    type: 'restore',
    trainer: 'w2',
    run: await claim(trial, 2),
    reference: saved.reference!,
    path: join(place, `restored-${trial}`),
  };
  const restored = await copy(restoring);
  for (const path of [directory, restoring.path]) rmSync(path, { recursive: true });
  return [saved, restored];
}

/** The same bytes as one object of the object store. */
async function plainCopy(n: number): Promise<Copied[]> {
  const file = join(place, `object-${n}`);
  writeFileSync(file, randomBytes(SIZE));
  const of = { server: server.url, name: `object-${n}` };
  const copies = [await copy({ ...of, type: 'put', path: file }), await copy({ ...of, type: 'get', path: `${file}-got` })];
  for (const path of [file, `${file}-got`]) rmSync(path);
  return copies;
}

interface Figure {
  readonly seconds: number;
  /** Seconds of CPU of both trainers, and of the engine and the server. */
  readonly cpu: number;
  readonly others: number;
  /** Megabytes above idle, of each. */
  readonly memory: readonly number[];
}

async function measured(act: () => Promise<Copied[]>): Promise<Figure> {
  const used = () => (cpuOf(server.pid) + cpuOf(process.pid)) / 1e6;
  const before = used();
  const copies = await act();
  const sum = (of: 'seconds' | 'cpu') => copies.reduce((total, copied) => total + copied[of], 0);
  return { seconds: sum('seconds'), cpu: sum('cpu'), others: used() - before, memory: copies.map(({ memory }) => memory) };
}

const [ours, theirs]: [Figure[], Figure[]] = [[], []];
await plainCopy(0); // warm up
await travels(2 * RUNS + 2);
for (let run = 1; run <= RUNS; run++) {
  ours.push(await measured(() => travels(run)));
  theirs.push(await measured(() => plainCopy(run)));
}
const memoryOf = (figures: readonly Figure[]) => [0, 1].map((i) => median(figures.map(({ memory }) => memory[i]!)));
const of = (figures: readonly Figure[], field: Exclude<keyof Figure, 'memory'>) => median(figures.map((figure) => figure[field]));
for (const [what, figures] of [
  ['a checkpoint, saved and restored', ours],
  ['an object, put and got', theirs],
] as const)
  console.log(
    `${what.padEnd(34)} ${(SIZE / 1e6 / of(figures, 'seconds')).toFixed(0).padStart(4)} MB/s; CPU ${of(figures, 'cpu').toFixed(2)} s, others ${of(figures, 'others').toFixed(2)} s; ${memoryOf(
      figures,
    )
      .map((mb) => mb.toFixed(0))
      .join(' and ')} MB above idle`,
  );
judge('speed', of(theirs, 'seconds') / of(ours, 'seconds'), 0.5, 'of a plain copy', 'least');
judge('memory', Math.max(...memoryOf(ours)), 100, 'MB above idle');
presence.end();
await served.close();
await server.dispose();
rmSync(place, { recursive: true });
