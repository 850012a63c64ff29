// npx tsx tools/chaos --trials 2000 --minutes 15 --seed 1 [--record tools/chaos/record.json]
// --servers 3: three servers that keep a copy each, and are partitioned by stopping one or two of them
// --engines 1: no standby; --outage 60: seconds of the longest outage of the server; --tls: over TLS
// --stall: seconds between two entries that count as a violation; a busy machine needs more of them
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chaos } from './world.ts';

// npx tsx tools/chaos day --minutes 20 --seed 1 [--only flood]: a day of a platform, as `day/command.ts` says
const args = process.argv.slice(2);
if (args[0] === 'day') process.exit(await (await import('./day/command.ts')).command(args.slice(1)));
const { values } = parseArgs({
  args,
  options: {
    trials: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '150' },
    trainers: { type: 'string', default: '8' },
    pace: { type: 'string', default: '300' },
    servers: { type: 'string', default: '1' },
    engines: { type: 'string', default: '2' },
    outage: { type: 'string', default: '6' },
    tls: { type: 'boolean', default: false },
    stall: { type: 'string', default: '10' },
    record: { type: 'string' },
  },
});
const verdict = await chaos({
  trials: Number(values.trials),
  minutes: Number(values.minutes),
  faults: Number(values.faults),
  trainers: Number(values.trainers),
  pace: Number(values.pace),
  servers: values.servers === '3' ? 3 : 1,
  engines: values.engines === '1' ? 1 : 2,
  outage: Number(values.outage),
  tls: values.tls,
  stall: Number(values.stall),
  seed: values.seed,
  say: (line) => console.log(new Date().toISOString(), line),
});
const { violations, completed, begun, wasted, lost, faults, kinds, recomputed, stall, seconds, hash } = verdict;
for (const violation of violations) console.log(violation);
console.log(
  `${violations.length === 0 ? 'HELD' : 'BROKEN'}: ${completed} trials completed in ${seconds.toFixed(0)} s through ${faults} faults, ` +
    `${begun} trainings begun, ${wasted} wasted, ${lost} runs given up, ${recomputed} suggestions recomputed, longest stall ${(stall / 1000).toFixed(1)} s`,
);
if (values.record !== undefined) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const record = {
    command: `npx tsx tools/chaos ${args.join(' ')}`,
    commit,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    seed: values.seed,
    seconds: Math.round(seconds),
    trials: { completed, begun, wasted },
    faults: kinds,
    runsGivenUp: lost,
    suggestionsRecomputed: recomputed,
    longestStallSeconds: Math.round(stall / 100) / 10,
    violations,
    log: `sha256:${hash}`,
  };
  writeFileSync(values.record, `${JSON.stringify(record, null, 2)}\n`);
}
process.exit(violations.length === 0 ? 0 : 1);
