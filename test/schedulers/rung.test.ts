import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rung, type Standing } from '../../src/schedulers/asha.ts';

const standing = (id: number, loss: number): Standing => ({ id, loss, point: [] });

/** The candidate by its definition: all are ranked anew. */
function plainly(all: readonly Standing[], promoted: ReadonlySet<number>, eta: number): number | undefined {
  const ranked = [...all].sort((a, b) => a.loss - b.loss || a.id - b.id).slice(0, Math.floor(all.length / eta));
  return ranked.find(({ id }) => !promoted.has(id))?.id;
}

describe('a rung', () => {
  it('lets the best third go on, of equals the earlier ones first', () => {
    const rung = new Rung(1);
    for (const [i, loss] of [2, 2, 2, 3, 5, 5, 5, 5, 5].entries()) rung.add(standing(i + 1, loss));
    const order: number[] = [];
    for (let next = rung.candidate(3); next; next = rung.candidate(3)) {
      order.push(next.id);
      rung.promote(next.id);
    }
    expect(order).toEqual([1, 2, 3]); // 3 of 9; nobody else is among the best three
    for (const [i, loss] of [1, 4, 6].entries()) rung.add(standing(i + 10, loss));
    expect(rung.candidate(3)?.id).toBe(10);
  });

  it('is as its definition says, in any order of results and promotions', () => {
    const events = fc.array(fc.record({ loss: fc.integer({ min: 0, max: 6 }), promotes: fc.integer({ min: 0, max: 2 }) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(events, fc.integer({ min: 2, max: 4 }), (all, eta) => {
        const rung = new Rung(1);
        const known: Standing[] = [];
        const promoted = new Set<number>();
        for (const [i, { loss, promotes }] of all.entries()) {
          known.push(standing(i + 1, loss));
          rung.add(standing(i + 1, loss));
          for (let k = 0; k <= promotes; k++) {
            const next = rung.candidate(eta)?.id;
            expect(next).toBe(plainly(known, promoted, eta));
            if (next === undefined || k === promotes) break;
            promoted.add(next);
            rung.promote(next);
          }
        }
      }),
    );
  });
});
