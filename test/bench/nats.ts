// npm run bench:nats: what a study on a server does in a second, beside what the server and others do in the same run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsServer } from '../support/nats.ts';
import { bareLoop, barePublishes, type Figure, fresh, medianOf, rejections, suggestions, wholeTrials } from './natsFigures.ts';
import { reports, type Taken, trials } from './natsPast.ts';

const RUNS = 3;
const optunaProgram = fileURLToPath(new URL('./optuna_journal.py', import.meta.url));

/** Figures of several acts, one after the other and again, so that a change of the machine's mood meets all of them. */
async function inTurn(...acts: readonly (() => Promise<Figure>)[]): Promise<Figure[]> {
  const figures: Figure[][] = acts.map(() => []);
  for (let run = 0; run < RUNS; run++) for (const [i, act] of acts.entries()) figures[i]!.push(await act());
  return figures.map(medianOf);
}

/** Optuna with two processes on a journal file, whose lock is its default one. */
async function optuna(parent: string, count: number): Promise<Figure> {
  const directory = mkdtempSync(join(parent, 'hypertide-bench-'));
  try {
    const text = execFileSync('/usr/bin/python3', [optunaProgram, directory, String(count)], { encoding: 'utf8' });
    return { rate: Number(text), cpu: Number.NaN };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const say = (what: string, { rate, cpu }: Figure, note = '') =>
  console.log(
    `${what.padEnd(60)} ${rate.toFixed(0).padStart(8)} /s  ${Number.isNaN(cpu) ? '' : `${cpu.toFixed(3)} ms CPU`}${note && `   ${note}`}`,
  );
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)} %`;
const times = (ours: Figure, theirs: Figure) => `x ${(ours.rate / theirs.rate).toFixed(2)}`;

async function byDefault(): Promise<void> {
  console.log(`\ndefault settings (Optuna on tmpfs); load ${loadavg()[0]!.toFixed(1)}`);
  const server = await natsServer();
  const nc = await server.connect();
  await bareLoop(nc, 2000); // warm up
  await suggestions(nc, 2000);
  const [bare, alone] = (await inTurn(
    () => bareLoop(nc, 2000),
    () => suggestions(nc, 2000),
  )) as [Figure, Figure];
  say('publish one acknowledged message and read it back', bare);
  say('suggestions', alone, `${percent(alone.rate, bare.rate)} of that; at least 60 % are asked for`);
  for (const size of [2000, 10_000]) {
    const [whole, theirs] = (await inTurn(
      () => wholeTrials(server, nc, size),
      () => optuna('/dev/shm', size),
    )) as [Figure, Figure];
    say(`${size} whole trials, two other processes`, whole);
    say("the same in Optuna's JournalStorage, two processes", theirs, `${times(whole, theirs)}; at least x 8 is asked for`);
  }
  await server.dispose();
}

async function synced(): Promise<void> {
  console.log(`\nsync_interval: always (Optuna on the same disk); load ${loadavg()[0]!.toFixed(1)}`);
  const server = await natsServer('jetstream { sync_interval: always }');
  const nc = await server.connect();
  const size = 480;
  await wholeTrials(server, nc, size);
  const [one, many, alone, whole, theirs] = (await inTurn(
    () => barePublishes(nc, size, 1),
    () => barePublishes(nc, 4 * size, 32),
    () => suggestions(nc, size),
    () => wholeTrials(server, nc, size),
    () => optuna(tmpdir(), size),
  )) as [Figure, Figure, Figure, Figure, Figure];
  say('acknowledged messages, one at a time', one);
  say('acknowledged messages, 32 in flight', many);
  say('suggestions', alone);
  const third = Math.max(one.rate, many.rate) / 3;
  say(
    'whole trials, two other processes',
    whole,
    `${percent(whole.rate, third)} of a third of the best of those; at least 60 % are asked for`,
  );
  say("Optuna's JournalStorage, two processes", theirs, times(whole, theirs));
  await server.dispose();
}

async function answers(): Promise<void> {
  console.log('\n10 000 facts that do not count');
  const server = await natsServer();
  const [nc, other] = [await server.connect(), await server.connect()];
  for (const inFlight of [16, 256]) {
    const latencies = await rejections(nc, other, 10_000, inFlight);
    const at = (share: number) => latencies[Math.ceil(share * latencies.length) - 1]!.toFixed(1);
    console.log(
      `${inFlight} in flight: ${latencies.length} answered; median ${at(0.5)} ms, p99 ${at(0.99)} ms (at most 200), longest ${at(1)} ms`,
    );
  }
  await server.dispose();
}

async function past(): Promise<void> {
  console.log(`\nan engine as a process of its own, and what is there before it; load ${loadavg()[0]!.toFixed(1)}`);
  const server = await natsServer();
  const nc = await server.connect();
  const tell = (what: string, { entries, seconds, cpu, peak, before }: Taken, note: string) =>
    console.log(
      `${what}, ${entries} entries: deciding after ${seconds.toFixed(2)} s (${cpu.toFixed(2)} s CPU), ${(entries / seconds).toFixed(0)} /s; ` +
        `it held ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} MB before it read; ${note}`,
    );
  for (let run = 0; run < RUNS; run++) tell('100 000 trials', await trials(server, nc, fresh(), 100_000), 'at most 4 s');
  tell('a million reports', await reports(server, nc, fresh(), 1_000_000), 'at least 20 000 /s, at most 250 MB');
  await server.dispose();
}

for (const part of [byDefault, synced, answers, past]) await part();
process.exit(0);
