import { type Msg, type NatsConnection, nanos, nuid } from '@nats-io/nats-core';
import type { Suggestion } from '../../engine/directive.ts';
import type { Gate } from '../../study/training/gate.ts';
import { jsonOf, publish } from '../connection/connection.ts';
import { priorityOf, suggestionOf } from './delivered.ts';
import { type DeliveryTracker, positionOf } from './deliveryTracker.ts';
import type { Puller } from './puller.ts';

/** A suggestion that a slot has taken. */
export interface Taken<P> {
  readonly suggestion: Suggestion<P>;
  /** What the server delivered; it expects an answer. */
  readonly message: Msg;
  /** The name of the claim. */
  readonly run: string;
  /** Whether another trainer may have claimed the attempt before. */
  readonly isUnclear: boolean;
  /** To call when the last fact of the run is known. */
  readonly ended: () => void;
  /** To call when all its facts are stored. */
  readonly stored: () => void;
}

/** What the slots of a trainer share. */
export interface SlotOptions<P> {
  readonly nc: NatsConnection;
  /** The name of the trainer. */
  readonly name: string;
  readonly pulls: Puller;
  readonly deliveries: DeliveryTracker;
  readonly gate: Gate;
  /** Whether the trainer takes a suggestion, or returns it for others. */
  readonly accepts: (suggestion: Suggestion<P>) => boolean;
  /** The answer with the last fact about the trial of a suggestion. */
  readonly lastOf: (suggestion: Suggestion<P>) => Promise<Msg>;
  readonly perform: (taken: Taken<P>) => void;
  readonly fail: (error: unknown) => void;
}

/** Returns a suggestion to the server. */
const RETURN = '-NAK';
/** Returns it for other trainers, with a delay: without it, this trainer would get it again immediately. */
const FOR_OTHERS = `-NAK ${JSON.stringify({ delay: nanos(250) })}`;
/** The suggestion needs no trainer any more, or has one. */
const DONE = '+ACK';

/** Takes one trial after the other. It asks for the next one while the result of the last one is on its way, but does not begin it. */
export function openSlot<P>({ nc, name, pulls, deliveries, gate, accepts, lastOf, perform, fail }: SlotOptions<P>): void {
  let storing = false;
  let next: Msg | undefined;
  const pull = () =>
    gate.whenOpen(() =>
      pulls.next((message) => {
        gate.answered();
        if (storing) next = message;
        else judge(message);
      }),
    );
  const passOver = (message: Msg, word: string) => {
    publish(nc, message.reply!, word);
    pull();
  };
  const judge = (message: Msg) => {
    const suggestion = suggestionOf<P>(message);
    if (!suggestion) return passOver(message, DONE);
    if (suggestion.avoid?.includes(name) || !accepts(suggestion)) return passOver(message, FOR_OTHERS);
    if (deliveries.received(message.reply!)) return take(message, suggestion, 'free');
    lastOf(suggestion).then((last) => {
      const state = attemptState(suggestion, message, last);
      if (state === 'taken') passOver(message, DONE);
      else take(message, suggestion, state);
    }, fail);
  };
  const take = (message: Msg, suggestion: Suggestion<P>, state: Exclude<AttemptState, 'taken'>) => {
    if (pulls.isOver) return publish(nc, message.reply!, RETURN);
    const run = `${suggestion.trial}.${suggestion.attempt}.${nuid.next()}`;
    if (!gate.enter(run, priorityOf(message))) return passOver(message, RETURN);
    storing = true;
    const ended = () => {
      gate.leave(run);
      pull();
    };
    const stored = () => {
      storing = false;
      const waited = next;
      next = undefined;
      if (waited) judge(waited);
    };
    perform({ suggestion, message, run, isUnclear: state === 'unclear', ended, stored });
  };
  pull();
}

/** Whether an attempt is claimed, as far as a trainer can see. The log decides; this only avoids useless claims. */
type AttemptState = 'free' | 'taken' | 'unclear';

/**
 * Judges an attempt by the last fact of its trial, which is all that a trainer may read. A late fact of an earlier attempt, such as from a trainer that was
 * blocked for longer than its lease, hides the state of this attempt: it is `unclear`. A claim that was refused looks like one that counts: the engine
 * then ends the attempt, and suggests the next one.
 *
 * @param delivery the message with the suggestion
 * @param last the answer with the last fact
 */
function attemptState<P>({ attempt }: Suggestion<P>, delivery: Msg, last: Msg): AttemptState {
  if (last.headers?.code === 404) return 'free';
  const said = jsonOf(last) as { attempt?: unknown } | undefined;
  if (typeof said?.attempt === 'number' && said.attempt >= attempt) return 'taken';
  const isOlder = Number(last.headers?.get('Nats-Sequence')) < (positionOf(delivery.reply!) ?? 0);
  return isOlder ? 'free' : 'unclear';
}
