import type { Refusal } from '../facts/refusal.ts';
import type { TrialId } from '../strategy/messages.ts';
import { refuse } from './claim.ts';
import type { EndStatus } from './trial.ts';

/** Which trials there are, and how each of them ended. */
export class Statuses {
  /** A missing number was never suggested, or its suggestion is lost. */
  readonly #byId = new Map<TrialId, EndStatus | 'open'>();
  #last: TrialId = 0;

  /** The number of the next trial. */
  get next(): TrialId {
    return this.#last + 1;
  }

  has(id: TrialId): boolean {
    return this.#byId.has(id);
  }

  set(id: TrialId, status: EndStatus | 'open'): void {
    this.#byId.set(id, status);
    this.#last = Math.max(this.#last, id);
  }

  /** How a trial ended; undefined while it is open. */
  of(id: TrialId): EndStatus | undefined {
    const status = this.#byId.get(id) ?? (id >= 1 && id <= this.#last ? 'void' : 'open');
    return status === 'open' ? undefined : status;
  }

  /** Why a fact about a trial that is not open does not count. */
  refuseEnded(id: TrialId): Refusal {
    const status = this.#byId.get(id);
    const last = this.#last === 0 ? 'there is none yet' : `the last one is ${this.#last}`;
    if (status === undefined) return refuse('unknown-trial', `no trial ${id} has been suggested; ${last}`);
    const end = status === 'completed' ? 'completed; if its result is wrong, retract it' : status;
    return refuse('ended', `trial ${id} has ended: ${end}`);
  }

  /** Why the result of a trial cannot be retracted. */
  refuseRetract(id: TrialId): Refusal | undefined {
    const status = this.#byId.get(id);
    if (status === 'open') return refuse('open', `trial ${id} is still open`);
    return status === undefined || status === 'void' ? refuse('unknown-trial', `there is no trial ${id} to retract`) : undefined;
  }
}
