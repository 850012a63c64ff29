import { ledgerFrom } from '../../streams/engine/applyEntries.ts';
import type { Entry } from '../facts/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isRecord } from '../schema/json.ts';
import type { LogSize } from '../study/place.ts';

/**
 * The entries of a log in a form that another kind of log can store. Entries that count stay as they are. The others keep only their position and the
 * reason, because what refused them, such as their author, may not exist there.
 */
export async function* portable(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  let ledger: Ledger<unknown> | undefined;
  for await (const entry of entries) {
    const { position, at, author, fact } = entry;
    ledger ??= ledgerFrom(entry);
    const refusal = ledger?.fold(entry).refusal;
    if (!ledger || refusal || !isRecord(fact)) yield { position, at, fact: { rejected: refusal?.code ?? 'out-of-place' } };
    else if (author === undefined) yield { position, at, fact };
    else yield { position, at, author, fact: fact.type === 'started' ? { trainer: author, ...fact } : fact };
  }
}

/** The first entries of a study, up to a position, for a new study that names it as its origin. */
export async function* branch(
  entries: AsyncIterable<Entry>,
  { study, from, at }: { readonly study: string; readonly from: string; readonly at: number },
): AsyncGenerator<Entry> {
  for await (const entry of portable(entries)) {
    const { fact } = entry;
    const isCreated = isRecord(fact) && fact.type === 'created';
    yield isCreated ? { ...entry, fact: { ...fact, study, origin: { study: from, position: at } } } : entry;
    if (entry.position >= at) return;
  }
}

/** The size of a log. */
export async function sizeOf(entries: AsyncIterable<Entry>): Promise<LogSize> {
  const encoder = new TextEncoder();
  let [count, longest] = [0, 0];
  for await (const { fact } of entries) {
    count++;
    longest = Math.max(longest, encoder.encode(JSON.stringify(fact) ?? '').length);
  }
  return { entries: count, longest };
}

/** Entries one by one. */
export async function* eachEntry(batches: AsyncIterable<readonly Entry[]>): AsyncGenerator<Entry> {
  for await (const batch of batches) yield* batch;
}
