/**
 * The textbook case, on real data: how many hidden units, which activation, which learning rate and how much L2 make a network of two layers
 * read handwritten digits best? Networks are really trained, in threads, and those that fall behind are stopped early.
 *
 *     npm start -- [--trials 300] [--parallel 2] [--seed 1] [--journal digits.jsonl]
 *
 * With a journal, Ctrl-C and the same command again go on where it ended.
 */
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  asha,
  chain,
  choice,
  float,
  type Infer,
  int,
  type Objective,
  optimize,
  progress,
  type Row,
  random,
  space,
  trials,
} from 'hypertide';
import { journal } from 'hypertide/journal';
import { trainers } from './digits/pool.ts';
import { percent, ranked, screen, table } from './digits/screen.ts';

const epochs = 81;

/** Who says what is tried next. Any strategy fits here. */
const searcher = random();
/** Of the trials that come to 3, 9 and 27 epochs, the best third may go on. */
const strategy = chain(asha({ min: 3, max: epochs, mode: 'stop' }), searcher);

const networks = space({
  units: int(16, 64, { step: 2 }),
  activation: choice(['relu', 'tanh', 'sigmoid']),
  learningRate: float(1e-4, 1e-1, { log: true }),
  l2: float(1e-6, 1e-1, { log: true }),
});
type Network = Infer<typeof networks>;

const { values: given } = parseArgs({
  options: {
    trials: { type: 'string', default: '300' },
    parallel: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string', default: '1' },
    journal: { type: 'string' },
  },
});
const limit = Number(given.trials);
const parallel = Number(given.parallel);

const pool = trainers(parallel);
const train: Objective<Network> = async (config, { report, signal }) => {
  const onEpoch = (epoch: number, { error }: { readonly error: number }) => {
    report(error, epoch);
    return nextTurn(); // so that a stop is known before the next epoch
  };
  const { validation, test } = await pool.train(config, { epochs, onEpoch, signal });
  return { values: { error: validation.error }, metrics: { test: test.error } };
};

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());

const log = given.journal === undefined ? undefined : await journal(given.journal);
const study = optimize(networks, train, {
  strategy,
  objectives: { error: 'minimize' },
  trials: limit,
  parallel,
  seed: given.seed,
  signal: interrupt.signal,
  ...(log && { log }),
});
const view = screen(limit);
const rows: Row<Network>[] = [];
try {
  await Promise.all([
    study.pipe(progress<Network>()).forEach(view.progress),
    study.pipe(trials<Network>()).forEach((row) => {
      rows.push(row);
      view.ended(row);
    }),
  ]);
} finally {
  view.close();
  await pool.close();
  await log?.close();
}

const [best, ...others] = ranked(rows);
if (best) {
  const spent = rows.reduce((sum, { step = 0 }) => sum + step, 0);
  const stopped = rows.filter(({ status }) => status === 'stopped').length;
  console.log(table([best, ...others].slice(0, 8)));
  console.log(`The best network gets ${percent(best.metrics?.test)} of the test images wrong, which nothing here was chosen by.`);
  console.log(`${stopped} of ${rows.length} trials were stopped early: ${spent} epochs instead of ${rows.length * epochs}.`);
}
if (interrupt.signal.aborted) console.log(log ? 'Interrupted; the same command goes on.' : 'Interrupted.');
console.log('Next: examples/01-first.ts is the shortest study there is; change `searcher` in examples/start.ts to try another strategy.');
