import { isRefusal, parseFact } from '../../../facts/parse.ts';
import type { AppliedEntry } from '../../../ledger/appliedEntry.ts';
import { isRecord } from '../../../schema/json.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { appliedEntriesIn, rowOf } from '../../../stores/trialTable.ts';
import type { TrialId } from '../../../strategy/messages.ts';
import { shown } from '../../../study/shown.ts';
import { print } from '../../../text/output.ts';
import { textTable } from '../../terminal/table.ts';

/** The entries of the log about one trial, also those that do not count. @returns the exit status */
export async function printTrialFacts(study: CommandStudy, trial: TrialId, json: boolean): Promise<number> {
  const entries = await appliedEntriesIn(study);
  const found = entriesAbout(trial, entries);
  const isNamed = entries.some(({ author }) => author !== undefined);
  if (found.length === 0) await rowOf(study, trial); // says which trials there are
  const rows = found.map((entry) => {
    const { type = '?', ...fields } = isRecord(entry.fact) ? entry.fact : {};
    const details = [...(entry.refusal ? [`does not count: ${entry.refusal.message}`] : []), ...detailsOf(fields)];
    return [String(entry.position), new Date(entry.at).toISOString(), authorOf(entry, isNamed), shown(type), details.join(', ')];
  });
  if (json)
    print(JSON.stringify(found.map(({ position, at, author, fact, refusal }) => omitUndefined({ position, at, author, fact, refusal }))));
  else print(textTable(['position', 'time (UTC)', 'author', 'fact', 'details'], rows));
  return 0;
}

/** The entries about a trial, with the configuration that a person enqueued or proposed for it. */
function entriesAbout(trial: TrialId, entries: readonly AppliedEntry[]): readonly AppliedEntry[] {
  const isAbout = ({ fact }: AppliedEntry) =>
    isRecord(fact) && (fact.trial === trial || (Array.isArray(fact.uncounted) && fact.uncounted.includes(trial)));
  const about = entries.filter(isAbout);
  const origins = new Set(
    about.flatMap(({ fact, refusal }) => (refusal ? [] : [(fact as { queue?: unknown }).queue, (fact as { proposal?: unknown }).proposal])),
  );
  return [...entries.filter(({ position }) => origins.has(position)), ...about];
}

/** What people write without a name. */
const BY_PEOPLE = new Set(['enqueued', 'retracted', 'cancelled', 'annotated', 'changed']);

/** The author of an entry. @param isNamed whether the log names trainers: a journal of one process does not. */
function authorOf({ author, fact: data }: AppliedEntry, isNamed: boolean): string {
  if (author !== undefined) return author;
  const fact = parseFact(data);
  if (isRefusal(fact)) return '';
  if ('user' in fact && fact.user !== undefined) return fact.user;
  if (fact.type === 'proposed') return fact.proposer;
  if (fact.type === 'started') return fact.trainer ?? '';
  if (BY_PEOPLE.has(fact.type)) return 'person';
  return isNamed || fact.type === 'suggested' ? 'engine' : '';
}

/** Fields that the other columns or other commands show: `why` the tags, `logs` the trace. */
const ELSEWHERE = new Set(['trial', 'tags', 'trace', 'user', 'request', 'trainer', 'proposer']);

function detailsOf(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (ELSEWHERE.has(name)) return [];
    const isNamed = isRecord(value) && Object.values(value).every((one) => typeof one !== 'object');
    if (!isNamed) return [`${name} ${typeof value === 'object' ? JSON.stringify(value) : shown(value)}`];
    const pairs = Object.entries(value).map(([key, one]) => `${key}=${shown(one)}`);
    return name === 'params' || name === 'values' ? pairs : [`${name} ${pairs.join(' ')}`];
  });
}
