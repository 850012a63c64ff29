// npx tsx tools/bench calibration [--seeds 2] [--first 1] [--strategies auto,tpe,random]: how often what hypertide says about the future of a study comes true. Each
// problem is played with and without noise, and learning curves with early stopping. After 15, 30 and 60 results:
// - the best five configurations run three times more: how many later repetitions lie in the intervals of the forecast;
// - where the verdict is to stop: whether 20 more trials gained no more than it says;
// - where one parameter matters most: whether it still does after 20 more trials;
// - where trials of varying speed take alike, on four trainers: whether the others end in the time left, within a quarter;
// - where another value of a parameter costs something: whether it does, by the loss without noise.
import { parseArgs } from 'node:util';
import type { Entry } from '../../src/facts/entry.ts';
import { timeLeft } from '../../src/insight/gain.ts';
import { importances } from '../../src/insight/importance/rowImportances.ts';
import { byShare, isClear } from '../../src/insight/importance/whatMatters.ts';
import { deployed, recommendations } from '../../src/insight/recommendation/recommendation.ts';
import { verdictOn } from '../../src/insight/recommendation/verdict.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { drawNormal, rngFor } from '../../src/numeric/random.ts';
import { bestFirst } from '../../src/study/bestFirst.ts';
import { isCompleted, type TrialRow, TrialRows } from '../../src/study/trials.ts';
import { simulate, type Workload } from '../../src/testing/index.ts';
import { parseStrategy, type Space, type StrategySpec } from '../../streams/index.ts';
import { problems as curves } from './curves/problems.ts';
import { problems } from './quality/problems.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string', default: 'auto,tpe,random' },
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + Number(values.first));
const objective = { name: 'value', direction: 'minimize' } as const;
const MARKS = [15, 30, 60];
const LONGER = 20;
const TRAINERS = 4;
const REPEATED = { top: 5, times: 3, later: 50 };

/** A problem to play. */
interface Case {
  readonly kind: string;
  readonly space: Space<object>;
  readonly workload: Workload<object>;
  readonly strategy: StrategySpec;
  /** The loss of a whole training without noise, and a result with it. */
  readonly loss: (params: object) => number;
  readonly result: (params: object, draw: number) => number;
}

/** Standard deviations of noise: as shares of the quartile range of random results or, relative, of the logarithm of the distance from the optimum. */
const noises = { none: 0, low: 0.1, high: 0.4, relative: 0.3 } as const;

function* cases(strategy: string, seed: number): Generator<Case> {
  for (const { kind, name, space, loss, optimum } of problems.filter((one) => one.kind !== 'wide' && one.kind !== 'noisy')) {
    const rng = rngFor(name, 'quartiles', 0);
    const sample = Array.from({ length: 200 }, () => loss(space.decode(space.axes.map(() => rng())))).sort((a, b) => a - b);
    const range = sample[150]! - sample[50]!;
    for (const [noise, sd] of Object.entries(noises)) {
      const result = (params: object, draw: number) => {
        const z = sd === 0 ? 0 : sd * drawNormal(rngFor(`${seed} ${noise}`, name, draw));
        return noise === 'relative' ? optimum + (loss(params) - optimum) * Math.exp(z) : loss(params) + range * z;
      };
      let draw = 0;
      const workload = { steps: 1, curve: (params: object) => ({ value: () => result(params, ++draw) }) };
      yield {
        kind: noise === 'none' ? (kind === 'table' ? 'tables' : 'closed forms') : `noise: ${noise}`,
        space,
        workload,
        strategy,
        loss,
        result,
      };
    }
  }
  for (const { space, workload } of curves) {
    const loss = (params: object) => workload.curve(params).value(workload.steps) as number;
    yield {
      kind: 'curves',
      space,
      workload,
      strategy: { chain: [{ asha: { min: 1, max: workload.steps } }, strategy] },
      loss,
      result: loss,
    };
  }
}

/** The rows of a study after so many results. */
function rowsAfter(space: Space<object>, entries: readonly Entry[], results: number): readonly TrialRow<object>[] {
  const [ledger, rows] = [new Ledger(space), new TrialRows<object>()];
  let left = results;
  for (const entry of entries) {
    const applied = ledger.fold(entry);
    rows.apply(applied);
    if (applied.effect === 'ended' && applied.fact.type !== 'failed' && --left === 0) break;
  }
  return [...rows];
}

/** How many of how many statements were true, by statement and kind of study. */
const tally = new Map<string, Map<string, [held: number, of: number]>>();
function count(statement: string, kind: string, held: number, of = 1): void {
  for (const column of [kind, 'all']) {
    const row = tally.get(statement) ?? new Map<string, [number, number]>();
    const [before, all] = row.get(column) ?? [0, 0];
    tally.set(statement, row.set(column, [before + held, all + of]));
  }
}

