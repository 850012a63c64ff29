/**
 * The textbook case, on real data: how many hidden units, which activation, which learning rate and how much L2 make a network of two layers
 * read handwritten digits best? Networks are really trained, in threads, and those that fall behind are stopped early.
 *
 *     npm start -- [--trials 200] [--epochs 81] [--parallel 2] [--seed 1] [--journal digits.jsonl]
 *
 * With a journal, Ctrl-C and the same command again go on where it ended.
 */
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { asha, auto, chain, choice, float, type Infer, int, optimize, progress, type Row, space, type Trial, trials } from 'hypertide';
import { journal } from 'hypertide/journal';
import type { Score } from './digits/model.ts';
import { type Trainers, trainers } from './digits/pool.ts';
import { type Screen, screen, summary } from './digits/screen.ts';

/** Who says what is tried next. Any strategy fits here: `ga()`, `tpe()`, `bandit({ evolve: ga(), guess: random() })`, ... */
const searcher = auto();

const networks = space({
  units: int(16, 64, { step: 2 }),
  activation: choice(['relu', 'tanh', 'sigmoid']),
  learningRate: float(1e-4, 1e-1, { log: true }),
  l2: float(1e-6, 1e-1, { log: true }),
});
type Network = Infer<typeof networks>;

/** What is minimised is the error on images that it is not trained on; a third part of the images, for the end, takes no part in any choice. */
const training = (pool: Trainers, epochs: number) => async (config: Network, trial: Trial) => {
  const onEpoch = (epoch: number, { error }: Score) => {
    trial.report(error, epoch);
    return nextTurn(); // so that a stop is known before the next epoch
  };
  const { validation, test } = await pool.train(config, { epochs, onEpoch, signal: trial.signal });
  return { values: { error: validation.error }, metrics: { test: test.error } };
};

interface Options {
  readonly trials: number;
  readonly epochs: number;
  readonly parallel: number;
  readonly seed: string;
  readonly journal?: string | undefined;
}

/** All trials of a study that runs until it is over, or interrupted. */
const run = async ({ epochs, journal: path, ...options }: Options, signal: AbortSignal, view: Screen): Promise<Row<Network>[]> => {
  const pool = trainers(options.parallel);
  const log = path === undefined ? undefined : await journal(path);
  const study = optimize(networks, training(pool, epochs), {
    ...options,
    // Of the trials that come to 3, 9, 27 epochs, the best third may go on.
    strategy: chain(asha({ min: 3, max: epochs }), searcher),
    objectives: { error: 'minimize' },
    signal,
    ...(log && { log }),
  });
  const rows: Row<Network>[] = [];
  try {
    await Promise.all([
      study.pipe(progress()).forEach(view.progress),
      study.pipe(trials()).forEach((row) => {
        rows.push(row);
        view.ended(row);
      }),
    ]);
  } finally {
    view.close();
    await pool.close();
    await log?.close();
  }
  return rows;
};

const readOptions = (): Options => {
  const { values } = parseArgs({
    options: {
      trials: { type: 'string', default: '200' },
      epochs: { type: 'string', default: '81' },
      parallel: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string', default: '1' },
      journal: { type: 'string' },
    },
  });
  return { ...values, trials: Number(values.trials), epochs: Number(values.epochs), parallel: Number(values.parallel) };
};

const main = async (): Promise<void> => {
  const options = readOptions();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const rows = await run(options, interrupt.signal, screen(options.trials));
  console.log(summary(rows, options.epochs));
  if (interrupt.signal.aborted) console.log(`Interrupted${options.journal === undefined ? '' : '; the same command goes on'}.`);
  console.log('Next: examples/01-first.ts is the shortest study there is; change `searcher` in examples/start.ts to try another strategy.');
};

main().catch((error: Error) => {
  console.error(error.message.split('\n', 1)[0]);
  process.exitCode = 1;
});
