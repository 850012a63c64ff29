import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';

/** The number of positions whose times are kept. A decision follows soon after the last entry that it is based on. */
const REMEMBERED = 512;

/** The durations that end with an entry, in seconds. */
interface Times {
  /** From the last fact that a decision is based on to the suggestion. */
  readonly asked?: number | undefined;
  /** From a suggestion to its claim. */
  readonly claimed?: number | undefined;
  /** From the end of an attempt to the next claim of the same trainer. */
  readonly idle?: number | undefined;
  /** From a claim to the end of the attempt. */
  readonly trained?: number | undefined;
}

const seconds = (from: number | undefined, to: number): number | undefined =>
  from === undefined ? undefined : Math.max(0, to - from) / 1000;

/** Measures durations of a study by the times in its log. */
export class StudyTimes {
  readonly #entries = new Map<number, number>();
  readonly #suggested = new Map<TrialId, number>();
  readonly #claimed = new Map<TrialId, { readonly at: number; readonly trainer: string }>();
  /** When each trainer ended the attempts after which it has claimed no other one. */
  readonly #free = new Map<string, number[]>();

  /** Takes an entry that counts. */
  fold({ position, at, author, fact, effect, refusal }: AppliedEntry): Times {
    this.#entries.set(position, at);
    this.#entries.delete(position - REMEMBERED);
    if (refusal) return {};
    if (fact.type === 'suggested') {
      if (effect !== 'void') this.#suggested.set(fact.trial, at);
      return { asked: seconds(fact.after === undefined ? undefined : this.#entries.get(fact.after), at) };
    }
    if (fact.type === 'started') return this.#claim(fact.trial, author ?? fact.trainer ?? '', at);
    if (fact.type !== 'completed' && fact.type !== 'stopped' && fact.type !== 'failed' && effect !== 'ended') return {};
    return 'trial' in fact ? { trained: this.#end(fact.trial, at, fact.type === 'failed' && fact.reason === 'lost') } : {};
  }

  #claim(trial: TrialId, trainer: string, at: number): Times {
    const claimed = seconds(this.#suggested.get(trial), at);
    this.#suggested.delete(trial);
    this.#claimed.set(trial, { at, trainer });
    return { claimed, idle: seconds(this.#free.get(trainer)?.shift(), at) };
  }

  /** A trainer that is lost is not idle. */
  #end(trial: TrialId, at: number, isLost: boolean): number | undefined {
    this.#suggested.delete(trial);
    const claim = this.#claimed.get(trial);
    this.#claimed.delete(trial);
    if (claim === undefined) return undefined;
    if (!isLost) this.#free.set(claim.trainer, [...(this.#free.get(claim.trainer) ?? []), at]);
    return seconds(claim.at, at);
  }
}
