import { createInbox, errors, type Msg, type NatsConnection, nanos } from '@nats-io/nats-core';
import { type Subjects, TRAINERS } from './subjects.ts';

/** Hands suggestions out to slots. */
export interface Puller {
  /** The next suggestion; nothing if there was none for a while. @throws TimeoutError, NoRespondersError where nobody answered. */
  next(): Promise<Msg | undefined>;
  /** Asks anew for all that wait: what was asked over a connection that is gone is forgotten. */
  again(): void;
  /** All that wait get nothing; what comes late is given back. */
  end(): void;
  close(): void;
}

interface Waiting {
  readonly until: number;
  readonly resolve: (message: Msg | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds that one pull waits at the server: short, so that what is handed to a trainer that vanished does not rest long. */
const PULL = 5000;
/** Milliseconds after which a pull that was not answered at all is given up, and how often that is looked at. */
const PATIENCE = PULL + 1000;
const SWEEP = 500;

/**
 * Pulls one suggestion for each slot that is free, never more. All come to one inbox: a subscription for each pull cost as much as the rest
 * of a short trial. Which slot gets which does not matter, so who has waited longest gets the next.
 */
export function puller(nc: NatsConnection, { stream }: Subjects): Puller {
  const { options } = nc as unknown as { readonly options?: { readonly inboxPrefix?: string } };
  const inbox = createInbox(options?.inboxPrefix);
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${TRAINERS}`;
  const ask = JSON.stringify({ batch: 1, expires: nanos(PULL) });
  let waiting: Waiting[] = [];
  let over = false;
  const hear = (message: Msg) => {
    const suggested = Boolean(message.reply); // a status has nobody to acknowledge to
    const one = over ? undefined : waiting.shift();
    if (!one) return suggested ? nc.publish(message.reply!, '-NAK') : undefined; // for somebody else
    if (message.headers?.code === 503) one.reject(new errors.NoRespondersError(subject));
    else one.resolve(suggested ? message : undefined);
  };
  const subscription = nc.subscribe(inbox, { callback: (error, message) => (error ? undefined : hear(message)) });
  const fail = (error: unknown, until = Number.POSITIVE_INFINITY) => {
    const late = waiting.filter((one) => one.until <= until);
    waiting = waiting.filter((one) => one.until > until);
    for (const { reject } of late) reject(error);
  };
  const sweep = setInterval(
    () => (nc.isClosed() ? fail(new errors.ClosedConnectionError()) : fail(new errors.TimeoutError(), performance.now())),
    SWEEP,
  );
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (over) return resolve(undefined);
        waiting.push({ until: performance.now() + PATIENCE, resolve, reject });
        nc.publish(subject, ask, { reply: inbox });
      }),
    again: () => fail(new errors.TimeoutError()),
    end: () => {
      over = true;
      for (const { resolve } of waiting.splice(0)) resolve(undefined);
    },
    close: () => {
      clearInterval(sweep);
      subscription.unsubscribe();
    },
  };
}
