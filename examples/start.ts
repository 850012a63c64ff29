/**
 * The textbook case on real data: which layers, learning rate, schedule, momentum, batch size, L2 penalty and initial scale make a small network
 * read handwritten digits best? Networks are really trained, in threads, and those that fall behind are stopped early. At the end you see how
 * other strategies did on the same problem.
 *
 *     npm start -- [--cost 540] [--parallel 2] [--seed 1] [--journal digits.jsonl]
 *
 * With a journal, the same command continues a study that was interrupted by Ctrl-C.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { auto, chain, optimize, progress, type TrialRow, trials } from 'hypertide';
import { openJournal } from 'hypertide/journal';
import { workers } from 'hypertide/workers';
import { epochs } from './digits/network.ts';
import { comparison, readRecord } from './digits/record.ts';
import { type Screen, screen, summary } from './digits/screen.ts';
import { cost, early, type Network, networks } from './digits/study.ts';

/** Proposes what to try next. Any strategy fits here: `ga()`, `tpe()`, `bandit({ evolve: ga(), guess: random() })`, ... */
const searcher = auto();

interface Options {
  readonly cost: number;
  readonly parallel: number;
  readonly seed: string;
  readonly journal?: string | undefined;
}

/** All trials of a study that runs until it is over or interrupted. */
const run = async ({ journal: path, ...options }: Options, signal: AbortSignal, view: Screen): Promise<TrialRow<Network>[]> => {
  const train = workers<Network, 'loss'>(new URL('./digits/train.mjs', import.meta.url), { count: options.parallel });
  const log = path === undefined ? undefined : await openJournal(path);
  const study = optimize(networks, train, {
    ...options,
    strategy: chain(early, searcher),
    objectives: { loss: 'minimize' },
    signal,
    log,
  });
  const rows: TrialRow<Network>[] = [];
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
    await log?.close();
  }
  return rows;
};

const readOptions = (): Options => {
  const { values } = parseArgs({
    options: {
      cost: { type: 'string', default: String(cost) },
      parallel: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string', default: '1' },
      journal: { type: 'string' },
    },
  });
  return { ...values, cost: Number(values.cost), parallel: Number(values.parallel) };
};

const main = async (): Promise<void> => {
  const options = readOptions();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const rows = await run(options, interrupt.signal, screen(options.cost));
  console.log(summary(rows, epochs));
  if (interrupt.signal.aborted) {
    console.log(`Interrupted${options.journal === undefined ? '' : '; the same command continues'}.`);
    return;
  }
  console.log(`\n${comparison(readRecord())}`);
  console.log('Next: examples/01-first.ts is the shortest study there is; change `searcher` in examples/start.ts to try another strategy.');
};

main().catch((error: Error) => {
  console.error(error.message.split('\n', 1)[0]);
  process.exitCode = 1;
});
