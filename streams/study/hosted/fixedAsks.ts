import type { Params } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { OpenTrial } from '../../../src/ledger/trial.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { decide, RefusedError } from '../../../src/study/commands.ts';
import type { Suggestion } from '../../engine/directive.ts';
import { type Origin, requestOf, type Submitter } from '../../engine/submit.ts';

/** How many asks with fixed values may wait for their trial. */
const MOST_ASKS = 64;

/** An ask whose trial must have some values. */
export interface FixedAsk<P> {
  /** Its name, so that it can be repeated. */
  readonly request: string;
  readonly fixed: Params;
  readonly user?: Origin['user'];
  readonly ledger: Ledger<P>;
  readonly append: Submitter['append'];
  /** Waits for a suggestion. */
  readonly wait: (accepts: (suggestion: Suggestion<P>) => boolean) => Promise<Suggestion<P> | undefined>;
}

/** Asks with fixed values. Each becomes an `enqueued` fact, and gets the suggestion that serves this fact if it still waits for it. */
export class FixedAsks<P> {
  /** The position of the fact of each ask whose trial has not started, by the name of the ask. */
  readonly #positions = new Map<string, number>();
  readonly #requests = new Map<TrialId, string>();
  /** The asks that wait now. */
  readonly #waiting = new Set<string>();

  /** Takes every entry that the study applies. */
  apply({ fact, effect, position }: AppliedEntry<P>): void {
    if (effect === 'noted' && fact.type === 'enqueued' && fact.rest) {
      const request = requestOf(fact);
      if (request !== undefined) this.#positions.set(request, position);
    }
    if (effect === 'suggested' && fact.queue !== undefined) {
      const request = this.#requestAt(fact.queue);
      if (request !== undefined) this.#requests.set(fact.trial, request);
    }
    if (effect === 'noted' && fact.type === 'started') this.#forget(fact.trial);
    if (effect === 'ended') this.#forget(fact.trial);
  }

  /** Whether a suggestion is for an ask that waits for it. */
  isAwaited({ queue }: Suggestion<P>): boolean {
    const request = queue === undefined ? undefined : this.#requestAt(queue);
    return request !== undefined && this.#waiting.has(request);
  }

  /** Whether an ask has a fact, and its trial has not started. */
  has(request: string): boolean {
    return this.#positions.has(request);
  }

  /** @returns undefined if there is no suggestion, or no new configuration may begin. @throws RefusedError if the values do not fit the space. */
  async ask({ request, fixed, user, ledger, append, wait }: FixedAsk<P>): Promise<Suggestion<P> | undefined> {
    this.#waiting.add(request);
    try {
      if (!this.#positions.has(request)) {
        if (!hasRoom(ledger)) return undefined;
        if (this.#positions.size >= MOST_ASKS)
          throw new RefusedError({ code: 'too-many', message: `${MOST_ASKS} asks with fixed values are already waiting for their trials` });
        const fact = decide({ type: 'enqueue', params: fixed, rest: 'strategy' }, ledger, (strategy) => strategy);
        if ('code' in fact) throw new RefusedError({ ...fact, message: `ask: ${fact.message}` });
        await append(fact, { user, request });
      }
      return await wait(({ queue }) => queue !== undefined && queue === this.#positions.get(request));
    } finally {
      this.#waiting.delete(request);
    }
  }

  #requestAt(position: number): string | undefined {
    for (const [request, known] of this.#positions) if (known === position) return request;
    return undefined;
  }

  #forget(trial: TrialId): void {
    const request = this.#requests.get(trial);
    if (request === undefined) return;
    this.#requests.delete(trial);
    this.#positions.delete(request);
  }
}

/** Whether a new configuration may begin after those that are planned. */
export const hasRoom = <P>({ planned, settings, closed }: Ledger<P>): boolean =>
  closed === undefined && planned < (settings.limits.trials ?? Number.POSITIVE_INFINITY);

/**
 * Why an ask with fixed values would wait for ever: trials that only other asks can get use up `parallel`.
 *
 * @param isLeft whether such a trial waits for an ask
 */
export function blockedBy<P>({ open, running, settings }: Ledger<P>, isLeft: (trial: OpenTrial<P>) => boolean): RefusedError | undefined {
  const parallel = settings.parallel + settings.joined;
  const [first] = open.keys();
  if (first === undefined || running < parallel) return undefined;
  for (const trial of open.values()) if (!trial.awaiting && !isLeft(trial)) return undefined;
  const message = `ask: trial ${first} waits for an ask without fixed values, and parallel (${parallel}) allows no more trials: ask for it first, or raise parallel`;
  return new RefusedError({ code: 'too-many', message });
}
