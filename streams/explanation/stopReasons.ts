import type { Created } from '../../src/facts/facts.ts';
import { identityOf } from '../../src/facts/parse.ts';
import { DECISIONS } from '../../src/facts/versions.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { StudyLog } from '../../src/study/source.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import { readUpTo } from '../log/past.ts';
import { Replay } from './replay.ts';

/**
 * Why trials were stopped, recomputed from the log up to a position, as text for people. A trial is missing if the reason is unknown, because the
 * strategy is code, or another version of the decisions stopped it.
 *
 * @param only the trial to explain, if not all
 */
export async function stopReasons(
  source: StudyLog,
  created: Created,
  parse: ParseStrategy,
  upTo: number,
  only?: TrialId,
): Promise<ReadonlyMap<TrialId, string>> {
  const reasons = new Map<TrialId, string>();
  const replay = replayOf(source, created, parse);
  const cancelled = new Set<TrialId>();
  let isClosed = false;
  try {
    for await (const entries of readUpTo(source.past(1), upTo)) {
      for (const entry of entries) {
        const { type, trial } = identityOf(entry.fact);
        if (type === 'stopped' && trial !== undefined && (only ?? trial) === trial) {
          const reason = await reasonOf(replay, trial, cancelled.has(trial), isClosed);
          if (reason !== undefined) reasons.set(trial, reason);
        }
        if (entry.author === undefined) {
          if (type === 'cancelled' && trial !== undefined) cancelled.add(trial);
          if (type === 'closed' || type === 'changed') isClosed = type === 'closed'; // as the ledger has it
        }
        replay?.take(entry);
      }
    }
  } catch {
    // If the log cannot be replayed, there are no reasons; `hypertide verify` says why.
  } finally {
    replay?.dispose();
  }
  return reasons;
}

function replayOf(source: StudyLog, created: Created, parse: ParseStrategy): Replay | undefined {
  if (created.decisions !== DECISIONS) return undefined;
  try {
    return new Replay(source, created, parse);
  } catch {
    return undefined; // its strategy is code
  }
}

async function reasonOf(replay: Replay | undefined, trial: TrialId, isCancelled: boolean, isClosed: boolean): Promise<string | undefined> {
  const stop = await replay?.stop(trial);
  if (stop !== undefined) return stop.why === undefined ? `by ${stop.by}` : `by ${stop.by}: ${stop.why}`;
  if (isCancelled) return 'because it was cancelled';
  return isClosed ? 'because the study had ended' : undefined;
}
