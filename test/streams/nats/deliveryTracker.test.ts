import { describe, expect, it } from 'vitest';
import { deliveryTracker } from '../../../streams/nats/trainer/deliveryTracker.ts';

/** Where a suggestion is acknowledged, as the server writes it; behind a domain there are two more words in front. */
const reply = (count: number, position: number, number: number, front = '') =>
  `$JS.ACK.${front}HT_s.trainers.${count}.${position}.${number}.1700000000000000000.3`;

describe('a suggestion is delivered first', () => {
  it('when it was stored after a fact of ours, and is handed out for the first time', () => {
    const deliveries = deliveryTracker();
    expect(deliveries.received(reply(1, 10, 1))).toBe(false); // nothing of ours is stored yet
    deliveries.stored({ seq: 20 });
    deliveries.stored({ seq: 30 });
    expect(deliveries.received(reply(1, 19, 2))).toBe(false);
    expect(deliveries.received(reply(1, 25, 3))).toBe(true);
    expect(deliveries.received(reply(2, 26, 4))).toBe(false);
    expect(deliveries.received(reply(1, 27, 5, 'domain.hash.'))).toBe(true);
    expect(deliveries.received('_R_.something')).toBe(false);
  });

  it('not after the connection was lost, until a fact of ours is stored that was not there before', () => {
    const deliveries = deliveryTracker();
    deliveries.stored({ seq: 20 });
    deliveries.lost();
    expect(deliveries.received(reply(1, 25, 1))).toBe(false);
    deliveries.stored({ seq: 15, duplicate: true });
    expect(deliveries.received(reply(1, 26, 2))).toBe(false);
    deliveries.stored({ seq: 30 });
    expect(deliveries.received(reply(1, 29, 3))).toBe(false);
    expect(deliveries.received(reply(1, 31, 4))).toBe(true);
  });

  it('not when the consumer starts counting again', () => {
    const deliveries = deliveryTracker();
    deliveries.stored({ seq: 20 });
    expect(deliveries.received(reply(1, 25, 7))).toBe(true);
    expect(deliveries.received(reply(1, 26, 1))).toBe(false);
    expect(deliveries.received(reply(1, 27, 2))).toBe(false);
    deliveries.stored({ seq: 40 });
    expect(deliveries.received(reply(1, 41, 3))).toBe(true);
  });
});
