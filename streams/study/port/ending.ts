import type { Observable } from 'rxjs';
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

  /** @param live$ what the study does. When it ends, no more will be known of it. */
  constructor(live$: Observable<unknown>) {
    live$.subscribe({ error: (error) => this.#next.reject(error), complete: () => this.#next.resolve() });
  }

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
}
