import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Entry } from '../../src/facts/entry.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { verify } from '../../streams/engine/verify.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { bundled } from '../../test/support/bundled.ts';
import { certificates } from '../../test/support/certificates.ts';
import type { NatsServer } from '../../test/support/nats.ts';
import { natsCluster } from '../../test/support/natsCluster.ts';
import { freePort } from '../../test/support/ports.ts';
import { proxyTo } from '../../test/support/proxy.ts';
import { check, type DiaryLine, type Fault, type Findings } from './checker.ts';
import type { EngineArguments } from './engine.ts';
import { Member } from './member.ts';
import { type Act, harm, usual } from './nemesis.ts';
import { readiness, restartsOf } from './readiness.ts';
import { onStall } from './stalls.ts';
import { parameters, STUDY, type StrategyName, strategies } from './study.ts';
import type { Rule } from './without.ts';

export interface ChaosOptions {
  readonly trials: number;
  /** Faults, at least. They are spread over the trials, so that slow and fast machines get the same number per trial. */
  readonly faults: number;
  readonly minutes: number;
  readonly seed: string;
  readonly trainers?: number;
  /** Servers that keep a copy of the stream: one, or three that can be partitioned. Each process stays with one of them. */
  readonly servers?: 1 | 3;
  /** One engine, or two of which one is a standby. Default: 2. */
  readonly engines?: 1 | 2;
  /** Whether the server uses TLS. */
  readonly tls?: boolean;
  /** Default: random. Fitting a model takes long enough that a server goes down meanwhile. */
  readonly strategy?: StrategyName;
  /** Seconds of the longest outage of the server. Default: 6. */
  readonly outage?: number;
  /** Seconds. */
  readonly lease?: number;
  /** Milliseconds that a training takes on average. */
  readonly pace?: number;
  /** Seconds between two entries, at most. Default: 10, or a lease and five seconds. */
  readonly stall?: number;
  /** The faults that may happen. Default: all but `stopEngines`, and `partition` only with three servers. */
  readonly only?: readonly Act[];
  /** A rule to switch off, to check that the checker notices. */
  readonly without?: Rule;
  /** A violation that ends the run as soon as it is found. */
  readonly breach?: RegExp;
  /** Loses all acknowledgements of suggestions. */
  readonly deaf?: boolean;
  readonly say?: (line: string) => void;
}

export interface Verdict extends Findings {
  readonly faults: number;
  /** Faults by kind. */
  readonly kinds: Readonly<Record<Fault['kind'], number>>;
  readonly recomputed: number;
  /** SHA-256 of the log, entry by entry as JSON. */
  readonly hash: string;
  readonly seconds: number;
}

const ENGINE = 'tools/chaos/engine';
const TRAINER = 'tools/chaos/trainer';
/** The programs of the study, bundled once. */
let programs: ReturnType<typeof bundled> | undefined;

/** More faults than required, since some have no effect. */
const SPREAD = 1.2;

