import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LazySorted } from '../../src/numeric/lazySorted.ts';

describe('sorted items', () => {
  it('are the same, however many changes come between two reads', () => {
    const batches = fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 120 }), { maxLength: 8 });
    fc.assert(
      fc.property(batches, fc.boolean(), (all, readsAll) => {
        const sorted = new LazySorted<{ readonly value: number }>((a, b) => a.value - b.value);
        const there = new Map<number, { readonly value: number }>();
        for (const batch of all) {
          for (const value of batch) {
            const old = there.get(value);
            if (old) sorted.remove(old);
            there.delete(value);
            if (old && value % 2 === 0) continue; // some are only removed, some are replaced by an equal one
            const item = { value };
            there.set(value, item);
            sorted.add(item);
          }
          const expected = [...there.values()].sort((a, b) => a.value - b.value);
          expect(sorted.first(25)).toEqual(expected.slice(0, 25));
          expect(sorted.size).toBe(expected.length);
          if (readsAll) expect(sorted.items).toEqual(expected);
        }
      }),
    );
  });
});
