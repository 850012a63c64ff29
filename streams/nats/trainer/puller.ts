import { type Msg, type NatsConnection, nanos } from '@nats-io/nats-core';
import { inboxOf, isClustered, onStatus, publish } from '../connection/connection.ts';
import { type Subjects, TRAINERS } from '../protocol/subjects.ts';

/** Pulls suggestions for slots. */
export interface Puller {
  /** Asks for a suggestion until there is one. */
  next(take: (suggestion: Msg) => void): void;
  /** Whether it no longer asks. */
  readonly isOver: boolean;
  /** Stops asking; suggestions that arrive later are returned. @returns milliseconds in which some may */
  end(): number;
  close(): void;
}

interface Waiting {
  readonly take: (suggestion: Msg) => void;
  /** When to ask again. */
  again: number;
}

/** Milliseconds that a pull waits at the server: short, so that a suggestion for a vanished trainer is soon available again. */
const PULL_MS = 5000;
/**
 * The same in a cluster. There, the server that holds the pulls may go away while this connection, to another one, stays. And it does not see that a
 * connection to another one has gone: what it delivers there is delivered again only after a lease.
 */
const CLUSTERED = 1000;
/** Milliseconds without an answer, after the end of a pull, until it is repeated. */
const LATE = 1000;
const SWEEP_MS = 250;
const EXPIRED = 408;
const NO_RESPONDERS = 503;
/** Milliseconds without a consumer after which that is reported. */
const GONE = 3000;

/**
 * Pulls one suggestion for each free slot, never more. All arrive at one inbox: a subscription for each pull cost as much as the rest of a short
 * trial. The slot that has waited longest gets the next suggestion.
 *
 * @param isThere called with false if the stream or its consumer is missing for some seconds, and with true when it is back.
 */
export function puller(nc: NatsConnection, { apiPrefix, stream }: Subjects, isThere: (there: boolean) => void = () => {}): Puller {
  const inbox = inboxOf(nc);
  const subject = `${apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}`;
  const waiting: Waiting[] = [];
  let over = false;
  /** When the last pull ends at the server. */
  let heldUntil = 0;
  /**
   * Since when every answer reports that there is no consumer. It may be missing for a moment, such as while the server starts. While all slots
   * train, there are no answers.
   */
  let missedSince: number | undefined;
  let missing = false;
  const noteAnswer = (code: number | undefined) => {
    const now = performance.now();
    missedSince = code === NO_RESPONDERS ? (missedSince ?? now) : undefined;
    const isMissing = missedSince !== undefined && now - missedSince > GONE;
    if (missing === isMissing) return;
    missing = isMissing;
    isThere(!missing);
  };
  const ask = (one: Waiting) => {
    const expires = isClustered(nc) ? CLUSTERED : PULL_MS;
    heldUntil = performance.now() + expires;
    one.again = heldUntil + LATE;
    publish(nc, subject, JSON.stringify({ batch: 1, expires: nanos(expires) }), { reply: inbox });
  };
  const hear = (message: Msg) => {
    noteAnswer(message.headers?.code);
    const one = waiting[0];
    if (!message.reply) {
      // There was no suggestion for a while, or there is no consumer or no server: ask again a little later.
      if (!one) return;
      waiting.push(waiting.shift()!);
      if (message.headers?.code === EXPIRED) ask(one);
      else one.again = 0;
    } else if (one && !over) {
      waiting.shift();
      one.take(message);
    } else publish(nc, message.reply, '-NAK'); // for another trainer
  };
  const subscription = nc.subscribe(inbox, { callback: (error, message) => (error ? undefined : hear(message)) });
  const late = (now: number) => {
    for (const one of waiting) if (one.again <= now) ask(one);
  };
  const sweep = setInterval(() => late(performance.now()), SWEEP_MS);
  // Requests over a lost connection are forgotten.
  const unsubscribe = onStatus(nc, ({ type }) => type === 'reconnect' && late(Number.POSITIVE_INFINITY));
  return {
    next: (take) => {
      if (over) return;
      const one = { take, again: 0 };
      waiting.push(one);
      ask(one);
    },
    get isOver() {
      return over;
    },
    end: () => {
      if (!over && (waiting.length === 0 || !isClustered(nc))) heldUntil = 0; // alone, the server sees that this connection has gone
      over = true;
      waiting.length = 0;
      return Math.max(0, heldUntil - performance.now());
    },
    close: () => {
      clearInterval(sweep);
      unsubscribe();
      subscription.unsubscribe();
    },
  };
}
