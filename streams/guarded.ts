import type { Subscriber } from 'rxjs';

/**
 * Sends what a handler throws downstream as an error. Otherwise RxJS would report it as unhandled, which ends the process, and the caller would only
 * see a missing answer.
 */
export const guarded =
  <T>(out: Subscriber<never>, take: (value: T) => void): ((value: T) => void) =>
  (value) => {
    try {
      take(value);
    } catch (error) {
      out.error(error);
    }
  };
