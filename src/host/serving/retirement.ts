import { onStatus } from '../../../streams/nats/connection/connection.ts';
import { isPassing, isStreamMissing } from '../../../streams/nats/connection/retry.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { namingOf, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { type Summary, summariesOn } from '../../../streams/nats/serve/summaries.ts';
import { deleted } from '../../../streams/nats/studyError.ts';
import { messagesOf } from '../../errors.ts';
import { studyStatusOf } from '../../study/status.ts';
import { archivedIn, asAdmin, deleteArchived } from './archiving.ts';
import type { ArchiveOptions } from './retireOptions.ts';
import type { ServedHere, ServingOptions } from './served.ts';
import type { Serving } from './serving.ts';

/** Milliseconds since a log came to the server: one that was restored stays as if it had just closed. */
const ageOf = (created: string): number => Date.now() - Date.parse(created);

/** Studies that are checked at a time. */
const STUDIES_AT_ONCE = 64;

/** Decides which closed studies of a server an engine need not have loaded, and which of these are archived. */
export interface Retirement {
  /** Unloads a study if it has been closed for long enough. */
  consider(life: ServedHere): Promise<void>;
  /** Notices studies that were deleted or archived elsewhere, and archives those that have been closed for long. @param names of the studies on the server */
  keep(names: readonly string[]): Promise<void>;
  close(): void;
}

/**
 * Begins with the studies that an engine has unloaded before.
 *
 * @param names the studies on the server that may be unloaded. @param fits whether a study may be listed. @param known a study of this process
 */
export async function retirement(
  options: ServingOptions,
  serving: Serving,
  names: readonly string[],
  fits: (study: string) => boolean,
  known: (study: string) => ServedHere,
): Promise<Retirement> {
  const { nc, naming = namingOf(), nats, access, quota, settings, retire } = options;
  const after = () => (retire?.().unloadAfter ?? Number.POSITIVE_INFINITY) * 1000;
  const summaries = await summariesOn(nc, naming, settings.replicas);
  const place = serverPlace(nc, nats, naming);
  const unloaded = () => serving.all.filter(({ phase }) => phase() === 'unloaded');

  /** Whether the log of a study is still as it was. */
  const isSame = async (study: string, { status, created }: Summary): Promise<boolean> => {
    const now = await summaries.logOf(study);
    return now.position === status.position && now.created === created;
  };
  const unload = async (life: ServedHere) => {
    const { study, here } = life;
    if (life.phase() !== 'closed' || performance.now() - here.neededAt < after()) return;
    const { ledger, rows } = here.engine!.port;
    if (Date.now() - rows.at < after()) return;
    const status = studyStatusOf(ledger, 'closed', rows);
    const { created, position } = await summaries.logOf(study);
    if (position !== status.position || ageOf(created) < after()) return;
    const summary = { status, objective: ledger.settings.objectives[0]!, created, spent: quota?.spentBy(study) };
    await summaries.put(study, summary);
    if (!life.send('retired', { summary })) return; // it was reopened meanwhile
    life.line('unloaded, as it is closed; a request loads it again');
    await summaries.endDelivery(study);
    if (!(await isSame(study, summary))) await life.needed();
  };
  let isArchiving = false;
  /** Studies that this process cannot archive, with how it has tried. */
  const failed = new Map<string, ArchiveOptions>();
  const archive = async (life: ServedHere, summary: Summary, { to, as }: ArchiveOptions) => {
    const { study } = life;
    const path = await archivedIn(to, place, study);
    const archived = { summary: { ...summary, archive: path } };
    await summaries.put(study, archived.summary);
    await asAdmin({ nats, naming, access, as }, place, (there) => deleteArchived(there, study, summary.status.position, path));
    life.send('archived', archived);
    life.line(`archived in ${path}, and deleted from the server`);
  };
  /** Archives one study after the other. */
  const archiveAll = async () => {
    const how = retire?.().archive;
    if (how === undefined || isArchiving) return;
    isArchiving = true;
    for (const life of unloaded()) {
      const summary = life.here.summary!;
      const isDue = Math.min(Date.now() - summary.status.at, ageOf(summary.created)) >= how.after * 1000;
      if (!isDue || failed.get(life.study) === how || nc.isClosed()) continue;
      await archive(life, summary, how).catch((error) => {
        if (isPassing(error) || isStreamMissing(error) || life.phase() !== 'unloaded') return; // later, or another process has done it
        failed.set(life.study, how);
        life.line(`cannot be archived: ${messagesOf(error).join('; ')}`, { level: 'error' });
      });
    }
    isArchiving = false;
  };
  /** Loads the studies to which an entry was written while this process did not hear it. */
  const loadChanged = async (): Promise<void> => {
    const all = unloaded();
    const look = async (life: ServedHere) => {
      const same = await isSame(life.study, life.here.summary!).catch((error) => !isStreamMissing(error)); // `keep` notices what is missing
      if (!same) life.send('needed');
    };
    for (let i = 0; i < all.length; i += STUDIES_AT_ONCE) await Promise.all(all.slice(i, i + STUDIES_AT_ONCE).map(look));
  };

  if (retire)
    for (const [study, { archive, ...summary }] of await summaries.read())
      if (names.includes(study)) known(study).send('retired', { summary });
      else if (archive !== undefined && fits(study)) known(study).send('archived', { summary: { ...summary, archive } });
  await loadChanged();
  const unsubscribe = onStatus(nc, ({ type }) => {
    if (type === 'reconnect') loadChanged().catch(() => {}); // the next connection checks again
  });
  return {
    consider: async (life) => {
      if (!Number.isFinite(after())) return;
      await unload(life).catch((error) => {
        if (!isPassing(error) && !isStreamMissing(error)) throw error;
      });
    },
    keep: async (on) => {
      const there = new Set(on);
      const gone = unloaded().filter(({ study }) => !there.has(study));
      const now = gone.length > 0 ? await summaries.read() : new Map<string, Summary>(); // another process may have archived it
      for (const life of gone) {
        const summary = now.get(life.study);
        if (summary?.archive !== undefined) life.send('archived', { summary });
        else life.send('deleted', { error: deleted(subjectsOf(life.study, naming).stream) });
      }
      void archiveAll();
    },
    close: () => {
      unsubscribe();
      summaries.close();
    },
  };
}
