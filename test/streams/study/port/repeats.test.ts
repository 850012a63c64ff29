import { expect, it } from 'vitest';
import type { Fact } from '../../../../src/facts/facts.ts';
import { Repeats } from '../../../../streams/study/port/repeats.ts';

const REMEMBERED = 10_000;
const annotated = (request: string) => ({ type: 'annotated', note: 'a', request }) as const satisfies Fact & { readonly request: string };

/** Requests that have been answered, and whether one of a name would be done again. */
function answered() {
  const repeats = new Repeats((request) => request.startsWith('own.'));
  let position = 0;
  return {
    apply: (request: string) => repeats.apply({ position: ++position, at: 0, effect: 'noted', fact: annotated(request) }),
    isDoneAgain: async (request: string) => {
      let done = false;
      await repeats.once({ request }, { type: 'annotated' }, async () => {
        done = true;
        return { position: ++position, fact: annotated(request) };
      });
      return done;
    },
  };
}

it('remembers the last ten thousand requests of clients', async () => {
  const { apply, isDoneAgain } = answered();
  for (let i = 0; i <= REMEMBERED; i++) apply(`r${i}`);
  expect(await isDoneAgain('r1')).toBe(false);
  expect(await isDoneAgain(`r${REMEMBERED}`)).toBe(false);
  expect(await isDoneAgain('r0')).toBe(true);
});

it('forgets no request of a client for those that this process named, however many', async () => {
  const { apply, isDoneAgain } = answered();
  apply('mine');
  for (let i = 0; i <= REMEMBERED; i++) apply(`own.${i}`);
  expect(await isDoneAgain('mine')).toBe(false);
});
