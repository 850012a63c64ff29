import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GrowingSet } from '../../src/numeric/growingSet.ts';

describe('GrowingSet', () => {
  it('is immutable: every branch holds what was added to it and nothing else', () => {
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

  it('begins from an empty set that others began from, without their items', () => {
    const empty = GrowingSet.empty<number>();
    let large = empty;
    for (let item = 0; item < 1000; item++) large = large.add(item);
    const looks = vi.spyOn(Map.prototype, Symbol.iterator);
    const other = empty.add(1);
    expect(looks).not.toHaveBeenCalled();
    looks.mockRestore();
    expect([large.size, other.size, other.toArray()]).toEqual([1000, 1, [1]]);
  });

  it('is the same value if it has the item', () => {
    const one = GrowingSet.empty<string>().add('a');
    expect(one.add('a')).toBe(one);
  });
});
