// npx tsx tools/bench nats [PART...]: how fast a study on a server is, compared with the bare server in the same run.
import { loadavg } from 'node:os';
import { natsServer } from '../../test/support/nats.ts';
import { judge, runParts } from './measure.ts';
import type { Taken } from './natsEngine.ts';
import { bareLoop, barePublishes, type Figure, fresh, medianOf, rejections, suggestions, wholeTrials } from './natsFigures.ts';
import { messageOf, program } from './processes.ts';
import { withReports, withTrials } from './studies.ts';

const RUNS = 3;

/** Runs the acts in turn, several times, so that a change in the load of the machine affects all of them. @returns the median of each. */
async function inTurn(acts: readonly (() => Promise<Figure>)[], runs = RUNS): Promise<Figure[]> {
  const figures: Figure[][] = acts.map(() => []);
  for (let run = 0; run < runs; run++) for (const [i, act] of acts.entries()) figures[i]!.push(await act());
  return figures.map(medianOf);
}

function say(what: string, { rate, cpu, others }: Figure): void {
  const parts = Object.entries(cpu).map(([name, microseconds]) => `${name} ${microseconds.toFixed(0)}`);
  const cost = others === undefined ? '' : `   CPU in µs: ${parts.join(', ')}; cores busy with something else: ${others.toFixed(1)}`;
  console.log(`${what.padEnd(60)} ${rate.toFixed(0).padStart(8)} /s${cost}`);
}

const begin = (what: string) => console.log(`\n${what}; load ${loadavg()[0]!.toFixed(1)}`);

async function byDefault(): Promise<void> {
  begin('default settings');
  const server = await natsServer();
  const nc = await server.connect();
  await bareLoop(server, nc, 2000); // warm up
  await suggestions(server, nc, 2000);
  const acts = [() => bareLoop(server, nc, 2000), () => suggestions(server, nc, 2000), () => wholeTrials(server, nc, 2000)];
  const [bare, alone, whole] = (await inTurn(acts)) as [Figure, Figure, Figure];
  say('publish one acknowledged message and read it back', bare);
  say('suggestions', alone);
  say('whole trials, two other processes', whole);
  judge('suggestions compared with the bare loop', (100 * alone.rate) / bare.rate, 60, '%', 'least');
  await server.dispose();
}

async function synced(): Promise<void> {
  begin('sync_interval: always');
  const server = await natsServer('jetstream { sync_interval: always }');
  const nc = await server.connect();
  const size = 2000;
  await wholeTrials(server, nc, size);
  const acts = [
    () => barePublishes(server, nc, size, 1),
    () => barePublishes(server, nc, 4 * size, 32),
    () => suggestions(server, nc, size),
    () => wholeTrials(server, nc, size),
  ];
  const [one, many, alone, whole] = (await inTurn(acts)) as [Figure, Figure, Figure, Figure];
  say('acknowledged messages, one at a time', one);
  say('acknowledged messages, 32 in flight', many);
  say('suggestions', alone);
  say('whole trials, two other processes', whole);
  for (const [how, { rate }] of [
    ['one at a time', one],
    ['32 in flight', many],
  ] as const)
    judge(`whole trials compared with a third of synced publishes, ${how}`, (300 * whole.rate) / rate, 60, '%', 'least');
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
    judge(`answers to facts that do not count, ${inFlight} in flight, 99 of 100`, at(0.99), 200, 'ms');
  }
  await server.dispose();
}

async function past(): Promise<void> {
  begin('an engine as a process of its own that reads an existing log');
  const server = await natsServer();
  const nc = await server.connect();
  /** Starts an engine in its own process and waits until it has read the log and decided once. */
  const taken = async (what: string, study: string, entries: number): Promise<Taken> => {
    const found = await messageOf<Taken>(program(new URL('./natsEngine.js', import.meta.url), server.url, study));
    console.log(
      `${what}, ${entries} entries: first decision after ${found.seconds.toFixed(2)} s (${found.cpu.toFixed(2)} s CPU), ${(entries / found.seconds).toFixed(0)} /s; ` +
        `it held ${found.peak.toFixed(0)} MB at most, ${found.before.toFixed(0)} MB before it read`,
    );
    return found;
  };
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const name = fresh();
    seconds.push((await taken('100 000 trials', name, await withTrials(nc, { name, parallel: 1 }, 100_000))).seconds);
  }
  judge('first decision after 100 000 trials, the slowest of three', Math.max(...seconds), 4, 's');
  const name = fresh();
  const reports = await withReports(nc, name, 16, 1_000_000);
  const million = await taken('a million reports', name, reports);
  judge('reports read', reports / million.seconds, 20_000, '/s', 'least');
  judge('memory after a million reports', million.peak, 250, 'MB');
  await server.dispose();
}

await runParts({ default: byDefault, synced, answers, past }, process.argv.slice(2));