/** The best configurations run again, as `confirm` does, and then later. */
function checkRepetition({ kind, space, result }: Case, rows: readonly TrialRow<object>[]): void {
  const chosen = recommendations(space, objective, rows).slice(0, REPEATED.top);
  let draw = 1e6;
  const again = Array.from({ length: REPEATED.times }, () => chosen)
    .flat()
    .map((row, i) => {
      const trial = 1000 + i;
      return { ...row, trial, values: { value: result(row.params, ++draw) } };
    });
  const { row, repetition } = deployed(space, objective, [...rows, ...again])!;
  if (repetition === undefined || repetition.half[0] === repetition.half[1]) return; // where results are equal, nothing is forecast
  const later = Array.from({ length: REPEATED.later }, () => result(row.params, ++draw));
  const within = ([low, high]: readonly [number, number]) => later.filter((value) => value >= low && value <= high).length / later.length;
  count('a repetition: 50 %', kind, within(repetition.half));
  count('a repetition: 90 %', kind, within(repetition.most));
}

/** What 20 more trials gained where the verdict is to stop, as if noise were known. */
function checkStop({ kind, space, loss }: Case, rows: readonly TrialRow<object>[], later: readonly TrialRow<object>[]): void {
  const { row, evidence } = deployed(space, objective, rows)!;
  const judged = { objectives: [objective], ranked: bestFirst(rows, objective), onFront: [], rows, closed: undefined };
  const { horizon } = verdictOn(judged, { ...evidence, noise: 0 })!;
  if (horizon)
    count(
      'stop: 20 more trials gain no more',
      kind,
      Number(loss(row.params) - loss(deployed(space, objective, later)!.row.params) <= horizon.gain),
    );
}

function checkCosts({ kind, space, loss }: Case, rows: readonly TrialRow<object>[]): void {
  const { row, costs } = deployed(space, objective, rows)!;
  for (const [name, { other, least, cost }] of Object.entries(costs)) {
    if (least <= 0) continue; // not told
    const truth = loss({ ...row.params, [name]: other }) - loss(row.params);
    const within = ([low, high]: readonly [number, number]) => Number(truth >= low && truth <= high);
    if (cost) {
      count('the cost of a choice: 50 %', kind, within(cost.half));
      count('the cost of a choice: 90 %', kind, within(cost.most));
    } else count('a choice costs more than', kind, Number(truth >= least));
  }
}

function checkImportance({ kind, space }: Case, rows: readonly TrialRow<object>[], later: readonly TrialRow<object>[]): void {
  const [now, then] = [rows, later].map((some) =>
    importances({ rows: some as readonly TrialRow[], objectives: [objective], space: space.toJSON(), at: 0 }),
  );
  if (now && then && isClear(now))
    count('the first parameter stays first', kind, Number(byShare(now.fanova)[0] === byShare(then.fanova)[0]));
}

/** The time left of a study on some trainers, if each trial begins as soon as one is free. */
function checkTimeLeft({ kind }: Case, rows: readonly TrialRow<object>[], seed: number): void {
  const free = new Array<number>(TRAINERS).fill(0);
  const timed = rows.map((row) => {
    const seconds = (row.step ?? 1) * Math.exp(0.3 * drawNormal(rngFor(`${seed} ${kind}`, JSON.stringify(row.params), row.trial)));
    const startedAt = Math.min(...free);
    const endedAt = startedAt + 1000 * seconds;
    free[free.indexOf(startedAt)] = endedAt;
    return { ...row, seconds, endedAt } as TrialRow;
  });
  const ends = timed.map(({ endedAt }) => endedAt!).sort((a, b) => a - b);
  for (const mark of MARKS) {
    const now = ends[mark - 1]!;
    const left = timeLeft(
      timed.filter(({ endedAt }) => endedAt! <= now),
      rows.length - mark,
      TRAINERS,
    );
    const truth = Math.max(...ends) - now;
    if (left !== undefined) count('time left, within a quarter', kind, Number(left > 0.8 * truth && left < 1.25 * truth));
  }
}

let studies = 0;
for (const strategy of values.strategies.split(','))
  for (const seed of seeds)
    for (const one of cases(strategy, seed)) {
      const { kind, space, workload } = one;
      const { entries } = await simulate(space, workload, {
        strategy: parseStrategy(one.strategy),
        seed,
        trials: Math.max(...MARKS) + LONGER,
      });
      studies++;
      checkTimeLeft(one, rowsAfter(space, entries, Number.POSITIVE_INFINITY), seed);
      for (const mark of MARKS) {
        const [rows, later] = [rowsAfter(space, entries, mark), rowsAfter(space, entries, mark + LONGER)];
        if (!rows.some(isCompleted)) continue;
        if (kind.startsWith('noise')) checkRepetition(one, rows);
        checkCosts(one, rows);
        if (later.length < mark + LONGER) continue;
        checkStop(one, rows, later);
        if (kind !== 'curves') checkImportance(one, rows, later);
      }
    }

const columns = [...new Set([...tally.values()].flatMap((row) => [...row.keys()]))].filter((column) => column !== 'all');
console.log(
  `${studies} studies; how often it held, of how many\n\n| | all | ${columns.join(' | ')} |\n| --- | --- |${' --- |'.repeat(columns.length)}`,
);
for (const [statement, row] of tally) {
  const cells = ['all', ...columns].map((column) => {
    const [held, of] = row.get(column) ?? [0, 0];
    return of === 0 ? '' : `${((100 * held) / of).toFixed(0)} % of ${of}`;
  });
  console.log(`| ${statement} | ${cells.join(' | ')} |`);
}
