import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Attempts } from '../../attempts/attempts.ts';

/** Unclaimed trials beyond the free slots: with them, a trainer that ends a trial finds the next one ready. */
const SPARE_TRIALS = 2;
/** Milliseconds between two questions about waiting pulls: the first pause, which doubles while none waits, and the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;

export interface LookaheadOptions {
  readonly attempts: Pick<Attempts, 'claimed' | 'unclaimed'>;
  /** The slots of the trainers that announce themselves. */
  readonly slots: () => number;
  /** How many pulls wait at the server that it cannot answer; undefined if this engine should not ask, because another one leads. */
  readonly waiting: () => Promise<number | undefined>;
  /** Called when a trial may be wanted. */
  readonly wake: () => void;
}

/**
 * Says whether an engine may suggest another trial: only as many are ahead as connected trainers have slots for, and two. Otherwise a study with a
 * large `parallel` would fill the server, and models would decide long before there is a trainer.
 *
 * Workers announce their slots. A trainer that only pulls needs no announcement, because its claim makes room for the next suggestion. Only if trainers
 * take suggestions and do not claim them, the others would wait: so the server is asked now and then how many do.
 */
export class Lookahead {
  readonly #options: LookaheadOptions;
  /** For how many waiting pulls nothing has been suggested yet. */
  #pulls = 0;
  /** Whether the engine waits for room. */
  #isBlocked = false;
  #pause = FIRST_PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(options: LookaheadOptions) {
    this.#options = options;
  }

  /** Whether another trial may be suggested now. */
  isWanted = (): boolean => {
    this.#isBlocked = !this.#hasRoom && this.#pulls === 0;
    if (this.#isBlocked) this.#askLater();
    return !this.#isBlocked;
  };

  /** Takes each entry that the study has applied. */
  apply({ fact, refusal }: AppliedEntry): void {
    if (!refusal && fact.type === 'suggested' && this.#pulls > 0) this.#pulls--;
  }

  /** A trainer has announced itself. */
  announced(): void {
    this.#wake();
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  get #hasRoom(): boolean {
    const { attempts, slots } = this.#options;
    return attempts.unclaimed.forAll < SPARE_TRIALS + Math.max(0, slots() - attempts.claimed);
  }

  #askLater(): void {
    if (this.#isOver) return;
    this.#timer ??= setTimeout(() => void this.#ask(), this.#pause).unref();
  }

  async #ask(): Promise<void> {
    const pulls = this.#hasRoom ? undefined : await this.#options.waiting().catch(() => undefined); // it asks again
    this.#timer = undefined;
    if (this.#isOver) return;
    this.#pulls = pulls ?? 0;
    this.#pause = this.#pulls > 0 ? FIRST_PAUSE : Math.min(2 * this.#pause, LONGEST_PAUSE);
    this.#wake();
  }

  #wake(): void {
    if (this.#isBlocked) this.#options.wake();
  }
}
