import { failureKind } from '../ledger/failures.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { TrialRow, TrialRows } from '../study/trials.ts';

/** The first trials of a study, which all failed. */
export interface Alike {
  readonly trials: readonly TrialId[];
  readonly how: 'for the same reason' | 'and none has a result';
  /** The reason and the message of the last one. */
  readonly message: string;
}

/** The trials because of which a study is paused: its first ones, which failed alike. Undefined if it is not. */
export function alikeIn<P>(ledger: Ledger<P>, rows: TrialRows<P>): (Alike & { readonly rows: readonly TrialRow<P>[] }) | undefined {
  const trials = ledger.created && ledger.settings.noResult && ledger.program.failures.broken;
  if (!trials) return undefined;
  const failed = trials.flatMap((trial) => rows.get(trial) ?? []);
  const { reason = '', message = '' } = failed.at(-1)!;
  return {
    trials,
    rows: failed,
    how: failed.length > 1 && new Set(failed.map(failureKind)).size === 1 ? 'for the same reason' : 'and none has a result',
    message: `${reason}${message && `: ${message}`}`,
  };
}
