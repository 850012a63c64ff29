import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OpenTrial } from '../../../src/ledger/trial.ts';
import { runs } from '../../support/runs.ts';
import { LEASE, watched } from './support.ts';

interface World extends ReturnType<typeof watched> {
  /** The attempts that were hidden, such as 3.1. */
  readonly hidden: Set<string>;
}
/** What happens to one of the open attempts. `later`: milliseconds */
type Happening = (world: World, trial: OpenTrial<unknown>, now: number, later: number) => void;

const held =
  (happening: (world: World, trial: number, run: string, now: number) => void): Happening =>
  (world, { proposal, run }, now) =>
    run !== undefined && happening(world, proposal.id, run, now);

const happenings = {
  claim: (world, { proposal: { id }, suggestion, run }, now) => run === undefined && world.claim(id, now, suggestion.attempt),
  report: held((world, trial, run, now) => {
    const step = (world.ledger.open.get(trial)!.at ?? 0) + 1;
    world.say({ type: 'reported', trial, run, step, values: { value: 1 } }, now);
  }),
  hear: held(({ attempts }, trial, run, now) => attempts.hear(trial, run, undefined, now)),
  complete: held((world, trial, run, now) => world.say({ type: 'completed', trial, run, values: { value: 1 } }, now)),
  preempt: held((world, trial, run, now) => world.say({ type: 'failed', trial, run, reason: 'preempted' }, now)),
  suggestToOthers: (world, { suggestion }, now) =>
    world.say({ ...(suggestion as OpenTrial['suggestion']), attempt: suggestion.attempt + 1, avoid: ['w1'] }, now),
  stop: ({ attempts }, { proposal }, now) => attempts.stop(proposal.id, { by: 'asha' }, now),
  cancel: (world, { proposal }, now) => world.say({ type: 'cancelled', trial: proposal.id }, now),
  close: (world, _, now) => world.say({ type: 'closed', reason: 'target' }, now),
  reopen: (world, _, now) => world.say({ type: 'changed', paused: false }, now),
  passOver: (world, { suggestion }, now) => world.attempts.passOver(world.at(suggestion.trial, suggestion.attempt), now),
  hide: ({ attempts, hidden }, { proposal, suggestion }, now) => {
    attempts.hide(proposal.id, now);
    hidden.add(`${proposal.id}.${suggestion.attempt}`);
  },
  deliverAgain: ({ attempts }) => attempts.deliverAgain(),
  wait: ({ tick }, _, now, later) => void tick(now, now + later),
  standStill: () => {}, // time passes, and `due` is not called
} satisfies Record<string, Happening | ((...given: Parameters<Happening>) => unknown)>;

const often = ['claim', 'report', 'hear', 'wait', 'passOver', 'suggestToOthers', 'stop'] as const;
const names = Object.keys(happenings) as (keyof typeof happenings)[];
const step = fc.record({ name: fc.constantFrom(...names, ...often), which: fc.nat(5), later: fc.nat(2 * LEASE) });
const past = fc.array(step, { minLength: 5, maxLength: 50 });

/** A study in which some steps have happened, and the time. */
function after(steps: readonly { readonly name: keyof typeof happenings; readonly which: number; readonly later: number }[]) {
  const world: World = { ...watched({ trials: 1000, parallel: 6 }), hidden: new Set() };
  let now = 0;
  for (const { name, which, later } of steps) {
    const open = [...world.ledger.open.values()].filter(({ awaiting }) => !awaiting);
    const trial = open[which % Math.max(1, open.length)];
    if (trial) happenings[name](world, trial, now, later);
    else if (name === 'close' || name === 'stop') world.say({ type: 'changed', paused: false }, now);
    if (name === 'wait' || name === 'standStill') now += later;
  }
  return { ...world, now };
}

/** The open attempts, by their kinds. */
function openIn({ ledger, attempts, hidden }: World) {
  return [...ledger.open.values()]
    .filter(({ awaiting }) => !awaiting)
    .map(({ proposal: { id }, suggestion: { attempt, avoid }, run }) => {
      const by = attempts.stopOf(id)?.by;
      const isOver = by === 'person' || by === 'closed';
      const unclaimed = hidden.has(`${id}.${attempt}`) ? 'hidden' : avoid ? 'for some' : 'for all';
      const kind = `${run === undefined ? unclaimed : 'claimed'}, ${by === undefined ? 'wanted' : isOver ? 'over' : 'stopped'}`;
      return { id, attempt, kind };
    });
}

const kinds = ['for all', 'for some', 'hidden', 'claimed'].flatMap((place) =>
  ['wanted', 'stopped', 'over'].map((state) => `${place}, ${state}`),
);

it('every attempt moves within three leases in which its trainer is silent, or trainers ask and get others', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(past, (steps) => {
      const world = after(steps);
      const { attempts, ledger, now, tick } = world;
      const open = openIn(world);
      for (const { kind } of open) seen.add(kind);
      tick(now, now + 3 * LEASE, (at) => attempts.passOver(ledger.position, at));
      const left = openIn(world).filter(({ id, attempt }) => open.some((one) => one.id === id && one.attempt === attempt));
      expect(left).toEqual([]);
    }),
    { numRuns: runs(3000), seed: 7 },
  );
  expect([...seen].sort()).toEqual([...kinds].sort());
});

it('no attempt is lost while its trainer is there, or while it waits for one that every trainer may be', () => {
  fc.assert(
    fc.property(past, (steps) => {
      const world = after(steps);
      const { attempts, ledger, now, tick } = world;
      attempts.restart(now);
      const isSafe = ({ kind }: { readonly kind: string }) =>
        kind.startsWith('claimed') || kind === 'for all, wanted' || kind === 'for all, stopped';
      const safe = openIn(world).filter(isSafe);
      tick(now, now + 5 * LEASE, (at) => {
        for (const { proposal, run } of ledger.open.values()) if (run !== undefined) attempts.hear(proposal.id, run, undefined, at);
      });
      const kept = openIn(world);
      for (const one of safe) expect(kept).toContainEqual(one);
    }),
    { numRuns: runs(1000), seed: 7 },
  );
});
