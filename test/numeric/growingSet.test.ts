import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingSet } from '../../src/numeric/growingSet.ts';

describe('GrowingSet', () => {
  it('is a value: every branch, however it came about, holds what was added to it and nothing else', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (choices) => {
        const branches: [GrowingSet<number>, ReadonlySet<number>][] = [[GrowingSet.empty(), new Set()]];
        for (const [from, item] of choices) {
          const [set, model] = branches[from % branches.length]!;
          branches.push([set.add(item), new Set(model).add(item)]);
        }
        for (const [set, model] of branches) {
          expect(set.size).toBe(model.size);
          for (let item = 0; item < 10; item++) expect(set.has(item)).toBe(model.has(item));
        }
      }),
      { seed: 1 },
    );
  });

  it('is the same value where it has the item', () => {
    const one = GrowingSet.empty<string>().add('a');
    expect(one.add('a')).toBe(one);
  });
});
