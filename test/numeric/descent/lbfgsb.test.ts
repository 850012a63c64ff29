import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Differentiable, lbfgsb } from '../../../src/numeric/descent/lbfgsb.ts';

interface Case {
  name: 'rosenbrock' | 'quartic';
  lower: number;
  upper: number;
  start: number[];
  x: number[];
  value: number;
  evaluations: number;
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../reference/lbfgsb.json', import.meta.url), 'utf8'));

const functions: Record<Case['name'], Differentiable> = {
  rosenbrock(x, g) {
    g.fill(0);
    let sum = 0;
    for (let i = 0; i + 1 < x.length; i++) {
      const r = x[i + 1]! - x[i]! ** 2;
      sum += 100 * r * r + (1 - x[i]!) ** 2;
      g[i]! += -400 * r * x[i]! - 2 * (1 - x[i]!);
      g[i + 1]! += 200 * r;
    }
    return sum;
  },
  quartic(x, g) {
    g.fill(0);
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const c = i + 1;
      sum += c * (x[i]! - 1 / c) ** 4;
      g[i]! += 4 * c * (x[i]! - 1 / c) ** 3;
      if (i + 1 === x.length) continue;
      const pair = x[i]! + x[i + 1]!;
      sum += 0.5 * pair * pair;
      g[i]! += pair;
      g[i + 1]! += pair;
    }
    return sum;
  },
};

const box = (n: number, lower: number, upper: number) => ({ lower: new Array(n).fill(lower), upper: new Array(n).fill(upper) });

describe('lbfgsb', () => {
  it.each(cases)('$name in [$lower, $upper]: the minimum that scipy finds, at a like cost', (c) => {
    const found = lbfgsb(functions[c.name], c.start, {
      ...box(c.start.length, c.lower, c.upper),
      evaluations: 2000,
      gradientTolerance: 1e-9,
      valueTolerance: 1e-16,
    });
    expect(found.converged).toBe(true);
    expect(found.value).toBeCloseTo(c.value, 9);
    for (const [i, x] of c.x.entries()) expect(found.x[i]).toBeCloseTo(x, 4);
    expect(found.evaluations).toBeLessThan(3 * c.evaluations + 20);
  });

  it('keeps to its budget and never returns worse than the start', () => {
    const start = [-1.2, 1];
    const at = (x: number[]) => functions.rosenbrock(Float64Array.from(x), new Float64Array(2));
    for (let evaluations = 1; evaluations < 30; evaluations++) {
      const found = lbfgsb(functions.rosenbrock, start, { ...box(2, -2, 2), evaluations });
      expect(found.evaluations).toBeLessThanOrEqual(evaluations);
      expect(found.value).toBeLessThanOrEqual(at(start));
      expect(found.value).toBe(at([...found.x]));
    }
  });

  it('backs away from points that are not finite, and gives up if it starts at one', () => {
    const logarithm: Differentiable = (x, g) => {
      g[0] = 1 - 1 / x[0]!;
      return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : Number.NaN;
    };
    expect(lbfgsb(logarithm, [9], box(1, -10, 10)).x[0]).toBeCloseTo(1, 4);
    expect(lbfgsb(logarithm, [-1], box(1, -10, 10))).toMatchObject({ evaluations: 1, converged: false });
  });
});
