import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { features } from '../../../src/samplers/bo/features.ts';
import { addObservation, noObservations, type QuantityObservations } from '../../../src/samplers/bo/observations.ts';
import { SINGLE_KERNEL } from '../../../src/samplers/bo/state.ts';
import { byEvidence, transformShares } from '../../../src/samplers/bo/transformChoice.ts';
import type { Axis } from '../../../src/space/axis.ts';

const axes: Axis[] = ['x', 'y'].map((name) => ({ name, kind: 'float', ordered: true }));
const bowl = ([x, y]: readonly number[]) => (x! - 0.3) ** 2 + (y! - 0.6) ** 2;

/** What is known after 40 results at random points. */
function observe(f: (point: readonly number[]) => number): QuantityObservations {
  const rng = rngFor('shares', 'of', 0);
  let observations = noObservations;
  for (let i = 0; i < 40; i++) {
    const point = [rng(), rng()];
    observations = addObservation(SINGLE_KERNEL, features(axes), byEvidence(10).transforms, observations, { point, value: f(point) });
  }
  return observations;
}
const sharesFor = (f: (point: readonly number[]) => number) => transformShares(observe(f).fits);
/** How often each transform is used for a thousand suggestions. */
function countsFor(losses: QuantityObservations): number[] {
  const counts = [0, 0, 0, 0];
  for (let n = 0; n < 1000; n++) counts[byEvidence(10).choose(losses, n)]!++;
  return counts;
}

describe('the shares of transforms', () => {
  it('are those of the scale on which the losses are smooth', () => {
    const [plain] = sharesFor(bowl);
    const [plainTailed, powerTailed] = sharesFor((point) => Math.exp(20 * bowl(point)));
    expect(plain).toBeGreaterThan(0.4);
    expect([plainTailed, powerTailed]).toEqual([0, 0]);
  });

  it('do not depend on the unit of the losses', () => {
    const seconds = sharesFor((point) => Math.exp(3 * bowl(point)));
    const milliseconds = sharesFor((point) => 1000 * Math.exp(3 * bowl(point)));
    for (const [i, share] of seconds.entries()) expect(milliseconds[i]).toBeCloseTo(share, 3);
  });

  it('do not depend on how bad losses differ', () => {
    // Most losses are on a cliff whose height is noise, which no transform predicts.
    const cliff = (height: number) => (point: readonly number[]) => {
      const loss = bowl(point);
      return loss < 0.1 ? loss : 1e4 * (1 + height * Math.sin(1e4 * point[0]!));
    };
    const [level, rough] = [0, 0.5].map((height) => sharesFor(cliff(height)));
    for (const [i, share] of level!.slice(0, 2).entries()) expect(rough![i]).toBeCloseTo(share, 1);
  });

  it('are even without evidence, and leave out what is unlikely', () => {
    const fits = (...leaveOneOut: number[]) => leaveOneOut.map((each) => ({ leaveOneOut: each, size: 4 }));
    const none = Number.NEGATIVE_INFINITY;
    expect(transformShares(fits(none, none))).toEqual([0.5, 0.5]);
    expect(transformShares(fits(2, 2, none))).toEqual([0.5, 0.5, 0]);
    expect(transformShares(fits(0, 0, 8))).toEqual([0, 0, 1]); // exp(-8 / sqrt(4)) is below a twentieth
  });
});

it('transforms are used as often as their shares say', () => {
  const losses = observe((point) => bowl(point) + 0.1 * Math.sin(100 * point[0]!)); // none predicts them well
  const shares = transformShares(losses.fits);
  expect(shares.filter((share) => share > 0).length).toBeGreaterThan(1);
  for (const [k, count] of countsFor(losses).entries()) expect(Math.abs(count - 1000 * shares[k]!)).toBeLessThan(5);
});

it('differences between rounded losses are not magnified', () => {
  expect(countsFor(observe((point) => Math.round(5 * Math.exp(2 * bowl(point)))))).toEqual([500, 500, 0, 0]);
});
