import { setTimeout as sleep } from 'node:timers/promises';

/** Something could not be delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether it may be possible later. */
  readonly passing: boolean;
  constructor(message: string, passing: boolean) {
    super(message);
    this.passing = passing;
  }
}

/** Milliseconds that a receiver may take. */
export const PATIENCE = 30_000;
/** Status codes below 500 after which a request is retried. */
const PASSING = [408, 425, 429];

/** Who gets events. */
export interface Receiver {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts a CloudEvent, once. @throws DeliveryError */
export async function post({ url, headers }: Receiver, event: object, signal: AbortSignal): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/cloudevents+json', ...headers },
    body: JSON.stringify(event),
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  };
  const [answer] = await fetch(url, init)
    .then((answer) => Promise.all([answer, answer.arrayBuffer()])) // read to its end, so that the connection is used again
    .catch(({ cause, message }: Error) => {
      throw new DeliveryError(cause instanceof Error ? cause.message : message, true);
    });
  if (!answer.ok) throw new DeliveryError(`it answered ${answer.status}`, answer.status >= 500 || PASSING.includes(answer.status));
}

/**
 * Delivers something, and tries again after errors that may pass.
 *
 * @param pauses milliseconds before each retry
 * @throws DeliveryError
 */
export async function retrying(deliver: () => Promise<void>, pauses: readonly number[], signal: AbortSignal): Promise<void> {
  for (const pause of [...pauses, undefined]) {
    if (signal.aborted) throw new DeliveryError('this process ends', false);
    try {
      return await deliver();
    } catch (error) {
      if (!(error instanceof DeliveryError) || !error.passing || signal.aborted || pause === undefined) throw error;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
