import { withResolvers } from '../../promises.ts';

const pending = () => {
  const next = withResolvers<void>();
  next.promise.catch(() => {}); // it may fail before anyone waits for it
  return next;
};

/** The end of a study, which may be opened again. */
export class StudyEnd {
  #next = pending();
  #hasEnded = false;

  /** Resolves when the study has ended; when it is opened again, there is another promise. */
  get promise(): Promise<void> {
    return this.#next.promise;
  }

  /** Says whether the study has ended. */
  set(hasEnded: boolean): void {
    if (hasEnded) this.#next.resolve();
    else if (this.#hasEnded) this.#next = pending();
    this.#hasEnded = hasEnded;
  }

  /** Says that no more will be known of the study. @param failure why, if it is no end */
  leave(failure?: { readonly error: unknown }): void {
    if (failure) this.#next.reject(failure.error);
    else this.#next.resolve();
  }
}
