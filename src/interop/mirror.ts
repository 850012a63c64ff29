import { spaceOf } from '../../streams/engine/applyEntries.ts';
import type { Created, Params } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { StudySource } from '../study/source.ts';
import { TrialRows } from '../study/trials.ts';
import { type DeliveryError, retrying } from './request.ts';

/** The state of a study when a mirror gets entries. */
export interface MirroredStudy {
  readonly created: Created;
  readonly ledger: Ledger<Params>;
  readonly rows: TrialRows<Params>;
}

/** The target of a mirror. */
export interface Mirror {
  /** Position of the last entry that it received. */
  readonly position: number;
  /** Sends new entries, in order. After an error, they may be sent again. @throws DeliveryError */
  take(entries: readonly AppliedEntry<Params>[], study: MirroredStudy): Promise<void>;
}

export interface MirrorOptions {
  /** Ends with the current last entry; default: when the study has closed. */
  readonly once?: boolean;
  readonly signal: AbortSignal;
  /** Reports that a request is retried. */
  readonly warn: (text: string) => void;
  /** Milliseconds before each retry; the last one applies to all later ones. */
  readonly pauses?: readonly number[];
}

const PAUSES = [1000, 5000, 30_000];

/** Sends the facts of a study that the mirror does not have. @throws DeliveryError if they are refused */
export async function mirrorStudy(
  source: StudySource,
  created: Created,
  mirror: Mirror,
  { once, signal, warn, pauses = PAUSES }: MirrorOptions,
): Promise<void> {
  const study: MirroredStudy = { created, ledger: new Ledger<Params>(spaceOf<Params>(created)), rows: new TrialRows<Params>() };
  const pauseAfter = (tries: number, { message }: DeliveryError) => {
    if (tries === 1) warn(`${message}; retrying until it answers`);
    return pauses[Math.min(tries, pauses.length) - 1]!;
  };
  const take = (applied: readonly AppliedEntry<Params>[]) =>
    retrying(() => mirror.take(applied, study), pauseAfter, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
  const entries = once ? source.past(1) : source.read(1, signal);
  for await (const some of entries) {
    const applied = some.map((entry) => {
      const one = study.ledger.fold(entry);
      study.rows.apply(one);
      return one;
    });
    const news = applied.filter(({ position }) => position > mirror.position);
    if (news.length > 0) await take(news);
    if (signal.aborted || (!once && study.ledger.closed !== undefined)) return;
  }
}
