import { describe, expect, it } from 'vitest';
import { normal } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { sobol } from '../../../streams/strategies/sobol.ts';
import { wrongOption } from '../../support/coded.ts';
import { drain, interview, rootEnv } from '../../support/interview.ts';

const plane = space({ x: float(0, 1), y: float(0, 1) });
const believed = space({ x: float(0, 1, { prior: normal(0.3, 0.1) }) });
const slices = (points: readonly (readonly number[])[], axis: number, count: number) =>
  new Set(points.map((p) => Math.min(count - 1, Math.floor(p[axis]! * count)))).size;
const pointsOf = (facts: ReturnType<typeof drain>) => facts.map(({ point }) => point);

describe('sobol', () => {
  it('starts at the first point: the first 16 are balanced', () => {
    const points = pointsOf(drain(sobol(), rootEnv(plane), 16));
    expect([slices(points, 0, 16), slices(points, 1, 16)]).toEqual([16, 16]);
  });

  it('refuses spaces of more than 1111 parameters', () => {
    const axes = Array.from({ length: 1112 }, () => plane.axes[0]!);
    expect(() => sobol()({ ...rootEnv(plane), axes })).toThrow(wrongOption('sobol'));
  });

  it('follows the priors: half of the points lie below the median of a prior', () => {
    const points = pointsOf(drain(sobol(), rootEnv(believed), 64));
    const median = believed.axes[0]!.prior!.quantile(0.5);
    const below = points.filter(([x]) => x! < median).length;
    expect(Math.abs(below - 32)).toBeLessThanOrEqual(1);
  });

  it('advances only by its own suggestions', () => {
    const { ask, tell } = interview(sobol(), rootEnv(plane));
    const first = ask(1);
    tell({ type: 'suggested', id: 1, by: 'queue', point: [0.5, 0.5] });
    expect(ask(1)).toEqual(first);
    const [tag] = Object.keys((first as { tags?: object }).tags!);
    // A promotion of another stage carries the tags of the trial that it resumes.
    tell({ type: 'suggested', id: 2, by: 'asha', point: [0.5, 0.5], tags: { [tag!]: '5' }, resumes: 1 });
    expect(ask(1)).toEqual(first);
  });
});
