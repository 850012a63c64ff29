import type { Observable } from 'rxjs';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { MOST_PROPOSALS } from '../../../src/ledger/proposers.ts';
import { refuseProposer } from '../../../src/study/commands.ts';

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

interface Proposed {
  readonly ledger: () => Ledger<unknown>;
  /** Whether the study waits for a proposer now. */
  readonly isAwaited: (proposer: string) => boolean;
}

/** Lets external proposers wait for their turns. */
export class Turns {
  readonly #study: Proposed;
  readonly #waiting = new Set<() => void>();

  /** @param live$ the entries as the study applies them. */
  constructor(study: Proposed, live$: Observable<unknown>) {
    this.#study = study;
    live$.subscribe({ next: () => this.look(), error: () => {} });
  }

  /** Checks whose turn it is: call this when it may have changed without an entry. */
  look(): void {
    for (const look of this.#waiting) look();
  }

  /** Waits for a turn, or until the time is over. @throws RefusedError if the strategy has no such proposer */
  async wait(proposer: string, { ahead, wait = 0, signal }: TurnOptions): Promise<Turn> {
    const turn = this.#of(proposer, ahead);
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
          if (this.#of(proposer, ahead).next !== 'wait') end();
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
    return this.#of(proposer, ahead);
  }
  #of(proposer: string, ahead = 1): Turn {
    const ledger = this.#study.ledger();
    refuseProposer(proposer, ledger);
    const { proposals, isAbsent } = ledger.inbox(proposer);
    const waiting = proposals.length;
    if (ledger.closed !== undefined) return { next: 'over', waiting, reason: ledger.closed };
    // A proposal that waits while the proposer is awaited or absent was rejected. An absent proposer is not waited for: its next proposal makes it
    // present again.
    const isDue = waiting < MOST_PROPOSALS && (this.#study.isAwaited(proposer) || waiting < ahead || isAbsent);
    return { next: isDue && !ledger.settings.paused ? 'propose' : 'wait', waiting };
  }
}
