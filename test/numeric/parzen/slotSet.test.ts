import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SlotSet } from '../../../src/numeric/parzen/slotSet.ts';

const drained = (set: SlotSet): number[] => {
  const slots: number[] = [];
  set.drain((slot) => slots.push(slot));
  return slots.sort((a, b) => a - b);
};

it('contains what a set of numbers contains, each slot once', () => {
  const step = fc.record({ slot: fc.nat(40), act: fc.constantFrom('add', 'add', 'delete', 'drain') });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const set = new SlotSet();
      const expected = new Set<number>();
      for (const { slot, act } of steps) {
        if (act === 'drain') {
          expect(drained(set)).toEqual([...expected].sort((a, b) => a - b));
          expected.clear();
        } else {
          set[act](slot);
          expected[act](slot);
        }
      }
      expect(drained(set)).toEqual([...expected].sort((a, b) => a - b));
      expect(drained(set)).toEqual([]);
    }),
  );
});
