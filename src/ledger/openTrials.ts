import type { SuggestedFact } from '../facts/facts.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { OpenTrial } from './trial.ts';

/** The map of open trials is copied after this many removals more than it has trials. */
const FEW_REMOVALS = 64;

/** The trials that have not ended: which of them take a slot, and which wait for their next attempt. */
export class OpenTrials<P> {
  #byId = new Map<TrialId, OpenTrial<P>>();
  /** How many were removed since `#byId` was copied. */
  #removed = 0;
  readonly #awaiting = new Set<TrialId>();
  #running = 0;

  add(trial: OpenTrial<P>): void {
    this.#byId.set(trial.proposal.id, trial);
    if (!isImport(trial)) this.#running++;
  }

  remove(trial: OpenTrial<P>): void {
    const { id } = trial.proposal;
    this.#byId.delete(id);
    if (++this.#removed > this.#byId.size + FEW_REMOVALS) this.#renew();
    this.#awaiting.delete(id);
    if (!isImport(trial)) this.#running--;
  }

  /**
   * V8 links each table that a map has outgrown to the next one, and keeps all of them, with the trials that were in them, from the moment when it
   * has moved the first to the old generation. A new map has no such past.
   */
  #renew(): void {
    this.#byId = new Map(this.#byId);
    this.#removed = 0;
  }

  /** Marks a trial whose attempt failed as due for another one. */
  await(trial: OpenTrial<P>): void {
    trial.awaiting = true;
    this.#awaiting.add(trial.proposal.id);
  }

  /** Begins the next attempt, which no run holds yet. */
  retry(trial: OpenTrial<P>, suggestion: SuggestedFact<P>): void {
    trial.suggestion = suggestion;
    trial.awaiting = false;
    delete trial.run;
    delete trial.at;
    delete trial.claimedAt;
    this.#awaiting.delete(trial.proposal.id);
  }

  get byId(): ReadonlyMap<TrialId, OpenTrial<P>> {
    return this.#byId;
  }
  /** How many take a slot; imports do not. */
  get running(): number {
    return this.#running;
  }
  /** The trial whose next attempt has been due longest. */
  get due(): OpenTrial<P> | undefined {
    const [id] = this.#awaiting;
    return id === undefined ? undefined : this.#byId.get(id);
  }
}

const isImport = ({ proposal }: OpenTrial<unknown>): boolean => proposal.by === 'import';

/** The open trials that a trainer holds, with its run. */
export const heldIn = <P>(open: ReadonlyMap<TrialId, OpenTrial<P>>): { readonly trial: TrialId; readonly run: string }[] =>
  [...open].flatMap(([trial, { run, awaiting }]) => (run === undefined || awaiting ? [] : { trial, run }));

/** How many open trials no trainer holds, imports included. */
export const waitingIn = <P>(open: ReadonlyMap<TrialId, OpenTrial<P>>): number => open.size - heldIn(open).length;

interface Counted<P> {
  readonly open: ReadonlyMap<TrialId, OpenTrial<P>>;
  readonly configurations: number;
}

/** How many of the configurations that count towards the limit of trials have ended. */
export const endedIn = <P>({ open, configurations }: Counted<P>): number =>
  configurations - [...open.values()].filter((trial) => !isImport(trial) && trial.suggestion.resumes === undefined).length;

/** Whether a closed study must wait for a trial. @param areClaimed whether trainers claim trials: a trial then runs only after a claim */
export const isTrialRunning = <P>({ open }: Pick<Counted<P>, 'open'>, areClaimed = false): boolean =>
  [...open.values()].some((trial) => !trial.awaiting && (areClaimed ? trial.run !== undefined : !isImport(trial)));
