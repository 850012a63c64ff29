import type { StoredAt } from '../log/publisher.ts';

/** Recognises suggestions that cannot have been delivered before. */
export interface DeliveryTracker {
  /** A suggestion was delivered. @param reply the subject for its acknowledgement @returns whether it is certainly delivered for the first time */
  received(reply: string): boolean;
  /** A fact of ours was stored. A duplicate proves nothing. */
  stored(of: StoredAt): void;
  /** The connection was lost: the server may have lost its state too. */
  lost(): void;
}

/** How often it was delivered, its position, and its number among all deliveries. */
const DELIVERY = /\.trainers\.(\d+)\.(\d+)\.(\d+)\./;

/** The position of a suggestion, if its reply subject contains it. */
export function positionOf(reply: string): number | undefined {
  const position = DELIVERY.exec(reply)?.[2];
  return position === undefined ? undefined : Number(position);
}

/**
 * A server counts how often it has delivered a suggestion, but a killed server continues from the count that it last stored. So its count is trusted
 * only for suggestions stored after a fact of ours that this connection has seen stored, and only while its numbers grow: when they fall, the
 * consumer was replaced. A wrong guess only costs a wasted run, because the log decides.
 */
export function deliveryTracker(): DeliveryTracker {
  let since = Number.POSITIVE_INFINITY;
  let last = 0;
  return {
    received: (reply) => {
      const [count, position, number] = (DELIVERY.exec(reply) ?? []).slice(1).map(Number);
      if (count === undefined) return false;
      const grows = number! > last;
      last = number!;
      if (!grows) since = Number.POSITIVE_INFINITY;
      return count === 1 && position! > since;
    },
    stored: ({ seq, duplicate }) => {
      if (!duplicate) since = Math.min(since, seq);
    },
    lost: () => {
      since = Number.POSITIVE_INFINITY;
      last = 0;
    },
  };
}
