import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { expendable } from '../../../src/study/expendable.ts';
import type { TrialRows } from '../../../src/study/trials.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { admissions, admissionsOn } from './admissions.ts';
import type { CheckpointAnswer } from './checkpointMessages.ts';
import { needsOf, type Stored, storedKey, storedOn } from './collect.ts';
import { digestOf, parseManifest } from './manifest.ts';
import type { Reference } from './reference.ts';
import { beyondShare, countedBytesOf, fits, forRoom, roomOf, type Saved } from './room.ts';
import { type CheckpointState, type CheckpointStreamOptions, checkpointsOn, createCheckpoints } from './stream.ts';

/** What an engine knows about its study. */
export interface KeptStudy<P> {
  readonly ledger: Ledger<P>;
  readonly rows: TrialRows<P>;
  /** Of several engines, the one that decides deletes at intervals what no run needs. */
  readonly leads: () => boolean;
  /** Position of the last entry of the log. */
  readonly head: () => Promise<number>;
  readonly warn: (message: string) => void;
}

/** Room that a trainer wants for a checkpoint. */
export interface Wanted extends Omit<Reference, 'sha256'> {
  readonly bytes: number;
}

/** Milliseconds for the server to return a manifest. */
const MANIFEST_WITHIN = 5000;
/** Parts that are deleted at a time. */
const FLIGHT = 16;
/** Parts that an answer names, at most. */
const MOST_NAMED = 5000;

