// npx tsx tools/bench gain [--strategies auto,tpe] [--seeds 4]: how often the expected gain of further trials was right. Each study is asked after 20, 30 and
// 40 trials, and the answer compared with what half as many trials again gained: without noise, by the configuration to deploy.
import { parseArgs } from 'node:util';
import { candidates, recommendation } from '../../src/insight/recommendation/recommendation.ts';
import { drawNormal, rngFor } from '../../src/numeric/random.ts';
import type { TrialRow } from '../../src/study/trials.ts';
import { createStudy, parseStrategy } from '../../streams/index.ts';
import type { Problem } from './quality/problem.ts';
import { problems } from './quality/problems.ts';

const { values } = parseArgs({ options: { strategies: { type: 'string', default: 'auto,tpe' }, seeds: { type: 'string', default: '4' } } });
const objective = { name: 'value', direction: 'minimize' } as const;
const MARKS = [20, 30, 40];
const LONGER = 1.5;
const BOUNDS = [0, 0.01, 0.03, 0.1, 0.3, Number.POSITIVE_INFINITY];

/** Expected and actual gain, as shares of the lead of the best trial over the median one. */
interface Forecast {
  readonly expected: number;
  readonly actual: number;
}

async function played({ space, loss, noise, name }: Problem, strategy: string, seed: number): Promise<readonly TrialRow<object>[]> {
  const study = createStudy(space, { strategy: parseStrategy(strategy), seed: `gain ${seed}`, trials: LONGER * Math.max(...MARKS) });
  for (let next = await study.ask(); next; next = await study.ask())
    await study.tell(next.trial, loss(next.params) + (noise ?? 0) * drawNormal(rngFor(`${seed}`, name, next.trial)));
  const rows = study.trials();
  await study.close();
  return rows;
}

function* forecasts({ space, loss }: Problem, rows: readonly TrialRow<object>[]): Generator<Forecast | undefined> {
  for (const n of MARKS) {
    if (rows.length < LONGER * n) continue;
    const [now, later] = [n, LONGER * n].map((count) => recommendation(space, objective, rows.slice(0, count))!);
    const known = candidates(objective, rows.slice(0, n)).map(({ values }) => values!.value!);
    const actual = (loss(now!.row.params) - loss(later!.row.params)) / (known[known.length >> 1]! - known[0]!);
    yield now!.gain && { expected: now!.gain.share, actual };
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const shareOf = (some: readonly Forecast[], holds: (forecast: Forecast) => boolean): string =>
  percent(some.filter(holds).length / some.length);

for (const strategy of values.strategies.split(',')) {
  const all: (Forecast | undefined)[] = [];
  for (const problem of problems.filter(({ kind }) => kind !== 'wide'))
    for (let seed = 1; seed <= Number(values.seeds); seed++) all.push(...forecasts(problem, await played(problem, strategy, seed)));
  const known = all.filter((forecast) => forecast !== undefined);
  console.log(`\n${strategy}: ${all.length} forecasts, ${all.length - known.length} without a model\n`);
  console.log(
    '| expected gain | forecasts | gained under 1 % | under 3 % | under 10 % | median gain |\n| --- | --- | --- | --- | --- | --- |',
  );
  for (const [i, low] of BOUNDS.slice(0, -1).entries()) {
    const high = BOUNDS[i + 1]!;
    const some = known.filter(({ expected }) => expected >= low && expected < high).sort((a, b) => a.actual - b.actual);
    if (some.length === 0) continue;
    const name =
      low === 0
        ? `under ${percent(high)}`
        : high === Number.POSITIVE_INFINITY
          ? `${percent(low)} and more`
          : `${percent(low)} to ${percent(high)}`;
    const shares = [0.01, 0.03, 0.1].map((limit) => shareOf(some, ({ actual }) => actual < limit));
    console.log(`| ${[name, some.length, ...shares, `${(100 * some[some.length >> 1]!.actual).toFixed(1)} %`].join(' | ')} |`);
  }
}
