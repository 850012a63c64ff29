import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Directive } from '../../streams/engine/directive.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { Space } from '../space/space.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { PositionedDirective, TestStudy } from './testStudy.ts';

/**
 * Compares the directives of an interrupted and resumed study with those of the whole run. After the cut they must be the same. At the cut, open trials
 * are handed out again, each with the stop of its attempt, if there is one.
 *
 * @throws if they differ.
 */
export function compareDirectives<P>(space: Space<P>, whole: TestStudy<P>, resumed: TestStudy<P>, cut: number, run: number): void {
  const later = whole.given.filter(({ position }) => position > cut);
  const again = resumed.given.length - later.length;
  ok(again >= 0, `directives are missing after a cut at ${cut} in run ${run}`);
  deepStrictEqual(resumed.given.slice(again), later, `other directives after a cut at ${cut} in run ${run}`);
  const held = heldAfter(space, whole, cut);
  const before = whole.given.filter(({ position }) => position <= cut).map(({ directive }) => directive);
  const expected = before.filter((directive, i) => directive.type !== 'rejected' && held.has(directive.trial) && isInForce(before, i));
  const first = resumed.given.slice(0, again).map(({ directive }: PositionedDirective<P>) => directive);
  deepStrictEqual(sorted(first), sorted(expected), `what is open was not given out again after a cut at ${cut} in run ${run}`);
}

/** The trials that trainers held at an entry, without those that waited for another attempt. */
function heldAfter<P>(space: Space<P>, { entries }: TestStudy<P>, cut: number): Set<TrialId> {
  const ledger = new Ledger(space);
  for (const entry of entries.slice(0, cut)) ledger.fold(entry);
  return new Set([...ledger.open].filter(([, { awaiting }]) => !awaiting).map(([id]) => id));
}

/** Whether a directive concerns the current attempt: the trial was not suggested again after it. */
const isInForce = <P>(directives: readonly Directive<P>[], i: number): boolean => {
  const trial = trialOf(directives[i]!);
  return !directives.slice(i + 1).some((later) => later.type === 'suggested' && later.trial === trial);
};

const trialOf = <P>(directive: Directive<P>): TrialId | undefined => (directive.type === 'rejected' ? undefined : directive.trial);

const sorted = (directives: readonly object[]): string[] => directives.map((directive) => JSON.stringify(directive)).sort();
