import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Controls } from '../../src/schedulers/controls.ts';
import type { Member } from '../../src/schedulers/rung.ts';

type Change = readonly [member: number, change: 'begin' | 'stand' | 'end' | 'discount' | 'resume' | 'raise', rung: number];
const change: fc.Arbitrary<Change> = fc.tuple(
  fc.nat(15),
  fc.constantFrom('begin', 'begin', 'begin', 'begin', 'stand', 'stand', 'end', 'discount', 'resume', 'raise'),
  fc.nat(2),
);

it.each([true, false])(
  'lacks controls as long as fewer than eight have a result at the rung above, or may get one (pause: %s)',
  (pause) => {
    let [lacking, enough] = [0, 0];
    fc.assert(
      fc.property(fc.array(change, { minLength: 60, maxLength: 120 }), (changes) => {
        const controls = new Controls(pause);
        const members: Member[] = [];
        let at = 0;
        for (const [of, what, rung] of changes) {
          const member = members[of % members.length];
          if (what === 'begin' || member === undefined) {
            const configuration = { index: members.length, point: [], losses: new Map(), top: 0 };
            const begun: Member = {
              configuration,
              counts: true,
              from: at + 1,
              enqueued: false,
              to: 0,
              ended: false,
              waiting: undefined,
              stands: [],
            };
            members.push(begun);
            controls.add(begun);
          } else if (what === 'raise') {
            at = rung;
            controls.raise(at);
          } else {
            if (what === 'stand') member.stands[rung] = { losses: [1], score: 1, status: undefined, continued: false };
            if (what === 'end') member.ended = true;
            if (what === 'discount') member.counts = false;
            if (what === 'resume') member.ended = false;
            controls.review(member);
          }
          const count = members.filter(({ from, stands, counts, ended }) => from > at && (stands[at + 1] || (counts && !ended))).length;
          expect(controls.lacking).toBe(count < 8);
          if (count < 8) lacking++;
          else enough++;
        }
      }),
      { seed: 7, numRuns: 100 },
    );
    expect(Math.min(lacking, enough)).toBeGreaterThan(100);
  },
);
