// npx tsx tools/bench nats [PART...]: how fast a study on a server is, compared with the bare server and with Optuna in the same run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsServer } from '../../test/support/nats.ts';
import { bareLoop, barePublishes, type Figure, fresh, medianOf, rejections, suggestions, wholeTrials } from './natsFigures.ts';
import { reports, type Taken, trials } from './natsPast.ts';
import { verdicts } from './verdicts.ts';

const RUNS = 3;
const optunaProgram = fileURLToPath(new URL('./optuna_journal.py', import.meta.url));

/** Runs the acts in turn, several times, so that a change in the load of the machine affects all of them. @returns the median of each. */
async function inTurn(acts: readonly (() => Promise<Figure>)[], runs = RUNS): Promise<Figure[]> {
  const figures: Figure[][] = acts.map(() => []);
  for (let run = 0; run < runs; run++) for (const [i, act] of acts.entries()) figures[i]!.push(await act());
  return figures.map(medianOf);
}

/** Optuna with two processes on a journal file, with its default lock. */
async function optuna(parent: string, count: number): Promise<Figure> {
  const directory = mkdtempSync(join(parent, 'hypertide-bench-'));
  try {
    const text = execFileSync('/usr/bin/python3', [optunaProgram, directory, String(count)], { encoding: 'utf8' });
    return { rate: Number(text), cpu: {} };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function say(what: string, { rate, cpu, others }: Figure): void {
  const parts = Object.entries(cpu).map(([name, microseconds]) => `${name} ${microseconds.toFixed(0)}`);
  const cost = others === undefined ? '' : `   CPU in µs: ${parts.join(', ')}; cores busy with something else: ${others.toFixed(1)}`;
  console.log(`${what.padEnd(60)} ${rate.toFixed(0).padStart(8)} /s${cost}`);
}

const { judge, print } = verdicts();
const begin = (what: string) => console.log(`\n${what}; load ${loadavg()[0]!.toFixed(1)}`);

/** Compares whole trials with Optuna's. Optuna reads its whole log for each trial, so the ratio depends on the number of trials. */
async function compareWithOptuna(size: number, runs: number): Promise<void> {
  const server = await natsServer();
  const nc = await server.connect();
  await suggestions(server, nc, 2000); // warm up
  const [whole, theirs] = (await inTurn([() => wholeTrials(server, nc, size), () => optuna('/dev/shm', size)], runs)) as [Figure, Figure];
  say(`${size} whole trials, two other processes`, whole);
  say("the same in Optuna's JournalStorage, two processes", theirs);
  judge(`whole trials compared with Optuna on tmpfs, ${size} trials`, whole.rate / theirs.rate, 8, 'times as many');
  await server.dispose();
}

async function byDefault(): Promise<void> {
  begin('default settings (Optuna on tmpfs)');
  const server = await natsServer();
  const nc = await server.connect();
  await bareLoop(server, nc, 2000); // warm up
  await suggestions(server, nc, 2000);
  const acts = [() => bareLoop(server, nc, 2000), () => suggestions(server, nc, 2000)];
  const [bare, alone] = (await inTurn(acts)) as [Figure, Figure];
  say('publish one acknowledged message and read it back', bare);
  say('suggestions', alone);
  judge('suggestions compared with the bare loop', (100 * alone.rate) / bare.rate, 60, '%');
  await server.dispose();
  for (const size of [2000, 10_000]) await compareWithOptuna(size, RUNS);
}

async function large(): Promise<void> {
  begin('default settings, a large study, one run (Optuna takes minutes)');
  await compareWithOptuna(100_000, 1);
}

async function synced(): Promise<void> {
  begin('sync_interval: always (Optuna on the same disk)');
  const server = await natsServer('jetstream { sync_interval: always }');
  const nc = await server.connect();
  const size = 2000;
  await wholeTrials(server, nc, size);
  const acts = [
    () => barePublishes(server, nc, size, 1),
    () => barePublishes(server, nc, 4 * size, 32),
    () => suggestions(server, nc, size),
    () => wholeTrials(server, nc, size),
    () => optuna(tmpdir(), size),
  ];
  const [one, many, alone, whole, theirs] = (await inTurn(acts)) as [Figure, Figure, Figure, Figure, Figure];
  say('acknowledged messages, one at a time', one);
  say('acknowledged messages, 32 in flight', many);
  say('suggestions', alone);
  say('whole trials, two other processes', whole);
  say("Optuna's JournalStorage, two processes", theirs);
  for (const [how, { rate }] of [
    ['one at a time', one],
    ['32 in flight', many],
  ] as const)
    judge(`whole trials compared with a third of synced publishes, ${how}`, (300 * whole.rate) / rate, 60, '%');
  console.log(`  whole trials compared with Optuna with fsync: ${(whole.rate / theirs.rate).toFixed(2)} times as many`);
  await server.dispose();
}

async function answers(): Promise<void> {
  begin('10 000 facts that do not count');
  const server = await natsServer();
  const [nc, other] = [await server.connect(), await server.connect()];
  for (const inFlight of [16, 256]) {
    const latencies = await rejections(nc, other, 10_000, inFlight);
    const at = (share: number) => latencies[Math.ceil(share * latencies.length) - 1]!;
    console.log(`${inFlight} in flight: ${latencies.length} answered; median ${at(0.5).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms`);
    judge(`answers to facts that do not count, ${inFlight} in flight, 99 of 100`, at(0.99), 200, 'ms', true);
  }
  await server.dispose();
}

async function past(): Promise<void> {
  begin('an engine as a process of its own that reads an existing log');
  const server = await natsServer();
  const nc = await server.connect();
  const tell = (what: string, { entries, seconds, cpu, peak, before }: Taken) =>
    console.log(
      `${what}, ${entries} entries: first decision after ${seconds.toFixed(2)} s (${cpu.toFixed(2)} s CPU), ${(entries / seconds).toFixed(0)} /s; ` +
        `it held ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} MB before it read`,
    );
  const taken: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const one = await trials(server, nc, fresh(), 100_000);
    tell('100 000 trials', one);
    taken.push(one.seconds);
  }
  judge('first decision after 100 000 trials, the slowest of three', Math.max(...taken), 4, 's', true);
  const million = await reports(server, nc, fresh(), 1_000_000);
  tell('a million reports', million);
  judge('reports read', million.entries / million.seconds, 20_000, '/s');
  judge('memory after a million reports', million.peak, 250, 'MB', true);
  await server.dispose();
}

const parts: Readonly<Record<string, () => Promise<void>>> = { default: byDefault, large, synced, answers, past };
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`expected a part among ${Object.keys(parts).join(', ')}, got ${unknown}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();
print();
process.exit(0);
