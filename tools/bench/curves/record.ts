// tsx tools/bench/curves/record.ts: writes data/scales.json, the scales of the regrets of the curve problems. Takes some minutes.
import { writeFileSync } from 'node:fs';
import { median } from '../../../src/numeric/averages.ts';
import { drawNormal, type Rng, rngFor } from '../../../src/numeric/random.ts';
import { draw, type Point } from '../../../src/space/axis.ts';
import type { CurveProblem } from './problem.ts';
import { problems } from './problems.ts';
import { type Scale, scalesFile } from './scales.ts';

const TRAININGS = 20;
const SEEDS = 25;

const lossAt = ({ space, workload }: CurveProblem, point: Point, step: number): number =>
  workload.curve(space.decode(point)).value(step) as number;

function lowestOn({ space, workload }: CurveProblem, point: Point): number {
  const curve = workload.curve(space.decode(point));
  return Math.min(...Array.from({ length: workload.steps }, (_, i) => curve.value(i + 1) as number));
}

/** The best of a local search from the 20 best of 4000 random configurations: normal steps that shrink if they find nothing better. */
function optimumOf(problem: CurveProblem): number {
  const rng = rngFor('optimum', problem.name, 0);
  const { axes } = problem.space;
  const at = (point: Point) => ({ point, loss: lossAt(problem, point, problem.workload.steps) });
  const starts = Array.from({ length: 4000 }, () => at(draw(axes, rng))).sort((a, b) => a.loss - b.loss);
  const ends = starts.slice(0, 20).map((start) => {
    let best = start;
    for (let size = 0.2; size > 1e-3; ) {
      const next = at(stepFrom(best.point, size, rng));
      if (next.loss < best.loss) best = next;
      else size *= 0.98;
    }
    return best;
  });
  return Math.min(...ends.map(({ point }) => lowestOn(problem, point)));
}

/** Changes three coordinates in ten on average, so that steps along valleys are found too. */
const stepFrom = (from: Point, size: number, rng: Rng): Point =>
  from.map((u) => (rng() < 0.3 ? Math.min(1, Math.max(0, u + size * drawNormal(rng))) : u));

function scaleOf(problem: CurveProblem): Scale {
  const runs = Array.from({ length: SEEDS }, (_, seed) => {
    const rng = rngFor('random search', problem.name, seed);
    return Array.from({ length: TRAININGS }, () => lowestOn(problem, draw(problem.space.axes, rng)));
  });
  const optimum = problem.workload.optimum ?? Math.min(optimumOf(problem), ...runs.flat());
  const bests = runs.map((losses) => losses.map((_, i) => Math.min(...losses.slice(0, i + 1))));
  return {
    optimum,
    single: median(runs.flat()) - optimum,
    random: Array.from({ length: TRAININGS }, (_, i) => median(bests.map((best) => best[i]!)) - optimum),
  };
}

const recorded: Record<string, Scale> = {};
for (const problem of problems) {
  recorded[problem.name] = scaleOf(problem);
  console.log(problem.name, recorded[problem.name]!.optimum);
}
writeFileSync(
  scalesFile,
  `${JSON.stringify(recorded, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(8)) : value), 1)}\n`,
);
