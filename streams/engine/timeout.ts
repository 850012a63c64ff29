/** The longest delay of a timer in milliseconds: for more, Node waits 1. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls a function after a number of seconds, which may be more than a timer can wait. @returns cancels it */
export function callAfter(seconds: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    timer = setTimeout(() => (left > LONGEST_TIMEOUT_MS ? wait(left - LONGEST_TIMEOUT_MS) : act()), Math.min(left, LONGEST_TIMEOUT_MS));
  };
  wait(seconds * 1000);
  return () => clearTimeout(timer);
}

/** A limit of seconds, which may change before it is reached. */
export interface TimeLimit {
  /** Seconds from the first call on. */
  set(seconds: number | undefined): void;
  /** Ends it. The next call of `set` begins again. */
  lift(): void;
}

/** @param over called when the limit is reached. */
export function timeLimit(over: () => void): TimeLimit {
  let since: number | undefined;
  let current: number | undefined;
  let cancel = () => {};
  return {
    set: (seconds) => {
      since ??= performance.now();
      if (seconds === current) return;
      cancel();
      current = seconds;
      const left = (seconds ?? 0) - (performance.now() - since) / 1000;
      cancel = seconds === undefined ? () => {} : callAfter(Math.max(0, left), over);
    },
    lift: () => {
      cancel();
      since = undefined;
      current = undefined;
    },
  };
}

/** Yields to the event loop, so that timers, signals and connections run. Browsers have no `setImmediate`. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => void (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve)));

/** Returns a function that yields to the event loop if this turn has taken some milliseconds. */
export function turnsOf(milliseconds: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since <= milliseconds) return;
    await nextTurn();
    since = performance.now();
  };
}

/**
 * Runs functions one after another, each in its own turn of the event loop, so that many together do not block. @returns a function that adds one to
 * the queue
 */
export function inTurn(): <T>(act: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = last.then(nextTurn).then(act);
    last = result.catch(() => {});
    return result;
  };
}
