import type { Ledger } from '../../src/ledger/ledger.ts';
import { heldIn } from '../../src/ledger/openTrials.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { beforeProcessEnds } from './processEnd.ts';

/**
 * Warns, once each, of an ask that waits for the trials of its own process: if the program tells their results only afterwards, it waits for ever.
 *
 * @returns call this when an ask begins, and what that returns when it has ended.
 */
export function watchWaits<P>(ledger: () => Ledger<P>, warn: (message: string) => void): () => () => void {
  const said = new Set<'begin' | 'end'>();
  const say = (when: 'begin' | 'end', message: string) => {
    if (!said.has(when)) warn(message);
    said.add(when);
  };
  const held = (): TrialId[] => heldIn(ledger().open).map(({ trial }) => trial);
  const end = () => {
    const trials = held();
    if (trials.length > 0) say('end', `the process ends while ask waits: ${areOpen(trials)}, and nothing is left that could tell a result`);
  };
  return () => {
    const { parallel } = ledger().created ? ledger().settings : { parallel: Number.POSITIVE_INFINITY };
    const trials = held();
    if (trials.length >= parallel)
      say('begin', `ask waits: ${areOpen(trials)}, and parallel is ${parallel}; tell a result first, or raise parallel`);
    return beforeProcessEnds(end);
  };
}

/** Trials in a sentence. */
export const areOpen = (trials: readonly TrialId[]): string =>
  trials.length === 1 ? `trial ${trials[0]} is open` : `trials ${trials.join(', ')} are open`;
