import type { Answer, Ask, Propose } from '../../src/strategy/messages.ts';

interface Retries {
  /** How often to ask, at most. */
  readonly tries: number;
  readonly put: (ask: Ask) => Answer;
  readonly accepts: (proposal: Propose) => boolean;
  /** The answer if no proposal is accepted. @param last the last one */
  readonly otherwise: (last: Propose) => Answer;
}

/** Asks until the answer is acceptable, each time with another `retry`, so that the same strategy can answer differently. */
export function askUntil(ask: Ask, { tries, put, accepts, otherwise }: Retries): Answer {
  let retry = ask.retry ?? 0;
  for (let left = tries; ; left--) {
    const reply = put(retry === 0 ? ask : { ...ask, retry });
    if (reply.type !== 'propose' || accepts(reply)) return reply;
    if (left === 1) return otherwise(reply);
    retry = (reply.retry ?? retry) + 1;
  }
}
