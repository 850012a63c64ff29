import { onStatus } from '../../../streams/nats/connection/connection.ts';
import { isPassing, isStreamMissing } from '../../../streams/nats/connection/retry.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { namingOf, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { isInbox, refuseRequests, respond } from '../../../streams/nats/rpc.ts';
import { enlist } from '../../../streams/nats/serve/listing.ts';
import { type Summary, summariesOn } from '../../../streams/nats/serve/summaries.ts';
import { messagesOf } from '../../errors.ts';
import { isTrialRunning } from '../../ledger/openTrials.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { RefusedError } from '../../study/commands.ts';
import { archivedText, studyStatusOf } from '../../study/status.ts';
import { ofStudy } from '../../text/statusLine.ts';
import { archivedIn, asAdmin, deleteArchived } from './archiving.ts';
import { type ServingOptions, shownName } from './observed.ts';
import { reaching } from './reaching.ts';
import type { ArchiveOptions } from './retireOptions.ts';
import type { Serving } from './serving.ts';

/** Milliseconds since a log came to the server: one that was restored stays as if it had just closed. */
const ageOf = (created: string): number => Date.now() - Date.parse(created);

/** Studies that are checked at a time. */
const STUDIES_AT_ONCE = 64;

/** A closed study that is not loaded: what it was, and what ends its answers. */
interface Retired {
  readonly summary: Summary;
  /** Lists it no more. */
  readonly hide: () => void;
  /** Answers no more requests to load it. */
  readonly end: () => void;
}

/** The closed studies of a server that this process has unloaded. They take almost no memory, and are loaded again when someone needs them. */
export interface Retirement {
  has(study: string): boolean;
  /** Unloads a study if it has been closed for long enough. */
  consider(study: string): Promise<void>;
  /** Lets go of studies that were deleted or restored, and archives those that have been closed for long. @param names of the studies on the server */
  keep(names: readonly string[]): Promise<void>;
  /** Lets go of a study whose log is new on the server. */
  release(study: string): void;
  close(): void;
}

/**
 * Unloads studies, and begins with those that an engine has unloaded before.
 *
 * @param names the studies on the server that may be unloaded. @param fits whether a study may be listed. @param load serves a study again; resolves when it can answer
 */
