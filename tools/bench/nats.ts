// npx tsx tools/bench nats [PART...]: how fast a study on a server is, compared with the bare server in the same run.
import { loadavg } from 'node:os';
import { natsServer } from '../../test/support/nats.ts';
import { judge, printVerdicts } from './measure.ts';
import { bareLoop, barePublishes, type Figure, fresh, medianOf, rejections, suggestions, wholeTrials } from './natsFigures.ts';
import { type Taken, taken } from './natsPast.ts';
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
  const tell = (what: string, { entries, seconds, cpu, peak, before }: Taken) =>
    console.log(
      `${what}, ${entries} entries: first decision after ${seconds.toFixed(2)} s (${cpu.toFixed(2)} s CPU), ${(entries / seconds).toFixed(0)} /s; ` +
        `it held ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} MB before it read`,
    );
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const name = fresh();
    const one = await taken(server, name, await withTrials(nc, { name, parallel: 1 }, 100_000));
    tell('100 000 trials', one);
    seconds.push(one.seconds);
  }
  judge('first decision after 100 000 trials, the slowest of three', Math.max(...seconds), 4, 's');
  const name = fresh();
  const million = await taken(server, name, await withReports(nc, name, 16, 1_000_000));
  tell('a million reports', million);
  judge('reports read', million.entries / million.seconds, 20_000, '/s', 'least');
  judge('memory after a million reports', million.peak, 250, 'MB');
  await server.dispose();
}

const parts: Readonly<Record<string, () => Promise<void>>> = { default: byDefault, synced, answers, past };
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`expected a part among ${Object.keys(parts).join(', ')}, got ${unknown}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();
printVerdicts();
process.exit(0);