/** The room for the checkpoints of a study: which trainers may take some, and what is deleted. @param current the study, once its log has been read */
export function collector<P>(
  nc: NatsConnection,
  jsm: JetStreamManager,
  subjects: Subjects,
  options: CheckpointStreamOptions,
  current: () => KeptStudy<P> | undefined,
) {
  let room = roomOf(options.maxBytes);
  /** All parts that manifests list, by subject of the manifest: also those that were not there when it was read. */
  let listed = new Map<string, ReadonlySet<string>>();
  const blamed = new Set<string>();
  let sweeping: Promise<unknown> = Promise.resolve();
  let swept = '';
  let isThere = false;
  const admitted = admissions(nc, jsm, subjects);

  /** The state of the stream. An existing one keeps its limit, regardless of the options. */
  const look = async (filter?: string): Promise<CheckpointState | undefined> => {
    const state = await checkpointsOn(jsm, subjects, filter);
    isThere = state !== undefined;
    room = roomOf(Math.min(options.maxBytes, state?.maxBytes ?? options.maxBytes));
    return state;
  };
  const purge = async (saved: Iterable<Pick<Saved, 'filter'>>) => {
    for (const { filter } of saved) await jsm.streams.purge(subjects.chunks, { filter });
  };
  /** The parts of a checkpoint; undefined if the server does not return its manifest, for example because it lags behind. */
  const partsIn = async (manifest: string, sha256: string): Promise<ReadonlySet<string> | undefined> => {
    const known = listed.get(manifest);
    if (known) return known;
    const { data } = await nc.request(`${subjects.apiPrefix}.DIRECT.GET.${subjects.chunks}.${manifest}`, '', { timeout: MANIFEST_WITHIN });
    if (digestOf(data) !== sha256) return undefined;
    const digests = new Set([sha256]);
    try {
      for (const [digest] of parseManifest(data).chunks) digests.add(digest);
    } catch {} // nothing can be restored from it
    listed.set(manifest, digests);
    return digests;
  };
  /** With the parts of its checkpoints; undefined if they are not known yet. */
  const withNamed = async (stored: Stored, manifests: readonly string[]): Promise<Saved | undefined> => {
    const { trainer, trial, parts } = stored;
    const named = new Set<string>();
    for (const sha256 of manifests) {
      const manifest = subjects.chunk(trainer, trial, sha256);
      if (parts.includes(sha256)) {
        const digests = await partsIn(manifest, sha256);
        if (!digests) return undefined;
        for (const part of parts) if (digests.has(part)) named.add(part);
      } else if ((await look(manifest))?.subjects[manifest]) return undefined; // it was saved after the list was made
    }
    return { ...stored, named };
  };
  /** Kept until its parts are known. */
  const whole = (stored: Stored): Saved => ({ ...stored, named: new Set(stored.parts) });
  /** Deletes all but the checkpoint that was named last. */
  const purgeSuperseded = async (saved: Iterable<Saved>) => {
    for (const { trainer, trial, filter, parts, named } of saved) {
      const gone = parts.filter((part) => !named.has(part)).map((part) => ({ filter: subjects.chunk(trainer, trial, part) }));
      if (named.size === 0) await purge([{ filter }]);
      else for (let at = 0; at < gone.length; at += FLIGHT) await Promise.all(gone.slice(at, at + FLIGHT).map((part) => purge([part])));
    }
  };

  /** If there is no room, deletes what trainers have beyond their share, and then what is least likely to be resumed. @returns what it deleted */
  const makeRoom = async ({ ledger, rows, warn }: KeptStudy<P>, saved: readonly Saved[], wanted?: Wanted) => {
    let left = saved;
    const gone: Saved[] = [];
    const free = async (some: readonly Saved[]) => {
      gone.push(...some);
      await purge(some);
    };
    const bytesNow = async () => (await look())!.bytes + (wanted?.bytes ?? 0);
    if ((await bytesNow()) > room.full) {
      const excess = beyondShare(left, room.share);
      for (const { trainer } of excess) {
        if (!blamed.has(trainer)) warn(`${trainer} uses more than half of the room for checkpoints: some of its checkpoints are deleted`);
        blamed.add(trainer);
      }
      await free(excess);
      left = left.filter((saved) => !excess.includes(saved));
    }
    const bytes = await bytesNow();
    const own = left.filter(({ trainer, trial }) => trainer === wanted?.trainer && trial !== wanted.trial);
    const ownBytes = countedBytesOf(own) + (wanted?.bytes ?? 0);
    const order = expendable(rows, ledger.settings.objectives[0]!);
    if (bytes > room.full) await free(forRoom(left, bytes - room.enough, order));
    else if (bytes > room.share && ownBytes > room.share) await free(forRoom(own, ownBytes - room.share, order));
    return gone;
  };

  /** Deletes what no run needs and, if there is no room, what is least likely to be resumed. @param wanted by a trainer that is about to save */
  const collect = async (study: KeptStudy<P>, wanted?: Wanted) => {
    const { ledger, head } = study;
    const state = await look(subjects.chunk('*', '*', '*'));
    const seen = state && `${state.last} ${state.deleted} ${ledger.position}`;
    if (!state || !ledger.created || (!wanted && seen === swept)) return;
    const all = storedOn(Object.keys(state.subjects));
    if (ledger.position < (await head())) return; // entries that it has not read may need them
    const { manifests, maySave } = needsOf(ledger);
    const isNeeded = (stored: Pick<Stored, 'trainer' | 'trial'>) => maySave(stored) || manifests(stored).length > 0;
    await purge(all.filter((stored) => !isNeeded(stored)));
    let left: Saved[] = [];
    let areKnown = true;
    for (const stored of all.filter(isNeeded)) {
      const saved = await withNamed(stored, manifests(stored));
      areKnown &&= saved !== undefined;
      left.push(saved ?? whole(stored));
    }
    const isKnown = new Set(left.flatMap(({ trainer, trial, named }) => [...named].map((part) => subjects.chunk(trainer, trial, part))));
    listed = new Map([...listed].filter(([manifest]) => isKnown.has(manifest)));
    const isSuperseded = ({ trial }: Saved) => trial === wanted?.trial || !ledger.open.has(trial);
    await purgeSuperseded(left.filter(isSuperseded));
    left = left.map((saved) => (isSuperseded(saved) ? { ...saved, parts: [...saved.named] } : saved));
    if (areKnown) swept = seen!;
    const gone = new Set((await makeRoom(study, left, wanted)).map(storedKey));
    await purge(admissionsOn(Object.keys(state.subjects)).filter((one) => !isNeeded(one) || gone.has(storedKey(one))));
  };
  const sweep = (wanted?: Wanted): Promise<unknown> => {
    const study = current();
    if (study) sweeping = sweeping.then(() => collect(study, wanted)).catch(() => {}); // another sweep follows
    return sweeping;
  };

  /** What is stored, from the view of a trainer that wants to save. */
  const find = async ({ ledger }: KeptStudy<P>, { trainer, trial, bytes }: Wanted) => {
    const state = await look(subjects.chunk(trainer, '*', '*'));
    const { manifests } = needsOf(ledger);
    const others: Saved[] = [];
    let same: Saved | undefined;
    for (const stored of storedOn(Object.keys(state?.subjects ?? {}))) {
      const saved = (await withNamed(stored, manifests(stored))) ?? whole(stored);
      if (stored.trial === trial) same = saved;
      else others.push(saved);
    }
    const have = same?.parts ?? [];
    return { state, have, isSuperseded: have.length > (same?.named.size ?? 0), fits: fits(room, bytes, state?.bytes ?? 0, others) };
  };

  return {
    look,
    /** Whether the study had checkpoints on the server when this engine last looked. */
    isThere: () => isThere,
    sweep,
    /** Bytes that a checkpoint may have which is restored: what was admitted or, if that is not known, what may be. */
    most: async ({ trainer, trial }: Reference): Promise<number> => (await admitted.largest(trainer, trial)) ?? room.share,
    /**
     * Whether a trainer may save so many bytes, and what it has saved of the trial. Of that, everything but the checkpoint that it named last is
     * deleted.
     */
    admit: async (study: KeptStudy<P>, wanted: Wanted): Promise<CheckpointAnswer> => {
      const { bytes } = wanted;
      let found = await find(study, wanted);
      const isStreams = room.maxBytes < options.maxBytes;
      const change = isStreams ? `"nats stream edit ${subjects.chunks} --max-bytes" changes` : '"hypertide serve --checkpoints" sets';
      const no = (why: string): CheckpointAnswer => ({ ok: false, error: `${why} (${change} the limit)` });
      if (bytes > room.share) return no(`the checkpoint has ${bytes} bytes, and a trainer may save ${room.share}`);
      if (!found.state) await createCheckpoints(jsm, subjects, options);
      else if (!found.fits || found.isSuperseded) await sweep(wanted);
      found = await find(study, wanted);
      if (found.fits) {
        await admitted.keep(wanted);
        return { ok: true, have: found.have.slice(0, MOST_NAMED) };
      }
      return no(
        `there is no room for ${bytes} bytes: checkpoints take ${found.state?.bytes} of ${room.maxBytes}, of which a trainer may take half`,
      );
    },
  };
}