export async function retirement(
  options: ServingOptions,
  serving: Serving,
  names: readonly string[],
  fits: (study: string) => boolean,
  load: (study: string) => Promise<void>,
): Promise<Retirement> {
  const { nc, naming = namingOf(), nats, access, screen, server, quota, settings, retire } = options;
  const after = () => (retire?.().unloadAfter ?? Number.POSITIVE_INFINITY) * 1000;
  const summaries = await summariesOn(nc, naming, settings.replicas);
  const retired = new Map<string, Retired>();
  /** When studies were loaded again, by a clock that never goes back. */
  const loaded = new Map<string, number>();
  const unloading = new Set<string>();

  /** Studies that are being loaded again. */
  const loading = new Map<string, Promise<void>>();

  const release = (study: string) => {
    const known = retired.get(study);
    retired.delete(study);
    known?.hide();
    known?.end();
  };
  const loadAgain = async (study: string): Promise<void> => {
    const known = retired.get(study);
    if (known === undefined) return loading.get(study);
    retired.delete(study);
    known.hide();
    loaded.set(study, performance.now());
    const again = load(study).finally(() => {
      loading.delete(study);
      known.end(); // until here, others can ask for the same
    });
    loading.set(study, again);
    await again;
  };
  const retain = (study: string, summary: Summary) => {
    release(study);
    const subjects = subjectsOf(study, naming);
    const { status, objective, archive } = summary;
    if (summary.spent) quota?.recall(study, summary.spent);
    const shown = shownName(options, study);
    const open = () =>
      archive === undefined
        ? loadAgain(study)
        : Promise.reject(new RefusedError({ code: 'archived', message: archivedText(study, archive) }));
    server?.unload(shown, { status, objective, place: reaching(nats, study, access, 'your'), load: open });
    const unlist = enlist(nc, subjects, () => omitUndefined({ study, status, archive, unloaded: objective }));
    if (archive !== undefined) {
      const admit = refuseRequests(nc, subjects, archivedText(study, archive), 'archived');
      const hide = () => {
        server?.forget(shown);
        unlist();
      };
      retired.set(study, { summary, hide, end: admit });
      return;
    }
    const requests = nc.subscribe(subjects.rpc('load'), {
      callback: (error, message) => {
        if (error || !isInbox(message.reply)) return;
        void loadAgain(study).then(() => respond(message, { ok: true, result: {} }));
      },
    });
    const facts = nc.subscribe(subjects.study, { callback: (error) => (error ? undefined : void loadAgain(study)) }); // another engine serves it
    const hide = () => {
      server?.forget(shown);
      unlist();
      facts.unsubscribe();
    };
    retired.set(study, { summary, hide, end: () => requests.unsubscribe() });
  };
  /** Whether the log of a study is still as it was. */
  const isSame = async (study: string, { status, created }: Summary): Promise<boolean> => {
    const now = await summaries.logOf(study);
    return now.position === status.position && now.created === created;
  };
  const unload = async (study: string) => {
    const engine = serving.engineOf(study);
    const idleFor = performance.now() - (loaded.get(study) ?? Number.NEGATIVE_INFINITY);
    if (!engine || engine.port.ledger.closed === undefined || isTrialRunning(engine.port.ledger, true) || idleFor < after()) return;
    const { ledger, rows } = engine.port;
    if (Date.now() - rows.at < after()) return;
    const status = studyStatusOf(ledger, 'closed', rows);
    const { created, position } = await summaries.logOf(study);
    if (position !== status.position || ageOf(created) < after()) return;
    const summary = { status, objective: ledger.settings.objectives[0]!, created, spent: quota?.spentBy(study) };
    await summaries.put(study, summary);
    await serving.unload(study);
    retain(study, summary);
    loaded.delete(study);
    ofStudy(screen, shownName(options, study))('unloaded, as it is closed; a request loads it again');
    await summaries.endDelivery(study);
    if (!(await isSame(study, summary))) await loadAgain(study);
  };
  const place = serverPlace(nc, nats, naming);
  let isArchiving = false;
  /** Studies that this process cannot archive, with how it has tried. */
  const failed = new Map<string, ArchiveOptions>();
  const archive = async (study: string, { archive: before, ...summary }: Summary, { to, as }: ArchiveOptions) => {
    const path = await archivedIn(to, place, study);
    const archived = { ...summary, archive: path };
    await summaries.put(study, archived);
    await asAdmin({ nats, naming, access, as }, place, (there) => deleteArchived(there, study, summary.status.position, path));
    if (retired.has(study)) retain(study, archived);
    ofStudy(screen, shownName(options, study))(`archived in ${path}, and deleted from the server`);
  };
  /** Archives one study after the other. */
  const archiveAll = async () => {
    const how = retire?.().archive;
    if (how === undefined || isArchiving) return;
    isArchiving = true;
    for (const [study, { summary }] of [...retired]) {
      const isDue = Math.min(Date.now() - summary.status.at, ageOf(summary.created)) >= how.after * 1000;
      if (summary.archive !== undefined || !isDue || failed.get(study) === how || nc.isClosed()) continue;
      await archive(study, summary, how).catch((error) => {
        if (isPassing(error) || isStreamMissing(error) || !retired.has(study)) return; // later, or another process has done it
        failed.set(study, how);
        ofStudy(screen, shownName(options, study))(`cannot be archived: ${messagesOf(error).join('; ')}`, { level: 'error' });
      });
    }
    isArchiving = false;
  };
  /** The studies to which an entry was written while this process did not hear it. */
  const changed = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    const look = async ([study, { summary }]: readonly [string, Retired]) => {
      const same = await isSame(study, summary).catch((error) => !isStreamMissing(error)); // `keep` notices what is missing
      if (!same && summary.archive === undefined) found.push(study);
    };
    const all = [...retired];
    for (let i = 0; i < all.length; i += STUDIES_AT_ONCE) await Promise.all(all.slice(i, i + STUDIES_AT_ONCE).map(look));
    return found;
  };

  if (retire) {
    const known = await summaries.read();
    for (const [study, { archive, ...summary }] of known)
      if (names.includes(study)) retain(study, summary);
      else if (archive !== undefined && fits(study)) retain(study, { ...summary, archive });
    for (const study of await changed()) release(study);
  }
  const unsubscribe = onStatus(nc, ({ type }) => {
    if (type !== 'reconnect') return;
    changed().then(
      (all) => Promise.all(all.map(loadAgain)),
      () => {},
    ); // the next connection checks again
  });
  return {
    has: (study) => retired.has(study),
    release,
    consider: async (study) => {
      if (!Number.isFinite(after()) || unloading.has(study)) return;
      unloading.add(study);
      try {
        await unload(study);
      } catch (error) {
        if (!isPassing(error) && !isStreamMissing(error)) throw error;
      } finally {
        unloading.delete(study);
      }
    },
    keep: async (on) => {
      const there = new Set(on);
      const isGone = ([study, { summary }]: readonly [string, Retired]) => there.has(study) === (summary.archive !== undefined);
      const gone = [...retired].filter(isGone).map(([study]) => study);
      const known = gone.some((study) => !there.has(study)) ? await summaries.read() : new Map<string, Summary>(); // another process may have archived it
      for (const study of gone) {
        const summary = known.get(study);
        if (summary?.archive !== undefined && !there.has(study)) retain(study, summary);
        else release(study);
      }
      void archiveAll();
    },
    close: () => {
      unsubscribe();
      for (const study of [...retired.keys()]) release(study);
      summaries.close();
    },
  };
}