/** Runs a study while injecting faults, and reports violations. The same seed gives the same plan, though not the same timing. */
export async function chaos(options: ChaosOptions): Promise<Verdict> {
  const {
    trials,
    minutes,
    seed,
    trainers = 8,
    servers: copies = 1,
    engines: count = 2,
    tls = false,
    strategy = 'random',
    outage = 6,
    lease = 3,
    pace = 300,
    stall = 10,
    only = usual(copies),
    without,
    breach,
    deaf = false,
    say = () => {},
  } = options;
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-chaos-'));
  const diary = join(directory, 'diary.jsonl');
  const files = tls ? certificates() : undefined;
  const ca = files?.ca;
  const servers = await natsCluster(copies, files && `tls { cert_file: "${files.cert}", key_file: "${files.key}" }`);
  const [server] = servers as readonly [NatsServer];
  programs ??= bundled(ENGINE, TRAINER);
  const fileOf = await programs;
  const launch = (program: string, ...args: readonly (string | number)[]) =>
    spawn(process.execPath, [fileOf(program), ...args.map(String)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const links = await Promise.all(Array.from({ length: trainers + count }, (_, i) => proxyTo(servers[i % copies]!.url)));
  const engineOf = async (i: number) => {
    const [link, port] = [links[i]!, await freePort()];
    const given = { servers: link.url, port, trials, parallel: trainers + 2, lease, replicas: copies, strategy, ca, without };
    const member = new Member(`engine${i + 1}`, link, () => launch(ENGINE, JSON.stringify(given satisfies EngineArguments)));
    return { member, port };
  };
  const monitored = await Promise.all(Array.from({ length: count }, (_, i) => engineOf(i)));
  const engines = monitored.map(({ member }) => member);
  const fleet = Array.from({ length: trainers }, (_, i) => {
    const link = links[i + count]!;
    const more = [seed, lease, pace, without ?? '', deaf ? 'lost' : '', ca ?? ''];
    return new Member(`w${i}`, link, (name) => launch(TRAINER, link.url, STUDY, name, diary, ...more));
  });
  const ready = readiness(monitored);
  const since = performance.now();
  const faults: Fault[] = [];
  // All messages pass through this process.
  const unwatch = onStall(lease * 500, () => faults.push(...fleet.map(({ name }): Fault => ({ kind: 'link', of: name }))));
  try {
    const connect = () => server.connect(omitUndefined({ tls: ca === undefined ? undefined : { caFile: ca } }));
    const nc = await connect();
    let over = false;
    let ended = 0;
    const heard: Entry[] = [];
    const watching = (async () => {
      const log = await natsLog(nc, STUDY, { timeout: 1000 });
      for await (const entries of log.read()) {
        heard.push(...entries);
        ended += entries.filter(({ fact }) => (fact as { type?: string })?.type === 'completed').length;
        if (entries.some(({ fact, author }) => author === undefined && (fact as { type?: string })?.type === 'closed')) break;
      }
      over = true;
    })();
    const judge = (entries: readonly Entry[]) => {
      const lines = (existsSync(diary) ? readFileSync(diary, 'utf8') : '').split('\n').slice(0, -1);
      const told = lines.map((line) => JSON.parse(line) as DiaryLine);
      const blocks = told.flatMap(({ type, trainer }): Fault[] => (type === 'blocked' ? [{ kind: 'block', of: trainer }] : []));
      const longestStall = Math.max(stall, lease + 5) * 1000;
      const all = [...faults, ...blocks];
      const longestWait = Math.max(stall, 3 * lease + 5) * 1000;
      const evidence = { entries, diary: told, faults: all, trials, longestStall, longestWait, readAt: Date.now() };
      const { violations, ...findings } = check(evidence);
      return { all, ...findings, violations: [...violations, ...ready.violations()] };
    };
    const rng = rngFor(seed, 'nemesis', 0);
    while (!over && performance.now() - since < minutes * 60_000) {
      await Promise.race([watching, sleep(400 + 800 * rng())]);
      if (breach && judge(heard).violations.some((violation) => breach.test(violation))) break;
      if (!over && faults.length < (SPREAD * options.faults * ended) / trials)
        await harm(rng, { servers, engines, fleet, faults, lease, outage, nc, say }, only);
      await ready.look();
      for (const member of [...engines, ...fleet]) if (!member.alive && !over) member.start();
    }
    await ready.settle();
    const errors = countOf(faults, 'error');
    const restarts = await restartsOf(monitored);
    const entries = await readAll(nc);
    const { all, ...findings } = judge(entries);
    const verdict = await verify(parameters, strategies[strategy](), async function* () {
      yield entries;
    });
    const wrong = verdict.differs ? [`entry ${verdict.differs.position} was recomputed differently`] : [];
    if (restarts > errors)
      wrong.push(`the engine of the study was started again ${restarts} times, though only ${errors} errors were injected`);
    if (all.length < options.faults) wrong.push(`there were ${all.length} faults instead of ${options.faults}`);
    return {
      ...findings,
      violations: [...findings.violations, ...wrong],
      faults: all.length,
      kinds: Object.fromEntries(kinds.map((kind) => [kind, countOf(all, kind)])) as Verdict['kinds'],
      recomputed: verdict.recomputed,
      hash: hashOf(entries),
      seconds: (performance.now() - since) / 1000,
    };
  } finally {
    unwatch();
    await Promise.all([...engines, ...fleet].map((member) => member.kill()));
    await Promise.all(links.map((link) => link.close()));
    await Promise.all(servers.map((one) => one.dispose()));
    rmSync(directory, { recursive: true, force: true });
  }
}

const kinds = ['kill', 'stop', 'block', 'link', 'error', 'consumer'] as const satisfies readonly Fault['kind'][];

const countOf = (faults: readonly Fault[], kind: Fault['kind']): number => faults.filter((fault) => fault.kind === kind).length;

function hashOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${JSON.stringify(entry)}\n`);
  return hash.digest('hex');
}

async function readAll(nc: NatsConnection): Promise<Entry[]> {
  const log = await natsLog(nc, STUDY, { create: false });
  const head = await log.head();
  const entries: Entry[] = [];
  for await (const batch of log.read()) {
    entries.push(...batch);
    if (entries.length >= head) break;
  }
  return entries;
}
