import { describe, expect, it } from 'vitest';
import { derivativeCovariance, VALUE } from '../../../src/numeric/gp/derivatives.ts';
import { fitInOrder, fitKernel, type Kernels } from '../../../src/numeric/gp/fit.ts';
import { columnDistances } from '../../../src/numeric/gp/gaps.ts';
import { addColumn, covariances, kernelFromLogs } from '../../../src/numeric/gp/kernel.ts';
import { negativeLogPosterior, type TrainingSet } from '../../../src/numeric/gp/likelihood.ts';
import { posterior } from '../../../src/numeric/gp/posterior.ts';
import { addFantasy, meansAt, predict, predictDifferences, predictMany, predictSlopes } from '../../../src/numeric/gp/predict.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { features } from '../../../src/samplers/bo/features.ts';
import { choiceAxis, describedAxis, floatAxis } from '../../support/axes.ts';

const mixed = features([choiceAxis('a', 3), floatAxis('x'), floatAxis('y')]);

/** Twenty observations of a smooth function of two coordinates and three levels. */
function example(size = 20): TrainingSet {
  const rng = rngFor('gp', 'example', size);
  const points = new Float64Array(size * 3);
  const targets = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const point = [rng(), rng(), rng()];
    mixed.encode(point, points, i * 3);
    targets[i] = Math.sin(5 * point[1]!) + (point[2]! - 0.3) ** 2 + 0.4 * points[i * 3 + 2]! - 0.5;
  }
  return { features: mixed, size, points, targets };
}

const logs = Float64Array.of(0.3, -0.7, 0.2, -0.4, 0.1, 0.6, Math.log(0.02));

describe('widened', () => {
  const [x, y, joint, additive, sharpness, noise] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

  it('leaves kernels that fit as they are, and gives others a last ordered column', () => {
    const plain = Float64Array.of(x, y, joint, additive, sharpness, noise);
    expect(addColumn(plain, { width: 2, ordered: 1 })).toBe(plain);
    expect([...addColumn(plain, { width: 3, ordered: 2 })]).toEqual([x, 0, y, joint, additive, sharpness, noise]);
  });
});

describe('meansAt', () => {
  it('equals the means that come with variances', () => {
    const gp = posterior(example(), kernelFromLogs(logs, { width: 3 }))!;
    const rows = example(7).points;
    const [means, variances] = [new Float64Array(7), new Float64Array(7)];
    predictMany(gp, rows, 7, means, variances);
    expect(meansAt(gp, rows, 7)).toEqual(means);
  });
});

