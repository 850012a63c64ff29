/** Whether it is the turn of an external proposer, and how many of its proposals wait to be used. */
export type Turn =
  | { readonly next: 'propose' | 'wait'; readonly waiting: number }
  | { readonly next: 'over'; readonly waiting: number; readonly reason: string };

export interface TurnOptions {
  /** How many proposals the proposer makes in advance. Default: 1. */
  readonly ahead?: number | undefined;
  /** Seconds to wait for the turn. Default: 0. */
  readonly wait?: number | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Lets proposers wait for their turns. */
export class Turns {
  readonly #turnOf: (proposer: string, ahead?: number) => Turn;
  readonly #waiting = new Set<() => void>();

  constructor(turnOf: (proposer: string, ahead?: number) => Turn) {
    this.#turnOf = turnOf;
  }

  /** Checks whose turn it is: call this when it may have changed. */
  look(): void {
    for (const look of this.#waiting) look();
  }

  /** Waits for a turn, or until the time is over. @throws RefusedError if the strategy has no such proposer */
  async wait(proposer: string, { ahead, wait = 0, signal }: TurnOptions): Promise<Turn> {
    const turn = this.#turnOf(proposer, ahead);
    if (turn.next !== 'wait' || wait === 0) return turn;
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const look = () => {
        try {
          if (this.#turnOf(proposer, ahead).next !== 'wait') end();
        } catch (error) {
          reject(error); // another strategy has replaced it
          end();
        }
      };
      const timer = setTimeout(end, wait * 1000);
      this.#waiting.add(look);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
    });
    return this.#turnOf(proposer, ahead);
  }
}
