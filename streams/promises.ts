/** A promise, and the functions that settle it: `Promise.withResolvers`, which Node 20 does not have. */
export function withResolvers<T>() {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

/** Resolves once the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** @throws the reason of the signal, once it aborts */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

/** Handles items as they arrive, so many at a time. @throws what handling throws, also if it fails while the next item is awaited */
export async function inFlight<T>(most: number, all: AsyncIterable<T>, handle: (one: T) => Promise<void>): Promise<void> {
  const flying = new Set<Promise<void>>();
  for await (const one of all) {
    const flight = handle(one);
    flying.add(flight);
    flight.then(
      () => flying.delete(flight),
      () => {}, // kept, so that it is thrown below
    );
    if (flying.size >= most) await Promise.race(flying);
  }
  await Promise.all(flying);
}
