import type { Msg } from '@nats-io/nats-core';
import type { Suggestion } from '../../engine/directive.ts';
import { jsonOf } from '../connection/connection.ts';
import { positionOf } from './deliveryTracker.ts';

/** Whether an attempt is claimed, as far as a trainer can see. The log decides; this only avoids useless claims. */
export type AttemptState = 'free' | 'taken' | 'unclear';

/**
 * Judges an attempt by the last fact of its trial, which is all that a trainer may read. A late fact of an earlier attempt, such as from a trainer that was
 * blocked for longer than its lease, hides the state of this attempt: it is `unclear`.
 *
 * @param delivery the message with the suggestion
 * @param last the answer with the last fact
 */
export function attemptState<P>({ attempt }: Suggestion<P>, delivery: Msg, last: Msg): AttemptState {
  if (last.headers?.code === 404) return 'free';
  const said = jsonOf(last) as { attempt?: unknown } | undefined;
  if (typeof said?.attempt === 'number' && said.attempt >= attempt) return 'taken';
  const isOlder = Number(last.headers?.get('Nats-Sequence')) < (positionOf(delivery.reply!) ?? 0);
  return isOlder ? 'free' : 'unclear';
}
