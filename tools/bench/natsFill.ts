import type { NatsConnection } from '@nats-io/nats-core';

/** A message of a log. */
export type Message = readonly [subject: string, fact: object];

/** Fills the stream of a study, with as many publishes in flight as the server takes. */
export async function fill(nc: NatsConnection, study: string, messages: Iterable<Message>): Promise<void> {
  const inbox = `_INBOX.fill.${study}`;
  let free = 4096;
  let go = () => {};
  const room = (wanted: number) =>
    new Promise<void>((resolve) => {
      go = () => free >= wanted && resolve();
      go();
    });
  const subscription = nc.subscribe(inbox, {
    callback: () => {
      free++;
      go();
    },
  });
  for (const [subject, fact] of messages) {
    if (free === 0) await room(1);
    free--;
    nc.publish(subject, JSON.stringify(fact), { reply: inbox });
  }
  await room(4096);
  subscription.unsubscribe();
}
