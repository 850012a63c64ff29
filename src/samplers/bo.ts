import { type Features, features as featuresOf } from '../numeric/gp/features.ts';
import { fitKernel } from '../numeric/gp/fit.ts';
import { kernelOf } from '../numeric/gp/kernel.ts';
import { believe, type Posterior, posterior, predict } from '../numeric/gp/posterior.ts';
import { type Outputs, powerTransform, standardise } from '../numeric/outputs.ts';
import type { Rng } from '../numeric/random.ts';
import type { Domain, Point } from '../space/axis.ts';
import { improvement } from './bo/acquisition.ts';
import { FIRST_FIT, type Lazy, lazy, nextFit } from './bo/schedule.ts';
import { type Scored, scoreAll, search } from './bo/search.ts';

/** A trial's end. */
export interface Result {
  readonly point: Point;
  readonly loss: number;
  /** Standard error of the loss. */
  readonly stderr?: number | undefined;
}

/** All results so far, and the models fitted to prefixes of them: computed when first asked for, then kept. Immutable. */
export interface Experience {
  readonly count: number;
  readonly last?: Result;
  readonly before?: Experience;
  /** The latest scheduled fit for each way to see the outputs, as logarithms of the kernel's parameters. */
  readonly fits: readonly Lazy<Float64Array | undefined>[];
  readonly nextFit: number;
}

/** The ways that the model sees losses, in turn: each is wrong in another place. */
const VIEWS: readonly ((losses: readonly number[]) => Outputs)[] = [standardise, powerTransform];

/** Nothing known yet. */
export const inexperienced: Experience = { count: 0, fits: VIEWS.map(() => () => undefined), nextFit: FIRST_FIT };

/** Results, oldest first. */
export function results(experience: Experience): Result[] {
  const all: Result[] = [];
  for (let e: Experience | undefined = experience; e?.last; e = e.before) all.push(e.last);
  return all.reverse();
}

/** One more result. It costs nothing until a suggestion is asked for. */
export function learn(features: Features, before: Experience, last: Result): Experience {
  const count = before.count + 1;
  if (count < before.nextFit) return { count, last, before, fits: before.fits, nextFit: before.nextFit };
  const experience: Experience = {
    count,
    last,
    before,
    fits: VIEWS.map((view, v) => lazy(() => refit(features, results(experience), view, before.fits[v]!()))),
    nextFit: nextFit(count),
  };
  return experience;
}

function observe(features: Features, told: readonly Result[], outputs: Outputs) {
  const points = new Float64Array(told.length * features.width);
  for (const [i, { point }] of told.entries()) features.encode(point, points, i * features.width);
  const variances = told.some(({ stderr }) => stderr)
    ? Float64Array.from(told, ({ stderr = 0 }, i) => (stderr * outputs.slope(i)) ** 2)
    : undefined;
  return { features, size: told.length, points, targets: outputs.targets, variances };
}

const refit = (features: Features, told: readonly Result[], view: (losses: readonly number[]) => Outputs, warm: Float64Array | undefined) =>
  fitKernel(observe(features, told, view(told.map(({ loss }) => loss))), warm);

export interface Suggestion {
  readonly point: Point;
  /** Expected loss. */
  readonly mean: number;
  /** log of the acquisition function. */
  readonly score: number;
}

const GOOD = 5;

export function suggest(
  features: Features,
  experience: Experience,
  pending: readonly Point[],
  domain: Domain,
  rng: Rng,
): Suggestion | undefined {
  const turn = (experience.count + pending.length) % VIEWS.length;
  const told = results(experience);
  const outputs = VIEWS[turn]!(told.map(({ loss }) => loss));
  const logs = experience.fits[turn]!();
  if (!logs) return undefined;
  const gp = posterior(observe(features, told, outputs), kernelOf(logs), pending.length);
  if (!gp) return undefined;
  const row = new Float64Array(features.width);
  for (const point of pending) {
    features.encode(point, row);
    believe(gp, row);
  }
  const terms = [improvement(gp, gp.lowest)];
  const ranked = search(terms, features, domain, goodPoints(gp, told), rng);
  const known = new Set([...told.map(({ point }) => key(point)), ...pending.map(key)]);
  const fresh = ranked.find(({ point }) => !known.has(key(point)));
  if (!fresh) return undefined;
  features.encode(fresh.point, row);
  return { point: fresh.point, mean: outputs.restore(predict(gp, row).mean), score: fresh.score };
}

const key = (point: Point): string => point.join();

/** The points told of the smallest posterior means, without repetitions. */
function goodPoints(gp: Posterior, told: readonly Result[]): Point[] {
  const order = told.map((_, i) => i).sort((a, b) => gp.means[a]! - gp.means[b]!);
  const good = new Map<string, Point>();
  for (const i of order) {
    if (good.size === GOOD) break;
    const { point } = told[i]!;
    good.set(key(point), point);
  }
  return [...good.values()];
}

export { featuresOf, type Scored, scoreAll };
