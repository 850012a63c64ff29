import type { SuggestedFact } from '../facts/facts.ts';
import type { TrialId } from '../messages.ts';
import type { OpenTrial } from './trial.ts';

/** The trials that have not ended: which of them take a slot, and which wait for their next attempt. */
export class OpenTrials {
  readonly #byId = new Map<TrialId, OpenTrial>();
  readonly #awaiting = new Set<TrialId>();
  #running = 0;

  add(trial: OpenTrial): void {
    this.#byId.set(trial.proposal.id, trial);
    if (!isImport(trial)) this.#running++;
  }

  remove(trial: OpenTrial): void {
    const { id } = trial.proposal;
    this.#byId.delete(id);
    this.#awaiting.delete(id);
    if (!isImport(trial)) this.#running--;
  }

  /** Its attempt has failed, and another one is due. */
  postpone(trial: OpenTrial): void {
    trial.awaiting = true;
    this.#awaiting.add(trial.proposal.id);
  }

  /** Its next attempt has been suggested; nobody holds it yet. */
  handOutAgain(trial: OpenTrial, suggestion: SuggestedFact): void {
    trial.suggestion = suggestion;
    trial.awaiting = false;
    delete trial.run;
    delete trial.at;
    this.#awaiting.delete(trial.proposal.id);
  }

  get byId(): ReadonlyMap<TrialId, OpenTrial> {
    return this.#byId;
  }
  /** How many take a slot; imports do not. */
  get running(): number {
    return this.#running;
  }
  /** How many of those wait for their next attempt. */
  get awaiting(): number {
    return this.#awaiting.size;
  }
  /** The one whose next attempt has been due for longest. */
  get due(): OpenTrial | undefined {
    const [id] = this.#awaiting;
    return id === undefined ? undefined : this.#byId.get(id);
  }
}

const isImport = ({ proposal }: OpenTrial): boolean => proposal.by === 'import';
