import { isRecord } from '../../../src/schema/json.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Presence } from '../../../src/study/trainerRows.ts';
import { ABSENT } from '../protocol/messages.ts';

/** The most names kept: a new one replaces the one that was silent longest. */
const MOST_NAMES = 10_000;
/** More slots than any machine has, so few that their sum is exact. */
const MOST_SLOTS = 1e6;

/** The trainers that announce their presence. Callers pass the time, in milliseconds of a clock that never goes back. */
export class Roster {
  readonly #heard = new Map<string, { readonly said: Omit<Presence, 'trainer' | 'silent'>; readonly at: number }>();
  #slots = 0;
  readonly #refused = new Set<string>();

  /** @param message from a trainer, not validated yet. @returns whether it is still present */
  hear(trainer: string, message: unknown, now: number): boolean {
    if (!isRecord(message)) return true;
    const { slots, offers, full, ended } = message;
    this.#forget(trainer); // so that the names stay in the order of their last messages
    if (ended === true) return false;
    this.#heard.set(trainer, {
      said: omitUndefined({
        slots: isCount(slots) ? slots : undefined,
        offers: isOffer(offers) ? offers : undefined,
        full: full === true || undefined,
      }),
      at: now,
    });
    if (full === true) this.#refused.add(trainer);
    this.#slots += isCount(slots) ? slots : 0;
    const [longest] = this.#heard.keys();
    if (this.#heard.size > MOST_NAMES) this.#forget(longest!);
    return true;
  }

  /** Whether it has announced itself before. */
  knows(trainer: string): boolean {
    return this.#heard.has(trainer);
  }

  /** Those with a recent message. */
  present(now: number): Presence[] {
    this.#forgetAbsent(now);
    return [...this.#heard].map(([trainer, { said, at }]) => ({ trainer, ...said, silent: Math.round((now - at) / 100) / 10 }));
  }

  /** How many slots they have. */
  slots(now: number): number {
    this.#forgetAbsent(now);
    return this.#slots;
  }

  /** Whether the server refuses facts of one of them, for lack of room. */
  isRefused(now: number): boolean {
    this.#forgetAbsent(now);
    return this.#refused.size > 0;
  }

  #forgetAbsent(now: number): void {
    for (const [trainer, { at }] of this.#heard) {
      if (now - at <= ABSENT) return;
      this.#forget(trainer);
    }
  }

  #forget(trainer: string): void {
    this.#slots -= this.#heard.get(trainer)?.said.slots ?? 0;
    this.#refused.delete(trainer);
    this.#heard.delete(trainer);
  }
}

const isCount = (slots: unknown): slots is number => Number.isSafeInteger(slots) && Number(slots) >= 0 && Number(slots) <= MOST_SLOTS;

const isOffer = (offers: unknown): offers is Readonly<Record<string, number>> =>
  isRecord(offers) && JSON.stringify(offers).length <= 1024 && Object.values(offers).every(Number.isFinite);
