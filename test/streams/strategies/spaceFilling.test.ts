import { describe, expect, it } from 'vitest';
import { normal } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { halton } from '../../../streams/strategies/halton.ts';
import { latinHypercube } from '../../../streams/strategies/latinHypercube.ts';
import { sobol } from '../../../streams/strategies/sobol.ts';
import { wrongOption } from '../../support/coded.ts';
import { drain, interview, rootEnv } from '../../support/interview.ts';

const plane = space({ x: float(0, 1), y: float(0, 1) });
const believed = space({ x: float(0, 1, { prior: normal(0.3, 0.1) }) });
const slices = (points: readonly (readonly number[])[], axis: number, count: number) =>
  new Set(points.map((p) => Math.min(count - 1, Math.floor(p[axis]! * count)))).size;
const pointsOf = (facts: ReturnType<typeof drain>) => facts.map(({ point }) => point);

describe('sobol', () => {
  it('starts at the second point where it is not scrambled', () => {
    const points = pointsOf(drain(sobol({ scramble: false }), rootEnv(plane), 3));
    expect(points).toEqual([
      [0.5, 0.5],
      [0.75, 0.25],
      [0.25, 0.75],
    ]);
  });

  it('starts at the first point where it is scrambled: the first 16 are balanced', () => {
    const points = pointsOf(drain(sobol(), rootEnv(plane), 16));
    expect([slices(points, 0, 16), slices(points, 1, 16)]).toEqual([16, 16]);
  });

  it('refuses spaces of more than 1111 parameters', () => {
    const axes = Array.from({ length: 1112 }, () => plane.axes[0]!);
    expect(() => sobol()({ ...rootEnv(plane), axes })).toThrow(wrongOption('sobol'));
  });
});

it('sobol and halton refuse a scrambling that is neither on nor off', () => {
  for (const make of [sobol, halton])
    expect(() => make({ scramble: 'owen' as never })).toThrow(/scramble: expected true or false, got "owen"/);
});

describe('halton', () => {
  it('starts at the second point where it is not scrambled', () => {
    const [[x, y]] = pointsOf(drain(halton({ scramble: false }), rootEnv(plane), 1)) as [number[]];
    expect(x).toBe(0.5);
    expect(y).toBeCloseTo(1 / 3, 9);
  });
});

describe('latinHypercube', () => {
  it('tries each slice of each axis once, then hands the ask on', () => {
    const points = pointsOf(drain(latinHypercube({ points: 13 }), rootEnv(plane), 50));
    expect(points).toHaveLength(13);
    expect([slices(points, 0, 13), slices(points, 1, 13)]).toEqual([13, 13]);
  });

  it('has as many points as the study has trials, or ten for each parameter', () => {
    expect(drain(latinHypercube(), rootEnv(plane, { trials: 7 }), 50)).toHaveLength(7);
    expect(drain(latinHypercube(), rootEnv(plane), 50)).toHaveLength(20);
  });

  it('refuses an invalid number of points', () => {
    expect(() => latinHypercube({ points: 0 })).toThrow(wrongOption('latinHypercube.points'));
  });
});

describe.each([
  ['sobol', () => sobol()],
  ['halton', () => halton()],
  ['latinHypercube', () => latinHypercube({ points: 64 })],
])('%s', (_, make) => {
  it('follows the priors: half of the points lie below the median of a prior', () => {
    const points = pointsOf(drain(make(), rootEnv(believed), 64));
    const median = believed.axes[0]!.prior!.quantile(0.5);
    const below = points.filter(([x]) => x! < median).length;
    expect(Math.abs(below - 32)).toBeLessThanOrEqual(1);
  });

  it('advances only by its own suggestions', () => {
    const { ask, tell } = interview(make(), rootEnv(plane));
    const first = ask(1);
    tell({ type: 'suggested', id: 1, by: 'queue', point: [0.5, 0.5] });
    expect(ask(1)).toEqual(first);
    const [tag] = Object.keys((first as { tags?: object }).tags!);
    // A promotion of another stage carries the tags of the trial that it resumes.
    tell({ type: 'suggested', id: 2, by: 'asha', point: [0.5, 0.5], tags: { [tag!]: '5' }, resumes: 1 });
    expect(ask(1)).toEqual(first);
  });
});
