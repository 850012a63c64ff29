import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OpenTrial } from '../../../src/ledger/trial.ts';
import { runs } from '../../support/runs.ts';
import { LEASE, watched } from './support.ts';

const TRIALS = 8;
const trainers = ['a', 'b', 'c'];

/** A study whose trainers claim, as they do on a server: a claim is delivered once, whether it counts or not. */
function served() {
  const study = watched({ trials: TRIALS, parallel: 3 });
  const { ledger, attempts, sayBy } = study;
  /** Attempts whose suggestion was acknowledged, so that it is not delivered again. */
  const delivered = new Set<string>();
  /** Runs whose claims counted, with their trainers. */
  const held = new Map<string, { readonly trial: number; readonly author: string }>();
  const seen = { refused: 0, late: 0, suspended: 0, finished: 0 };
  const claim = (trial: number, attempt: number, author: string, now: number) => {
    const run = `${trial}.${attempt}.${author}`;
    const before = ledger.open.get(trial);
    const isBegun = before?.run !== undefined;
    delivered.add(`${trial}.${attempt}`);
    const code = sayBy(author, { type: 'started', trial, attempt, run, trainer: author }, now);
    if (code === 'noted') {
      expect(isBegun || !ledger.settings.paused).toBe(true); // no trial begins
      held.set(run, { trial, author });
    }
    if (code !== 'paused') return;
    seen.refused++;
    if (!before!.unclaimed) attempts.hide(trial, now); // as the engine does on a server
  };
  const complete = (run: string, now: number) => {
    const { trial, author } = held.get(run)!;
    const isOpen = ledger.open.has(trial);
    if (isOpen && ledger.settings.paused) seen.finished++;
    const code = sayBy(author, { type: 'completed', trial, run, values: { value: 1 } }, now);
    if (isOpen) expect([code, ledger.status(trial)]).toEqual(['ended', 'completed']); // what has finished counts
    held.delete(run);
  };
  return { ...study, delivered, held, seen, claim, complete };
}

type World = ReturnType<typeof served>;
type Happening = (world: World, trial: OpenTrial<unknown>, author: string, now: number, later: number) => unknown;

const happenings = {
  pause: ({ say }, _, __, now) => say({ type: 'changed', paused: true }, now),
  resume: ({ say }, _, __, now) => say({ type: 'changed', paused: false }, now),
  enqueue: ({ say }, _, __, now) => say({ type: 'enqueued', params: { x: 0 } }, now),
  claim: ({ claim }, { proposal, suggestion }, author, now) => claim(proposal.id, suggestion.attempt, author, now),
  claimLate: ({ claim, seen }, { proposal, suggestion }, author, now) => {
    seen.late++;
    claim(proposal.id, Math.max(1, suggestion.attempt - 1), author, now);
  },
  report: ({ sayBy, held }, _, __, now) => {
    const [run, { trial, author }] = [...held].at(-1) ?? ['', { trial: 0, author: 'a' }];
    sayBy(author, { type: 'reported', trial, run, step: now + 1, values: { value: 1 } }, now);
  },
  complete: ({ held, complete }, _, __, now, later) => {
    const run = [...held.keys()][later % Math.max(1, held.size)];
    if (run !== undefined) complete(run, now);
  },
  handBack: ({ sayBy, held }, { proposal, run }, _, now) => {
    const author = run === undefined ? undefined : held.get(run)?.author;
    if (author !== undefined) sayBy(author, { type: 'failed', trial: proposal.id, run: run!, reason: 'preempted' }, now);
  },
  loseTrainers: ({ tick, seen, ledger }, _, __, now, later) => {
    if (tick(now, now + later).length > 0 && ledger.settings.paused) seen.suspended++;
  },
  cancel: ({ say }, { proposal }, _, now) => say({ type: 'cancelled', trial: proposal.id }, now),
} satisfies Record<string, Happening>;

const often = ['pause', 'claim', 'claim', 'claim', 'claimLate', 'complete', 'resume', 'loseTrainers'] as const;
const names = Object.keys(happenings) as (keyof typeof happenings)[];
const step = fc.record({
  name: fc.constantFrom(...names, ...often),
  which: fc.nat(5),
  author: fc.constantFrom(...trainers),
  later: fc.nat(2 * LEASE),
});

it('a pause lets no trial begin, loses none that has finished, and strands no attempt', () => {
  const total = { refused: 0, late: 0, suspended: 0, finished: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const world = served();
      const { ledger, attempts, delivered, held, claim, complete, say, tick, seen } = world;
      let now = 0;
      for (const { name, which, author, later } of steps) {
        const open = [...ledger.open.values()];
        const trial = open[which % Math.max(1, open.length)];
        if (trial) happenings[name](world, trial, author, now, later);
        if (name === 'loseTrainers') now += later;
      }
      for (const name of ['refused', 'late', 'suspended', 'finished'] as const) total[name] += seen[name];
      if (ledger.closed !== undefined) return;
      say({ type: 'changed', paused: false }, now);
      // One trainer is left, which gets what a server still delivers. The others are gone.
      held.clear();
      tick(now, now + 40 * LEASE, (at) => {
        attempts.passOver(ledger.position, at);
        for (const { proposal, suggestion, run, awaiting } of [...ledger.open.values()]) {
          const { attempt } = suggestion;
          if (run === undefined && !awaiting && !delivered.has(`${proposal.id}.${attempt}`)) claim(proposal.id, attempt, 'z', at);
        }
        for (const run of held.keys()) complete(run, at);
      });
      expect(ledger.closed).toBe('trials');
      expect(ledger.open.size).toBe(0);
    }),
    { numRuns: runs(1000), seed: 7 },
  );
  for (const count of Object.values(total)) expect(count).toBeGreaterThan(10); // so the histories have what may go wrong
});