describe('negativeLogPosterior', () => {
  it.each([undefined, Float64Array.from({ length: 20 }, (_, i) => 0.01 * (i % 3))])(
    'has the gradient of its finite differences',
    (variances) => {
      const f = negativeLogPosterior({ ...example(), variances });
      const gradient = new Float64Array(7);
      f(logs, gradient);
      const ignored = new Float64Array(7);
      for (let i = 0; i < 7; i++) {
        const h = 1e-5;
        const at = (d: number) => f(logs.with(i, logs[i]! + d), ignored);
        expect(gradient[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 5);
      }
    },
  );

  it('has its gradient with columns that share a main effect, too', () => {
    const layout = features([describedAxis('a'), floatAxis('x')]);
    const points = new Float64Array(45);
    const rng = rngFor('gp', 'described', 0);
    for (let i = 0; i < 15; i++) layout.encode([rng(), rng()], points, 3 * i);
    const targets = Float64Array.from({ length: 15 }, (_, i) => points[3 * i]! ** 2 - points[3 * i + 1]! + 0.1 * rng());
    const f = negativeLogPosterior({ features: layout, size: 15, points, targets });
    const gradient = new Float64Array(7);
    f(logs, gradient);
    for (let i = 0; i < 7; i++) {
      const h = 1e-5;
      expect(gradient[i]).toBeCloseTo((f(logs.with(i, logs[i]! + h)) - f(logs.with(i, logs[i]! - h))) / (2 * h), 5);
    }
  });

  it('falls during a fit, and a warm start costs less', () => {
    const observations = example(30);
    const f = negativeLogPosterior(observations);
    const ignored = new Float64Array(7);
    const cold = fitKernel(observations)!;
    expect(f(cold, ignored)).toBeLessThan(f(logs, ignored) - 5);
    expect(f(fitKernel(observations, cold)!, ignored)).toBeLessThanOrEqual(f(cold, ignored) + 1e-9);
  });
});

describe('fitInOrder', () => {
  it('draws kernels of about the density of the most probable one, the same for the same seed', () => {
    const rng = rngFor('gp', 'noise', 1);
    const noisy = (size: number) => ({ ...example(size), targets: example(size).targets.map((y) => y + 0.5 * (rng() - 0.5)) });
    const last = noisy(25);
    const task = { warm: [], steps: [noisy(12), last], samples: 6, seed: 's' };
    const [, [best, ...samples]] = fitInOrder(task) as [Kernels, Kernels];
    const f = negativeLogPosterior(last);
    expect(samples).toHaveLength(6);
    for (const sample of samples) {
      expect(f(sample)).toBeGreaterThan(f(best!));
      expect(f(sample)).toBeLessThan(f(best!) + 25); // of seven parameters, half a chi-squared above it
    }
    expect(fitInOrder(task)[1]).toEqual([best, ...samples]);
    expect(fitInOrder({ ...task, seed: 't' })[1]![1]).not.toEqual(samples[0]);
  });
});

describe('derivativeCovariance', () => {
  const kernel = kernelFromLogs(logs, { width: 3 });
  const ordered = 2;
  const [x, y] = [Float64Array.of(0.31, 0.62, 1), Float64Array.of(0.45, 0.2, 0)];
  const h = 1e-5;
  const value = (a: Float64Array, b: Float64Array) => {
    const gap = new Float64Array(3);
    const out = new Float64Array(1);
    columnDistances({ width: 3, ordered }, a, 0, b, 1, gap);
    covariances(kernel, gap, 1, out);
    return out[0]!;
  };
  const slope = (a: Float64Array, byA: number, b: Float64Array, byB: number) => derivativeCovariance(kernel, a, 0, b, 0, ordered, byA, byB);
  const shifted = (a: Float64Array, c: number, by: number) => a.with(c, a[c]! + by);

  it.each([0, 1])('is the derivative of the covariance by column %i, on either side', (c) => {
    expect(slope(x, c, y, VALUE)).toBeCloseTo((value(shifted(x, c, h), y) - value(shifted(x, c, -h), y)) / (2 * h), 7);
    expect(slope(x, VALUE, y, c)).toBeCloseTo((value(x, shifted(y, c, h)) - value(x, shifted(y, c, -h))) / (2 * h), 7);
  });
});

describe.each([
  ['as they are', logs],
  ['bent', Float64Array.of(...logs, 0.4, -0.3, -0.5, 0.2)],
])('posterior on coordinates %s', (_, logs) => {
  const observations = example();
  const gp = posterior(observations, kernelFromLogs(logs, { width: 3 }), 4)!;

  it('extended from one with its first observations is the same to the bit', () => {
    const first = posterior({ ...observations, size: 11 }, kernelFromLogs(logs, { width: 3 }), 2)!;
    addFantasy(first, Float64Array.of(0.1, 0.1, 1));
    const grown = posterior(observations, kernelFromLogs(logs, { width: 3 }), 4, first)!;
    const { scratch: _, ...rest } = grown;
    expect(posterior(observations, kernelFromLogs(logs, { width: 3 }), 4)).toMatchObject(rest);
    const other = posterior({ ...observations, size: 11 }, kernelFromLogs(logs.with(0, 1), { width: 3 }), 2)!;
    const { scratch: __, ...fresh } = posterior(observations, kernelFromLogs(logs, { width: 3 }), 4, other)!;
    expect(fresh).toEqual(rest);
  });

  it('learns from derivatives, and keeps the slopes of its finite differences', () => {
    const few = { ...observations, size: 6 };
    const at = Int32Array.from({ length: 12 }, (_, k) => k >> 1);
    const columns = Int32Array.from({ length: 12 }, (_, k) => k & 1);
    const slopeOf = (i: number, c: number) => {
      const u = observations.points[3 * i + c]!;
      return c === 0 ? 5 * Math.cos(5 * u) : 2 * (u - 0.3);
    };
    const targets = Float64Array.from(at, (i, k) => slopeOf(i, columns[k]!));
    const knowing = posterior({ ...few, derivatives: { at, columns, targets } }, kernelFromLogs(logs, { width: 3 }), 2)!;
    const plain = posterior(few, kernelFromLogs(logs, { width: 3 }))!;
    const error = (of: typeof knowing) =>
      observations.targets.reduce((sum, y, i) => sum + (predict(of, observations.points.slice(3 * i, 3 * i + 3)).mean - y) ** 2, 0);
    expect(error(knowing)).toBeLessThan(0.5 * error(plain));
    const x = observations.points.slice(9, 12);
    const [means, variances] = [new Float64Array(2), new Float64Array(2)];
    for (const _ of [1, 2]) {
      predictSlopes(knowing, x, means, variances);
      for (let c = 0; c < 2; c++) {
        const h = 1e-5;
        const [up, down] = [predict(knowing, x.with(c, x[c]! + h)), predict(knowing, x.with(c, x[c]! - h))];
        expect(means[c]).toBeCloseTo((up.mean - down.mean) / (2 * h), 5);
        expect(variances[c]).toBeCloseTo((up.variance - down.variance) / (2 * h), 5);
        expect(means[c]! / slopeOf(3, c)).toBeCloseTo(1, 1);
      }
      addFantasy(knowing, Float64Array.of(0.7, 0.7, 1));
    }
  });

  it('predicts many points as it predicts one', () => {
    const rows = Float64Array.from({ length: 150 * 3 }, (_, i) => (i % 3 === 2 ? i % 2 : (i * 0.37) % 1));
    const means = new Float64Array(150);
    const variances = new Float64Array(150);
    predictMany(gp, rows, 150, means, variances);
    for (let i = 0; i < 150; i++) expect(predict(gp, rows.slice(3 * i, 3 * i + 3))).toEqual({ mean: means[i], variance: variances[i] });
  });

  it('has the means at its observations, which with noise differ from the targets', () => {
    for (let i = 0; i < 20; i++) {
      expect(gp.means[i]).toBeCloseTo(predict(gp, observations.points.slice(3 * i, 3 * i + 3)).mean, 9);
      expect(gp.means[i]).not.toBeCloseTo(observations.targets[i]!, 4);
    }
  });

  it('keeps its means with a fantasy at the mean, and loses the variance there', () => {
    const believer = posterior(observations, kernelFromLogs(logs, { width: 3 }), 4)!;
    const [x, other] = [Float64Array.of(0.9, 0.1, 2), Float64Array.of(0.4, 0.2, 0)];
    const [before, elsewhere] = [predict(believer, x), predict(believer, other)];
    for (let k = 0; k < 4; k++) expect(addFantasy(believer, x)).toBeCloseTo(before.mean, 12); // four times the same: still a factor
    expect(believer.size).toBe(24);
    expect(predict(believer, x).mean).toBeCloseTo(before.mean, 12);
    expect(predict(believer, x).variance).toBeLessThan(0.1 * before.variance);
    expect(predict(believer, other).mean).toBeCloseTo(elsewhere.mean, 12);
    expect(() => addFantasy(believer, x)).toThrow(RangeError);
  });
});

it('differences of a function are predicted by hand', () => {
  const kernel = kernelFromLogs(logs, { width: 3 });
  const one = { ...example(1), targets: Float64Array.of(1) };
  const gp = posterior(one, kernel)!;
  const points = [...one.points, 0.1, 0.2, 1, 0.1, 0.9, 2]; // the observation, a, b
  const rows = Float64Array.from(points.slice(3));
  const covariance = (i: number, k: number) => {
    const [gaps, out] = [new Float64Array(3), new Float64Array(1)];
    columnDistances(mixed, Float64Array.from(points), 3 * i, Float64Array.from(points.slice(3 * k)), 1, gaps);
    covariances(kernel, gaps, 1, out);
    return out[0]!;
  };
  const [a, b] = [covariance(1, 0), covariance(2, 0)];
  const own = covariance(0, 0) + gp.diagonal[0]! - (kernel.joint + kernel.additive);
  const [found] = predictDifferences(gp, rows, 2);
  expect(found!.mean).toBeCloseTo((b - a) / own, 12);
  expect(found!.variance).toBeCloseTo(2 * (covariance(1, 1) - covariance(1, 2)) - (b - a) ** 2 / own, 12);
});
