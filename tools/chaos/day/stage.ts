import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Rng } from '../../../src/numeric/random.ts';
import { natsLog } from '../../../streams/nats/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import type { Fault } from '../checker.ts';
import type { Process, Site } from './site.ts';

/** Milliseconds in which what is awaited must come, and between two looks. */
const LONGEST = 60_000;
const LOOK = 250;
/** Results in each study after which a platform counts as steady again. */
const RESULTS = 3;
/** Milliseconds for which copies may stay behind. */
const BEHIND = 10_000;

/** What events of a day use. */
export type Stage = ReturnType<typeof stage>;

export interface StageOptions {
  readonly site: Site;
  readonly workers: readonly Process[];
  /** Programs of a worker at a time. */
  readonly slots: number;
  readonly rng: Rng;
  /** Scales seconds of a day of twenty minutes. */
  readonly scale: number;
  readonly violate: (sentence: string) => void;
  readonly say: (line: string) => void;
}

/** A platform with steady load, and what can be asked of it. */
export function stage({ site, workers, slots, rng, scale, violate, say }: StageOptions) {
  const faults: Fault[] = [];
  const floods: { readonly from: number; readonly until: number }[] = [];
  const connections = new Map<string, Promise<NatsConnection>>();
  /** The entries of the steady studies, and how many trials have completed there. */
  const logs = new Map<string, Entry[]>();
  const counts = new Map<string, number>();
  /** Studies that begin and are not deleted, with their teams. */
  const names: string[] = [];
  const connected = (team: string) => {
    const known = connections.get(team) ?? site.connect(team);
    connections.set(team, known);
    return known;
  };
  const unless = (holds: boolean, sentence: string) => {
    if (!holds) violate(sentence);
  };
  const must = async (holds: () => Promise<unknown>, sentence: string, longest = LONGEST) => {
    for (const end = performance.now() + longest; !(await holds().catch(() => false)); await sleep(LOOK))
      if (performance.now() > end) {
        violate(`${sentence} within ${longest / 1000} s`);
        return say(`doctor: ${(await site.doctor()).out}`);
      }
  };
  const status = async (team: string, study: string) => {
    const listed = await serverPlace(await connected(team), site.url).list();
    const one = listed.find((other) => other.study === study);
    return one && { ...one.status, isArchived: one.archive !== undefined };
  };
  /** Begins a study. @throws if it is refused */
  const create = async (team: string, kind: string, more: object): Promise<string> => {
    const study = kind === 'steady' ? `steady-${team}` : `${kind}-${names.length}`;
    names.push(study);
    const data = {
      name: study,
      parameters: { x: { type: 'float', low: 0, high: 1 } },
      retryErrors: true,
      attempts: 100,
      strategy: 'random',
      ...more,
    };
    writeFileSync(site.path(`${study}.yaml`), JSON.stringify({ parallel: 2, trials: 100_000, ...data }));
    const { status: ended, err } = await site.hypertide('study', 'create', `${study}.yaml`, ...site.addressOf(team));
    if (ended !== 0 && !/an engine may still do what you asked/.test(err)) throw new Error(err);
    await must(async () => (await status(team, study))?.position, `${study} does not begin`);
    if (kind === 'steady') follow(team, study).catch((error: Error) => violate(`${study} cannot be read any more: ${error.message}`));
    return study;
  };
  /** Reads a log until the study has closed. */
  const follow = async (team: string, study: string) => {
    const read: Entry[] = [];
    logs.set(study, read);
    counts.set(study, 0);
    const log = await natsLog(await connected(team), study, { create: false });
    for await (const entries of log.read()) {
      read.push(...entries);
      const types = entries.map(({ fact }) => (fact as { readonly type?: string }).type);
      counts.set(study, counts.get(study)! + types.filter((type) => type === 'completed').length);
      if (types.includes('closed')) return counts.delete(study);
    }
  };
  /** Does what doctor says: restarts a server that it names. */
  const operate = async () => {
    const said = (await site.doctor()).out;
    const [, name] =
      /^server (\S+): (?:it runs, but|\S+ answers 503)/m.exec(said) ??
      /(?:its copy|the state of its deliveries) on (\S+) is/.exec(said) ??
      [];
    const server = site.servers.find((one) => one.name === name);
    if (server === undefined) return;
    say(`${name} is restarted, as doctor says`);
    await server.process.end();
    await server.start(say);
  };
  /** Waits until doctor prints a line. */
  const doctorNames = (pattern: RegExp) =>
    must(async () => pattern.test((await site.doctor()).out), `doctor prints nothing like ${pattern}`);
  return {
    site,
    say,
    workers,
    slots,
    faults,
    floods,
    logs,
    create,
    status,
    must,
    unless,
    /** Whether all steady studies have closed. */
    get isOver() {
      return counts.size === 0;
    },
    teams: Object.keys(site.declared.teams),
    pick: <T>(of: readonly T[]): T => of[Math.floor(rng() * of.length)]!,
    seconds: (inTwentyMinutes: number) => inTwentyMinutes * scale,
    fault: (some: readonly Fault[]) => void faults.push(...some),
    /** All servers were down. */
    down: (from: number, until: number) => void faults.push({ kind: 'kill', of: 'server', down: { from, until } }),
    flooding: (from: number, until: number) => void floods.push({ from, until }),
    /** Waits for results of a study. */
    ended: (team: string, study: string, count: number) =>
      must(async () => ((await status(team, study))?.ended ?? 0) >= count, `${study} has not ${count} results`),
    /** Waits until each steady study has further results. */
    steady: async () => {
      const before = [...counts].map(([study, count]) => [study, count + RESULTS] as const);
      await Promise.all(before.map(([study, count]) => must(async () => counts.get(study)! >= count, `${study} has no further results`)));
    },
    doctorNames,
    /** The server that leads most steady studies. */
    leader: async (): Promise<string> => {
      const leaders = await Promise.all([...counts.keys()].map(async (study) => (await streamOf(study)).cluster?.leader ?? ''));
      return leaders.sort((a, b) => leaders.filter((one) => one === b).length - leaders.filter((one) => one === a).length)[0]!;
    },
    operate,
    /** Waits until each steady study has all its copies, with the help of doctor if that takes long. */
    copies: async () => {
      let asks = performance.now() + BEHIND;
      await must(async () => {
        const all = await Promise.all([...counts.keys()].map(streamOf));
        if (all.every(({ cluster }) => cluster?.replicas?.filter(({ current, offline }) => current && !offline).length === 2)) return true;
        if (performance.now() > asks) {
          await operate();
          asks = performance.now() + BEHIND;
        }
        return false;
      }, 'a study has not all its copies');
    },
    /** Trials that a worker has begun. */
    begunBy: (worker: string) => site.diary().filter((line) => line.startsWith(`begun ${worker} `)).length,
    close: async () => {
      for (const connection of connections.values()) await (await connection).close();
    },
  };
  async function streamOf(study: string) {
    const jsm = await jetstreamManager(await connected(study.slice('steady-'.length)), { checkAPI: false, timeout: 5000 });
    return jsm.streams.info(`HT_${study}`);
  }
}
