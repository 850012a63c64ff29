import type { Subscriber } from 'rxjs';

/**
 * What is thrown while a value is taken in goes downstream as an error. RxJS would throw it at nobody, which ends the process, and whoever
 * asked would only see that there was no answer.
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
