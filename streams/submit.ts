import type { Fact } from '../src/facts/facts.ts';
import type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { decide, type Intent, RefusedError, type Submitted } from '../src/study/commands.ts';
import { dryRunChange } from './engine/dryRun.ts';
import type { Log } from './log/log.ts';

/** Appends facts to a log and waits until the study has applied them. */
export interface Submitter {
  /** @returns the position of the fact. @throws RefusedError if it does not count; what keeps the log from storing it. */
  append(fact: Fact): Promise<number>;
  /** Takes every entry that the study applies. */
  note(entry: AppliedEntry): void;
  /** The study will apply nothing more: all that waits fails. */
  end(error: unknown): void;
}

/** Recognises a fact that comes back from the log by a request number, of which each process has its own. */
export function submitter(log: Pick<Log, 'append'>): Submitter {
  const own = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('');
  const waiting = new Map<string, { readonly resolve: (position: number) => void; readonly reject: (error: unknown) => void }>();
  let count = 0;
  return {
    append: async (fact) => {
      const request = `${own}.${++count}`;
      const applied = new Promise<number>((resolve, reject) => waiting.set(request, { resolve, reject }));
      applied.catch(() => {}); // the study may end while the fact is being stored
      try {
        while ((await log.append({ ...fact, request })) === 'fenced'); // entries of others do not make it wrong
      } catch (error) {
        waiting.delete(request);
        throw error;
      }
      return applied;
    },
    note: ({ fact, position, refusal }) => {
      if (waiting.size === 0) return;
      const { request } = (fact ?? {}) as { readonly request?: string };
      const waiter = request === undefined ? undefined : waiting.get(request);
      if (!waiter) return;
      waiting.delete(request!);
      if (refusal) waiter.reject(new RefusedError(refusal));
      else waiter.resolve(position);
    },
    end: (error) => {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

/**
 * Decides what a person asks of a study, and waits until the study has applied it. A configuration for which there is no room raises the limit
 * of trials after it is in the queue: before, a strategy could take the room.
 *
 * @throws RefusedError; OptionError and what a strategy throws that does not suit the study.
 */
export async function submit<P>(intent: Intent, ledger: Ledger<P>, append: Submitter['append']): Promise<Submitted> {
  const fact = decide(intent, ledger, (strategy) => dryRunChange(ledger, strategy));
  if ('code' in fact) throw new RefusedError(fact);
  const position = await append(fact);
  const { planned, settings } = ledger;
  if (fact.type === 'enqueued' && planned > (settings.limits.trials ?? Number.POSITIVE_INFINITY))
    await append({ type: 'changed', limits: { trials: planned } });
  return { position, fact };
}
