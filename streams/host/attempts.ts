import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { OpenTrial } from '../../src/ledger/trial.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { Leases } from '../engine/leases.ts';
import type { Log } from '../log/log.ts';

/** How attempts reach trainers that do not ask this process. */
export interface Offers {
  /** Looks whether trainers ask, and whether they get what they may claim. */
  look(): Promise<void>;
  /** Whether trainers have asked for trials for at least a lease without getting this attempt. */
  isPassedOver(trial: TrialId): boolean;
}

export interface AttemptsOptions<P> {
  readonly ledger: () => Ledger<P>;
  readonly log: Pick<Log, 'head' | 'append'>;
  /** Milliseconds. */
  readonly lease: number;
  /** Default: a trainer that asks gets what it may claim. */
  readonly offers?: Offers;
  /** Called when the log cannot be read or written. */
  readonly fail: (error: unknown) => void;
}

/**
 * Ends attempts that get nowhere, with the fact `failed` and the reason `lost`: of trainers that are silent for a lease, those that no trainer claims although
 * trainers ask, and those that should stop and have no trainer. The study then suggests the next attempt, unless the trial is over.
 *
 * @typeParam P the type of configurations
 */
export class Attempts<P> {
  readonly #options: AttemptsOptions<P>;
  readonly #leases: Leases;
  #isJudging = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: AttemptsOptions<P>) {
    this.#options = options;
    this.#leases = new Leases(options.lease);
  }

  /** Begins to watch the time. */
  watch(): void {
    this.restart();
    this.#timer = setInterval(() => void this.#judge().catch(this.#options.fail), this.#leases.interval);
  }

  /** Gives every attempt the whole time again, because messages of its trainer may be lost. */
  restart(): void {
    this.#leases.restart(performance.now());
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes every entry that the study applies. */
  apply({ fact, refusal }: AppliedEntry<P>): void {
    if (refusal || !('trial' in fact) || fact.trial === undefined) return;
    const trial = this.#options.ledger().open.get(fact.trial);
    if (trial === undefined || trial.awaiting || trial.proposal.by === 'import') this.#leases.end(fact.trial);
    else this.#extend(fact.trial, trial);
  }

  /** A trainer that holds the trial is there. */
  heard(trial: TrialId): void {
    this.#leases.extend(trial, performance.now());
  }

  /** Ends an attempt that should stop at once if it has no trainer that could obey. If a trainer claims it first, the claim counts. */
  stop(id: TrialId, by: string): void {
    const trial = this.#options.ledger().open.get(id);
    const isOver = by === 'person' || by === 'closed';
    if (isOver && trial?.run === undefined && trial?.awaiting === false)
      this.lose(trial, 'no trainer claimed it').catch(this.#options.fail);
  }

  /** Ends an attempt as lost. */
  async lose({ proposal: { id }, suggestion: { attempt }, run }: OpenTrial<P>, message: string): Promise<void> {
    await this.#options.log.append(omitUndefined({ type: 'failed', trial: id, attempt, run, reason: 'lost', message }));
  }

  /** An attempt that some trainers may not take waits for others twice as long, and is then for all. */
  #extend(id: TrialId, { run, suggestion }: OpenTrial<P>): void {
    this.#leases.extend(id, performance.now(), run === undefined && suggestion.avoid ? 2 : 1);
  }

  /** Judges the attempts whose time is up. A fact that is stored but not applied yet counts as a heartbeat. */
  async #judge(): Promise<void> {
    const due = this.#leases.due(performance.now());
    if (due.length === 0 || this.#isJudging) return;
    this.#isJudging = true;
    try {
      const { ledger, log, offers } = this.#options;
      const head = await log.head();
      if (due.some((id) => ledger().open.get(id)?.run === undefined)) await offers?.look();
      for (const id of due) {
        const trial = ledger().open.get(id);
        if (this.#timer === undefined || trial === undefined || !this.#leases.isDue(id, performance.now())) continue;
        this.#extend(id, trial);
        if (ledger().position < head) continue;
        if (trial.run !== undefined) await this.lose(trial, 'no heartbeat');
        else if (this.#isStuck(trial)) await this.lose(trial, 'no trainer claimed it');
      }
    } finally {
      this.#isJudging = false;
    }
  }

  #isStuck({ cancelled, suggestion, proposal }: OpenTrial<P>): boolean {
    return cancelled || suggestion.avoid !== undefined || (this.#options.offers?.isPassedOver(proposal.id) ?? false);
  }
}
