import { LEASE } from '../../../streams/nats/protocol/messages.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serve.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { stripControls } from '../../text/plainText.ts';
import type { StatusLine } from '../../text/statusLine.ts';

interface ServedLinesOptions {
  readonly line: StatusLine['line'];
  /** The study, once it is served. */
  readonly served: () => ServedStudy | undefined;
  /** Position of the last entry before this start. */
  readonly past: () => number;
  /** Seconds. */
  readonly lease?: number | undefined;
}

/** Tells what happens to a study while it is served: lost trials, a reopening, and whether this engine leads. */
export function servedLines({ line, served, past, lease = LEASE }: ServedLinesOptions) {
  let isStandby = false;
  let wasClosed = false;
  let isReopened = false;
  /** Of several engines, the leader tells. */
  const tellLoss = ({ fact, refusal, position }: AppliedEntry) => {
    if (refusal || fact.type !== 'failed' || fact.reason !== 'lost' || position <= past() || isStandby) return;
    const { trial, run, message = '' } = fact;
    const trainer = run === undefined ? undefined : served()?.rows.get(trial)?.trainer;
    const why = trainer === undefined ? stripControls(message) : `${trainer} was silent for ${lease} s`;
    line(`trial ${trial} is lost: ${why}`, omitUndefined({ level: 'warn' as const, trial, run }));
  };
  /** The caller of `begin` reports the first close. */
  const tellReopening = ({ position, effect }: AppliedEntry) => {
    const isClosed = served()?.ledger.closed !== undefined;
    if (wasClosed && !isClosed && position > past()) {
      isReopened = true;
      line('reopened');
    } else if (isReopened && effect === 'closed') line('closed');
    wasClosed = isClosed;
  };
  return {
    apply: (applied: AppliedEntry) => {
      tellReopening(applied);
      tellLoss(applied);
    },
    onLead: (leads: boolean) => {
      if (leads && isStandby) line('now leads, since the other engine is slow or gone', { level: 'warn' });
      if (!leads) line('serves as a standby: another engine leads');
      isStandby = !leads;
    },
  };
}
