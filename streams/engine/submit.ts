import type { Observable } from 'rxjs';
import type { Fact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type AtMost, refuseAbove } from '../../src/study/atMost.ts';
import { decide, LET_GO, RefusedError, type Submitted, uncounting } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { SubmitOrigin } from '../../src/study/source.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import type { AuthoredLog } from '../log/log.ts';
import { dryRunChange } from './dryRun.ts';

/** Where a fact comes from, if not from this process. */
export interface Origin extends SubmitOrigin {
  /** The trainer that wrote it. */
  readonly author?: string | undefined;
}

/** Appends facts to a log and waits until the study has applied them. */
export interface Submitter {
  /** @returns the position of the fact. @throws RefusedError if it does not count; what keeps the log from storing it. */
  append(fact: Fact, origin?: Origin): Promise<number>;
  /** Whether a request has its name from here: no client repeats it. */
  isOwn(request: string): boolean;
}

/**
 * Recognises a fact that comes back from the log by a request number, of which each process has its own.
 *
 * @param live$ the entries as the study applies them. When they end, everything that waits fails.
 */
export function submitter(log: Pick<AuthoredLog, 'append'>, live$: Observable<AppliedEntry>): Submitter {
  const own = `${[...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('')}.`;
  const waiting = new Map<string, { readonly resolve: (position: number) => void; readonly reject: (error: unknown) => void }>();
  let count = 0;
  const settle = ({ fact, position, author, refusal }: AppliedEntry) => {
    if (waiting.size === 0) return;
    const request = requestOf(fact);
    const waiter = request === undefined ? undefined : waiting.get(keyOf(request, author));
    if (!waiter) return;
    waiting.delete(keyOf(request!, author));
    if (refusal) waiter.reject(new RefusedError(refusal));
    else waiter.resolve(position);
  };
  const end = (error: unknown) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  live$.subscribe({ next: settle, error: end, complete: () => end(new RefusedError(LET_GO)) });
  return {
    append: (fact, { author, user, request: named } = {}) =>
      new Promise<number>((resolve, reject) => {
        const request = named ?? `${own}${++count}`;
        const key = keyOf(request, author);
        waiting.set(key, { resolve, reject });
        const whole = user === undefined ? { ...fact, request } : { ...fact, user, request };
        const store = (): Promise<void> =>
          log.append(whole, author).then(
            (outcome) => (outcome === 'fenced' ? store() : undefined), // entries of others do not invalidate it
            (error) => {
              waiting.delete(key);
              reject(error);
            },
          );
        void store();
      }),
    isOwn: (request) => request.startsWith(own),
  };
}

/** The name of the request that a fact answers. */
export const requestOf = (fact: unknown): string | undefined => (fact as { readonly request?: string } | undefined)?.request;

const keyOf = (request: string, author = ''): string => `${author}\n${request}`;

/**
 * Turns a person's command into a fact, and waits until the study has applied it. The limit of trials makes room for an enqueued configuration (in
 * place of a failed trial, or by a higher limit) only after it is in the queue: otherwise a strategy could use the room first.
 *
 * @param origin where the command comes from, and what it may ask for.
 * @throws RefusedError; OptionError and what a strategy throws that does not suit the study.
 */
export async function submit<P>(
  intent: Intent,
  { ledger, parseStrategy }: { readonly ledger: Ledger<P>; readonly parseStrategy: ParseStrategy },
  append: Submitter['append'],
  { atMost = {}, ...origin }: SubmitOrigin & { readonly atMost?: AtMost | undefined } = {},
): Promise<Submitted> {
  const fact = decide(intent, ledger, (strategy) => dryRunChange(ledger, strategy, parseStrategy));
  if ('code' in fact) throw new RefusedError(fact);
  if (fact.type === 'changed') refuseAbove(atMost, { parallel: fact.parallel, trials: fact.limits?.trials });
  const position = await append(fact, origin);
  const freed = uncounting(intent);
  if (freed) await append(freed);
  const { planned, settings } = ledger;
  if (fact.type === 'enqueued' && fact.for === undefined && planned > (settings.limits.trials ?? Number.POSITIVE_INFINITY))
    await append({ type: 'changed', limits: { trials: planned } });
  return { position, fact };
}
