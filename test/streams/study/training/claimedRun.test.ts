import { expect, it } from 'vitest';
import type { TrialEvent } from '../../../../src/facts/facts.ts';
import { Outbox } from '../../../../streams/nats/trainer/outbox.ts';
import { withResolvers } from '../../../../streams/promises.ts';
import { type AttemptSteps, ClaimedRun, type SayStored } from '../../../../streams/study/training/claimedRun.ts';

type Steps = AttemptSteps<{ x: number }>;

/** A claimed run, and a server whose answers the test gives. */
function claimed(steps: Partial<Steps> = {}, saveEvery?: number) {
  const log: string[] = [];
  const sent: TrialEvent[] = [];
  const answers: ((position: number) => void)[] = [];
  const suggestion = { type: 'suggested', trial: 1, attempt: 2, by: 'random', params: { x: 1 } } as const;
  const warn = (message: string) => void log.push(message);
  const store = (fact: TrialEvent, settled: (stored: number) => void) => {
    sent.push(fact);
    answers.push(settled);
  };
  const run = new ClaimedRun<{ x: number }>(suggestion, 'r', {
    trainer: 'w',
    saveEvery,
    warn,
    outgoing: (of, stored) => new Outbox(of, { store, warn, limit: 1e6, fail: (error) => log.push(error.message) }, stored),
    ended: () => log.push('ended'),
    stored: () => log.push('stored'),
  });
  let say!: SayStored;
  let signal!: AbortSignal;
  const begin: Steps['begin'] = (_, given) => {
    say = given;
    log.push('begun');
    return { stop: (by) => log.push(`stopped by ${by}`), preempt: () => log.push('preempted') };
  };
  const perform = () =>
    run.perform((claim) => {
      signal = claim.signal;
      return { begin, left: (fact) => log.push(`left ${fact?.type}`), ...steps };
    });
  const storeAll = () => {
    for (const answer of answers.splice(0)) answer(sent.length);
  };
  run.claim(() => {});
  return { run, perform, log, sent, store: storeAll, say: () => say, signal: () => signal };
}

const typesOf = (sent: readonly TrialEvent[]) => sent.map(({ type }) => type);
const turn = () => new Promise((resolve) => setTimeout(resolve));

it.each([
  ['the server stores its claim', async (world: ReturnType<typeof claimed>) => world.run.stop({ by: 'asha', why: 'number 3 of 4' })],
  [
    'its checkpoint is restored',
    async (world: ReturnType<typeof claimed>) => {
      world.store();
      world.perform();
      world.run.stop({ by: 'asha', why: 'number 3 of 4' });
      expect(world.signal().aborted).toBe(true); // what restores it can end
    },
  ],
])('an attempt that is stopped while %s ends as stopped, and never begins', async (_, stop) => {
  const { promise, resolve } = withResolvers<never>();
  const world = claimed({ restore: () => promise });
  await stop(world);
  world.perform();
  resolve(undefined as never);
  await turn();
  world.store();
  world.store();
  expect(world.sent).toEqual([
    { type: 'started', trial: 1, attempt: 2, run: 'r', trainer: 'w' },
    { type: 'stopped', trial: 1, attempt: 2, run: 'r', by: 'asha', why: 'number 3 of 4' },
  ]);
  expect(world.log).toHaveLength(3); // one line for people or the end of its steps, and then:
  expect(world.log.slice(1)).toEqual(['ended', 'stored']);
});

it('an attempt that is abandoned holds its slot until its program has ended, and stores nothing', () => {
  const world = claimed();
  world.store();
  world.perform();
  world.run.abandon();
  expect([world.log, world.signal().aborted]).toEqual([['begun', 'preempted'], true]);
  world.run.stop({ by: 'asha', why: 'number 3 of 4' });
  world.run.preempt();
  world.say().end({ type: 'completed', trial: 1, run: 'r', values: { value: 1 } });
  expect(world.log.slice(2)).toEqual(['left undefined', 'ended', 'stored']);
  expect(typesOf(world.sent)).toEqual(['started']);
});

it('its last fact waits until its checkpoint is saved, and comes once', async () => {
  const saved = withResolvers<string>();
  const world = claimed({ conclude: async (fact) => ({ ...fact, checkpoint: await saved.promise }) });
  world.store();
  world.perform();
  world.say().end({ type: 'completed', trial: 1, run: 'r', values: { value: 1 }, checkpoint: '/here' });
  world.say().end({ type: 'failed', trial: 1, run: 'r', reason: 'error' });
  world.run.preempt();
  expect(typesOf(world.sent)).toEqual(['started']);
  saved.resolve('saved-at-end');
  await turn();
  expect(world.sent.at(-1)).toMatchObject({ type: 'completed', checkpoint: 'saved-at-end' });
  world.store();
  expect(world.log).toEqual(['begun', 'left completed', 'ended', 'stored']);
});

it('an attempt whose checkpoint is being saved can be abandoned', async () => {
  const world = claimed({ conclude: () => new Promise(() => {}) });
  world.store();
  world.perform();
  world.say().end({ type: 'completed', trial: 1, run: 'r', values: { value: 1 }, checkpoint: '/here' });
  world.run.abandon();
  expect([world.log, world.signal().aborted]).toEqual([['begun', 'left undefined', 'ended', 'stored'], true]);
});

it('an attempt that cannot begin fails', () => {
  const world = claimed({
    begin: () => {
      throw new Error('no room');
    },
  });
  world.store();
  world.perform();
  expect(world.sent.at(-1)).toMatchObject({ type: 'failed', reason: 'error', message: 'no room', attempt: 2 });
});

it('what it says has its position when the server has it, and none when no one needs it', async () => {
  const positions: (number | undefined)[] = [];
  const world = claimed();
  world.store();
  world.perform();
  world.say().report({ type: 'reported', trial: 1, run: 'r', step: 1, values: { value: 1 } });
  void world
    .say()
    .stored()
    .then((position) => positions.push(position));
  await turn();
  expect(positions).toEqual([]);
  world.store();
  await turn();
  expect(positions).toEqual([2]);
  world.run.abandon();
  world.say().end({ type: 'completed', trial: 1, run: 'r', values: { value: 1 } });
  expect(await world.say().stored()).toBeUndefined();
});

it('a report waits until the checkpoint is saved that it asked for', async () => {
  const saved = withResolvers<string>();
  const world = claimed({ save: () => saved.promise }, 0);
  world.store();
  world.perform();
  let isStored = false;
  world.say().report({ type: 'reported', trial: 1, run: 'r', step: 1, values: { value: 1 } }, '/here');
  const storing = world
    .say()
    .stored()
    .then(() => {
      isStored = true;
    });
  world.store();
  await turn();
  expect(isStored).toBe(false);
  saved.resolve('reference');
  await storing;
});
