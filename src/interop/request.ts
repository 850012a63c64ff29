import { setTimeout as sleep } from 'node:timers/promises';
import { eventSource, eventType, SPEC_VERSION } from '../../streams/nats/protocol/cloudEvent.ts';

/** Something could not be delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether it may be possible later. */
  readonly passing: boolean;
  /** What the receiver answered, if it did. */
  readonly answer: string | undefined;
  constructor(message: string, passing: boolean, answer?: string) {
    super(message);
    this.passing = passing;
    this.answer = answer;
  }
}

/** Milliseconds that a receiver may take. */
export const PATIENCE = 30_000;
/** Status codes below 500 after which a request is retried. */
const PASSING = [408, 425, 429];

/** Sends JSON by POST, or a GET without a body, once. @returns the text of the answer @throws DeliveryError */
export async function request(
  url: string,
  {
    headers,
    body,
    signal,
  }: { readonly headers: Readonly<Record<string, string>>; readonly body?: object | undefined; readonly signal: AbortSignal },
): Promise<string> {
  const init = {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  };
  try {
    const answer = await fetch(url, init);
    const text = await answer.text();
    if (answer.ok) return text;
    throw new DeliveryError(`it answered ${answer.status}`, answer.status >= 500 || PASSING.includes(answer.status), text);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    const { cause, message } = error as Error;
    throw new DeliveryError(cause instanceof Error ? cause.message : message, true);
  }
}

/**
 * Delivers something, and tries again after errors that may pass.
 *
 * @param pauseAfter milliseconds before the next try, by how many have failed; undefined gives up
 * @throws DeliveryError
 */
export async function retrying<T>(
  deliver: () => Promise<T>,
  pauseAfter: (tries: number, error: DeliveryError) => number | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    if (signal.aborted) throw new DeliveryError('this process ends', false);
    try {
      return await deliver();
    } catch (error) {
      if (!(error instanceof DeliveryError) || !error.passing || signal.aborted) throw error;
      const pause = pauseAfter(tries, error);
      if (pause === undefined) throw error;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}

/** Who gets events. */
export interface Receiver {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An entry or an event of a study as a CloudEvent. @param id the same for the same one, whichever process sends it */
export const cloudEvent = <D extends { readonly study: string }>(id: string, kind: string, at: number, data: D) => ({
  specversion: SPEC_VERSION,
  id,
  source: eventSource(data.study),
  type: eventType(kind),
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json',
  data,
});

/** Sends a CloudEvent. @throws DeliveryError */
export const post = async ({ url, headers }: Receiver, event: object, signal: AbortSignal): Promise<void> =>
  void (await request(url, { headers: { 'Content-Type': 'application/cloudevents+json', ...headers }, body: event, signal }));
