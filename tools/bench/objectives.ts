// npx tsx tools/bench objectives [--objectives 3,5] [--seeds 3] [--trials 200,1000]: three and five objectives, compared with Optuna's samplers. A figure is
// the hypervolume of all trials on DTLZ2 and DTLZ7 (Deb, Thiele, Laumanns & Zitzler 2002), as a share of that of the true front. `auto` and Optuna's TPE
// take longer for each trial, so they run for the first number of trials only.
import { parseArgs } from 'node:util';
import { textTable } from '../../src/cli/terminal/table.ts';
import { mean } from '../../src/numeric/averages.ts';
import { fronts, type Losses } from '../../src/numeric/pareto/domination.ts';
import { hypervolume } from '../../src/numeric/pareto/hypervolume.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { dtlz2, dtlz7 } from '../../test/samplers/evolution/dtlz.ts';
import { type Contender, optuna, ours } from './quality/contenders.ts';
import { box } from './quality/problems.ts';

const { values } = parseArgs({
  options: {
    objectives: { type: 'string', default: '3,5' },
    seeds: { type: 'string', default: '3' },
    trials: { type: 'string', default: '200,1000' },
  },
});
const marks = values.trials.split(',').map(Number);
const slow: readonly Contender[] = [ours('auto'), optuna('tpe')];
const contenders = [...['nsga3', 'nsga2', 'random'].map((name) => ours(name)), optuna('nsga3'), optuna('nsga2'), ...slow];

/** A problem with the number of parameters that its authors recommend, a corner beyond the front, and the volume of the front from there. */
interface Front {
  readonly name: string;
  readonly losses: typeof dtlz2;
  readonly parameters: number;
  readonly corner: Losses;
  readonly volume: number;
}

function frontsOf(m: number): readonly Front[] {
  const [sphere, islands] = [Array<number>(m).fill(1.5), [...Array<number>(m - 1).fill(1.1), 7 * m]];
  const gamma = (x: number): number => (x === 0.5 ? Math.sqrt(Math.PI) : x === 1 ? 1 : (x - 1) * gamma(x - 1));
  const ball = Math.PI ** (m / 2) / gamma(m / 2 + 1) / 2 ** m;
  return [
    { name: 'DTLZ2', losses: dtlz2, parameters: m + 9, corner: sphere, volume: 1.5 ** m - ball },
    { name: 'DTLZ7', losses: dtlz7, parameters: m + 19, corner: islands, volume: inReach(islands) },
  ];
}

/** The volume that the front of DTLZ7 dominates, by a million random points. */
function inReach(corner: Losses): number {
  const steps = 10_000;
  const best = [0];
  for (let k = 1; k <= steps; k++) best.push(Math.max(best.at(-1)!, (k / steps / 2) * (1 + Math.sin((3 * Math.PI * k) / steps))));
  const rng = rngFor('volume', 'DTLZ7', corner.length);
  let hits = 0;
  for (let i = 0; i < 1e6; i++) {
    const point = corner.map((c) => c * rng());
    const least = 2 * (corner.length - point.slice(0, -1).reduce((sum, z) => sum + best[Math.min(steps, Math.floor(z * steps))]!, 0));
    hits += Number(least <= point.at(-1)!);
  }
  return (hits / 1e6) * corner.reduce((product, c) => product * c, 1);
}

/** The share of the volume that the trials of a study dominate. */
async function shareOf(contender: Contender, front: Front, seed: number, trials: number): Promise<number> {
  const [space, objectives] = [box(front.parameters, 0, 1), front.corner.length];
  const session = await contender.start({ name: front.name, space, objectives }, seed, trials);
  const told: Losses[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    told.push(front.losses(Object.values((await session.ask()) as Record<string, number>), objectives));
    await session.tell(...told.at(-1)!);
  }
  await session.close();
  return (
    hypervolume(
      fronts(told)[0]!.map((i) => told[i]!),
      front.corner,
    ) / front.volume
  );
}

for (const m of values.objectives.split(',').map(Number)) {
  const columns = frontsOf(m).flatMap((front) => marks.map((trials) => ({ front, trials })));
  const rows: string[][] = [];
  for (const contender of contenders) {
    const row = [contender.name];
    for (const { front, trials } of columns) {
      const shares: number[] = [];
      if (!slow.includes(contender) || trials === marks[0])
        for (let seed = 1; seed <= Number(values.seeds); seed++) shares.push(await shareOf(contender, front, seed, trials));
      row.push(shares.length === 0 ? '' : mean(shares).toFixed(2));
    }
    rows.push(row);
    console.error(row.join('  '));
  }
  console.log(textTable([`${m} objectives`, ...columns.map(({ front, trials }) => `${front.name}, ${trials} trials`)], rows));
}
for (const contender of contenders) contender.stop();
