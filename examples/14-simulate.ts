/**
 * Which strategy should run your next thousand trials? This records a small study, then simulates strategies on it in virtual time, with trainers
 * of which some crash or get lost. `hypertide dev simulate study.jsonl study.yaml` does the same with a journal.
 */
import assert from 'node:assert/strict';
import { asha, chain, createStudy, type Entry, float, ga, random, sobol, space, tpe } from 'hypertide';
import { compare, recordedWorkload, simulate } from 'hypertide/testing';

const networks = space({ rate: float(1e-4, 1, { log: true }), decay: float(1e-6, 1e-1, { log: true }) });
const epochs = 9;

// The recorded study: 400 configurations spread evenly, an hour for each epoch.
const entries: Entry[] = [];
const past = createStudy(networks, { strategy: sobol(), trials: 400 });
past.entries$.subscribe((entry) => entries.push(entry));
for (let next = await past.ask(); next; next = await past.ask()) {
  const { rate, decay } = next.params;
  const floor = 0.05 + 0.1 * (Math.log10(rate) + 2) ** 2 + 0.02 * (Math.log10(decay) + 4) ** 2;
  const error = (epoch: number) => floor + 0.8 ** epoch;
  for (let epoch = 1; epoch <= epochs; epoch++) await past.report(next.trial, error(epoch), epoch);
  await past.tell(next.trial, { values: { value: error(epochs) }, seconds: 3600 * epochs });
}
await past.close();

const known = recordedWorkload(networks, entries);
const early = asha({ min: 1, max: epochs });
const candidates = { random: random(), ga: ga(), tpe: tpe(), 'tpe, stopped early': chain(early, tpe()) };
const { moments, rows } = await compare(networks, candidates, known, { trainers: 4, trials: 60, crash: 0.05, lose: 0.05, seeds: 5 });
console.log(`regret after ${moments.map((at) => `${Math.round(at / 3600)} h`).join(', ')}`);
for (const { strategy, regrets, cost } of rows) console.log(strategy, ...regrets.map((r) => r?.toFixed(4)), `${cost} epochs`);

const { trace, seconds, busy } = await simulate(networks, known, {
  strategy: chain(early, random()),
  trainers: 1000,
  trials: 10_000,
  seed: 1,
});
console.log(`a thousand trainers, busy for ${Math.round(100 * busy)} % of ${seconds / 3600} h, find`, trace.at(-1)?.params);

const [guess, , , stopped] = rows;
assert.ok(stopped!.cost < 0.7 * guess!.cost);
assert.ok(stopped!.regrets[2]! < guess!.regrets[2]!);
assert.equal(trace.at(-1)?.regret, 0);
