import { LEASE } from '../../../streams/nats/protocol/messages.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { stripControls } from '../../text/plainText.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import type { Plugin } from '../host.ts';

/**
 * Tells what happens to a study while it is served: lost trials, a reopening, and whether this engine leads.
 *
 * @param lease in seconds.
 */
export function servedLines(say: StatusLine['line'], lease = LEASE) {
  let isStandby = false;
  let wasClosed = false;
  let isReopened = false;
  const plugin: Plugin = ({ line, past, state }) => ({
    apply: ({ fact, refusal, position, effect }) => {
      const isNew = position > past();
      const isClosed = state()?.ledger.closed !== undefined;
      if (wasClosed && !isClosed && isNew) {
        isReopened = true;
        line('reopened');
      } else if (isReopened && effect === 'closed') line('closed'); // the caller of `begin` reports the first close
      wasClosed = isClosed;
      if (refusal || fact.type !== 'failed' || fact.reason !== 'lost' || !isNew || isStandby) return; // of several engines, the leader tells
      const { trial, run, message = '' } = fact;
      const trainer = run === undefined ? undefined : state()?.rows.get(trial)?.trainer;
      const why = trainer === undefined ? stripControls(message) : `${trainer} was silent for ${lease} s`;
      line(`trial ${trial} is lost: ${why}`, omitUndefined({ level: 'warn' as const, trial, run }));
    },
  });
  return {
    plugin,
    onLead: (leads: boolean) => {
      if (leads && isStandby) say('now leads, since the other engine is slow or gone', { level: 'warn' });
      if (!leads) say('serves as a standby: another engine leads');
      isStandby = !leads;
    },
  };
}
