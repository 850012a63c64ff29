import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { TrialId } from '../../../src/messages.ts';
import { CHUNK } from './manifest.ts';
import { parseReference } from './reference.ts';

/** What a trainer has saved of a trial. */
export interface Saved {
  readonly trainer: string;
  /** NaN if its subject names no trial: a trainer chooses it. */
  readonly trial: TrialId;
  /** The subjects of its parts. */
  readonly filter: string;
  /** SHA-256 of each part. */
  readonly parts: readonly string[];
}

/** Bytes of what was saved, at most. */
export const bytesOf = (saved: Iterable<Saved>): number => {
  let parts = 0;
  for (const one of saved) parts += one.parts.length;
  return parts * CHUNK;
};

/** What is on the server. @param subjects of the parts. */
export function savedOn(subjects: Iterable<string>): Saved[] {
  const found = new Map<string, Saved & { parts: string[] }>();
  for (const subject of subjects) {
    const [, , , trainer = '', name = '', part = ''] = subject.split('.');
    const filter = `${subject.slice(0, subject.lastIndexOf('.'))}.*`;
    const trial = String(Number(name)) === name ? Number(name) : Number.NaN;
    const saved = found.get(filter) ?? { trainer, trial, filter, parts: [] };
    found.set(filter, saved);
    saved.parts.push(part);
  }
  return [...found.values()];
}

type Known = Pick<Ledger<unknown>, 'open' | 'status' | 'checkpoint'>;

/**
 * Whether a run may resume from what was saved: its trial is open and its trainer has held it, an open trial resumes it, or its trial has ended with it and
 * may be resumed.
 */
export function neededIn(ledger: Known): (saved: Saved) => boolean {
  const resumed = new Set<string>();
  const add = (text: string | undefined) => {
    const named = parseReference(text);
    if (named) resumed.add(`${named.trainer}/${named.trial}`);
  };
  for (const trial of ledger.open.values()) {
    add(trial.suggestion.checkpoint);
    add(trial.checkpoint);
  }
  return ({ trainer, trial }) => {
    if (resumed.has(`${trainer}/${trial}`)) return true;
    const running = ledger.open.get(trial);
    if (running) return [...running.runs.values()].includes(trainer);
    const named = parseReference(ledger.checkpoint(trial));
    return ledger.status(trial) !== 'retracted' && named?.trainer === trainer && named.trial === trial;
  };
}

/**
 * What has to go so that no trainer has more than its share, the largest first.
 *
 * @param share bytes of one trainer.
 */
export function beyondShare(saved: readonly Saved[], share: number): Saved[] {
  const byTrainer = new Map<string, Saved[]>();
  for (const one of saved) byTrainer.set(one.trainer, [...(byTrainer.get(one.trainer) ?? []), one]);
  return [...byTrainer.values()].flatMap((own) => {
    const gone: Saved[] = [];
    const left = own.sort((a, b) => a.parts.length - b.parts.length);
    while (bytesOf(left) > share) gone.push(left.pop()!);
    return gone;
  });
}

/**
 * What has to go so that there is room: that of ended trials, the least likely to be resumed first.
 *
 * @param bytes that have to go.
 * @param order ended trials, the first to go first; those that are missing stay.
 */
export function forRoom(saved: readonly Saved[], bytes: number, order: readonly TrialId[]): Saved[] {
  const gone: Saved[] = [];
  for (const trial of order) {
    if (bytesOf(gone) >= bytes) break;
    gone.push(...saved.filter((one) => one.trial === trial));
  }
  return gone;
}
