import { grouped } from '../../../src/numeric/grouped.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { CHUNK } from './manifest.ts';

/** What a trainer has saved of a trial. */
export interface Saved {
  readonly trainer: string;
  /** NaN if its subject names no trial: a trainer chooses it. */
  readonly trial: TrialId;
  /** The subjects of its parts. */
  readonly filter: string;
  /** SHA-256 of each part. */
  readonly parts: readonly string[];
  /** Those of the checkpoint that the trainer named last; the others belong to one that it is saving, or to earlier ones. */
  readonly named: ReadonlySet<string>;
}

/** The room for the checkpoints of a study, in bytes. */
export interface Capacity {
  readonly maxBytes: number;
  /** What one trainer may take. */
  readonly share: number;
  /** From here on, checkpoints of ended trials are deleted, until `enough` are left. */
  readonly full: number;
  readonly enough: number;
}

const OF_ONE = 0.5;
const FULL_SHARE = 0.9;
const ENOUGH_SHARE = 0.75;

export const roomOf = (maxBytes: number): Capacity => ({
  maxBytes,
  share: maxBytes * OF_ONE,
  full: maxBytes * FULL_SHARE,
  enough: maxBytes * ENOUGH_SHARE,
});

/** Bytes of what was saved, at most. */
export const bytesOf = (saved: Iterable<Saved>): number => sum(saved, ({ parts }) => parts.length);

/**
 * The same, as it counts towards the share of a trainer: one checkpoint of each trial. While a run saves the next one, the one that it resumed from
 * stays until the next one is named.
 */
export const countedBytesOf = (saved: Iterable<Saved>): number =>
  sum(saved, ({ parts, named }) => Math.max(named.size, parts.length - named.size));

function sum(saved: Iterable<Saved>, count: (one: Saved) => number): number {
  let parts = 0;
  for (const one of saved) parts += count(one);
  return parts * CHUNK;
}

/** Whether a trainer may save a checkpoint. @param bytes of it. @param taken by all checkpoints. @param others of the same trainer, of other trials */
export function fits({ maxBytes, share }: Capacity, bytes: number, taken: number, others: Iterable<Saved>): boolean {
  return taken + bytes <= share || (taken + bytes <= maxBytes && countedBytesOf(others) + bytes <= share);
}

/**
 * What has to be deleted so that no trainer has more than its share, the largest first.
 *
 * @param share bytes of one trainer.
 */
export function beyondShare(saved: readonly Saved[], share: number): Saved[] {
  return [...grouped(saved, ({ trainer }) => trainer).values()].flatMap((own) => {
    const gone: Saved[] = [];
    const left = own.sort((a, b) => a.parts.length - b.parts.length);
    while (countedBytesOf(left) > share) gone.push(left.pop()!);
    return gone;
  });
}

/**
 * What has to be deleted to make room: checkpoints of ended trials, the least likely to be resumed first.
 *
 * @param bytes to free. @param order ended trials in the order of deletion; trials that are not in it stay.
 */
export function forRoom(saved: readonly Saved[], bytes: number, order: readonly TrialId[]): Saved[] {
  const gone: Saved[] = [];
  for (const trial of order) {
    if (bytesOf(gone) >= bytes) break;
    gone.push(...saved.filter((one) => one.trial === trial));
  }
  return gone;
}
