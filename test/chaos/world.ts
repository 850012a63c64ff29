import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../src/facts/entry.ts';
import { type Rng, rngFor } from '../../src/numeric/random.ts';
import { verify } from '../../streams/engine/verify.ts';
import { float, int, random, space } from '../../streams/index.ts';
import { type LoopbackProxy, proxyTo } from '../../streams/nats/conformance/proxy.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { check, type DiaryLine, type Fault, type Findings } from './checker.ts';
import type { Rule } from './without.ts';

export interface ChaosOptions {
  readonly trials: number;
  /** Faults, at least. They are spread over the trials, so that slow and fast machines get the same number per trial. */
  readonly faults: number;
  readonly minutes: number;
  readonly seed: string;
  readonly trainers?: number;
  /** Seconds. */
  readonly lease?: number;
  /** Milliseconds that a training takes on average. */
  readonly pace?: number;
  /** Seconds between two entries, at most. Default: 10, or a lease and five seconds. */
  readonly stall?: number;
  /** The faults that may happen. Default: all but `stopEngines`. */
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

const acts = {
  stopEngines: 0,
  killServer: 0.08,
  killEngine: 0.12,
  stopEngine: 0.1,
  breakEngine: 0.05,
  stopTrainer: 0.3,
  killTrainer: 0.3,
  breakTrainer: 0.1,
};
/** Faults by relative frequency. One with frequency 0 happens only if `only` names it. */
export type Act = keyof typeof acts;

const STUDY = 'chaos';
const TSX = import.meta.resolve('tsx');
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds that a process needs after a suspension, and until it notices that its connection is dead. */
const WAKING = 1000;
const NOTICING = 4000;
/** More faults than required, since some have no effect. */
const SPREAD = 1.2;

/** A process that is restarted when it is killed. */
class Member {
  child!: ChildProcess;
  /** When the process is ready, on the clock of `performance.now()`: after a start it says so itself. */
  wellAt = 0;
  name = '';
  readonly link: LoopbackProxy;
  #count = 0;
  readonly #start: (name: string) => ChildProcess;
  readonly #kind: string;

  /** @param link its connections to the server */
  constructor(kind: string, link: LoopbackProxy, start: (name: string) => ChildProcess) {
    this.link = link;
    this.#kind = kind;
    this.#start = start;
    this.start();
  }
  start(): void {
    this.name = `${this.#kind}-${++this.#count}`;
    const child = this.#start(this.name);
    this.child = child;
    this.wellAt = Number.POSITIVE_INFINITY;
    child.once('message', () => {
      if (this.child === child) this.wellAt = performance.now();
    });
  }
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
  async kill(): Promise<void> {
    if (!this.alive) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** Runs a study while injecting faults, and reports violations. The same seed gives the same plan, though not the same timing. */
export async function chaos(options: ChaosOptions): Promise<Verdict> {
  const {
    trials,
    minutes,
    seed,
    trainers = 8,
    lease = 3,
    pace = 300,
    stall = 10,
    only,
    without,
    breach,
    deaf = false,
    say = () => {},
  } = options;
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-chaos-'));
  const diary = join(directory, 'diary.jsonl');
  const server = await natsServer();
  const launch = (file: string, ...args: readonly (string | number)[]) =>
    spawn(process.execPath, ['--import', TSX, path(file), ...args.map(String)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const links = await Promise.all(Array.from({ length: trainers + 2 }, () => proxyTo(server.url)));
  const member = (kind: string, i: number, file: string, args: (name: string) => readonly (string | number)[]) =>
    new Member(kind, links[i]!, (name) => launch(file, links[i]!.url, STUDY, ...args(name)));
  const engines = [0, 1].map((i) => member(`engine${i + 1}`, i, './engine.ts', () => [trials, trainers + 2, lease, without ?? '']));
  const fleet = Array.from({ length: trainers }, (_, i) =>
    member(`w${i}`, i + 2, './trainer.ts', (name) => [name, diary, seed, lease, pace, without ?? '', deaf ? 'lost' : '']),
  );
  const since = performance.now();
  const faults: Fault[] = [];
  try {
    const nc = await server.connect();
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
      return { all: [...faults, ...blocks], ...check({ entries, diary: told, faults: [...faults, ...blocks], trials, longestStall }) };
    };
    const rng = rngFor(seed, 'nemesis', 0);
    while (!over && performance.now() - since < minutes * 60_000) {
      await Promise.race([watching, sleep(400 + 800 * rng())]);
      if (breach && judge(heard).violations.some((violation) => breach.test(violation))) break;
      if (!over && faults.length < (SPREAD * options.faults * ended) / trials)
        await harm(rng, { server, engines, fleet, faults, lease, say }, only);
      for (const member of [...engines, ...fleet]) if (!member.alive && !over) member.start();
    }
    const entries = await readAll(server);
    const { all, ...findings } = judge(entries);
    const verdict = await verify(space({ x: float(-5, 5), n: int(1, 9) }), random(), async function* () {
      yield entries;
    });
    const wrong = verdict.differs ? [`entry ${verdict.differs.position} was recomputed differently`] : [];
    if (all.length < options.faults) wrong.push(`there were ${all.length} faults instead of ${options.faults}`);
    return {
      ...findings,
      violations: [...findings.violations, ...wrong],
      faults: all.length,
      kinds: { kill: countOf(all, 'kill'), stop: countOf(all, 'stop'), block: countOf(all, 'block'), link: countOf(all, 'link') },
      recomputed: verdict.recomputed,
      hash: hashOf(entries),
      seconds: (performance.now() - since) / 1000,
    };
  } finally {
    await Promise.all([...engines, ...fleet].map((member) => member.kill()));
    await Promise.all(links.map((link) => link.close()));
    await server.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

const countOf = (faults: readonly Fault[], kind: Fault['kind']): number => faults.filter((fault) => fault.kind === kind).length;

function hashOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${JSON.stringify(entry)}\n`);
  return hash.digest('hex');
}

interface Victims {
  readonly server: NatsServer;
  readonly engines: readonly Member[];
  readonly fleet: readonly Member[];
  readonly faults: Fault[];
  readonly lease: number;
  readonly say: (line: string) => void;
}

function drawn(rng: Rng, only = Object.keys(acts) as readonly Act[]): Act {
  let luck = only.reduce((sum, act) => sum + acts[act], 0) * rng();
  for (const act of only) {
    luck -= acts[act];
    if (luck < 0) return act;
  }
  return only.at(-1)!;
}

/** Injects one fault. */
async function harm(rng: Rng, { server, engines, fleet, faults, lease, say }: Victims, only?: readonly Act[]): Promise<void> {
  const pick = (members: readonly Member[]) => members[Math.floor(rng() * members.length)]!;
  const act = drawn(rng, only);
  const [engine, other] = rng() < 0.5 ? engines : [...engines].reverse();
  if (!engine || !other) return;
  const fault = (kind: Fault['kind'], of: string) => {
    faults.push({ kind, of });
    say(`${faults.length}: ${kind} ${of}${of === 'engine' ? ` ${engines.indexOf(engine) + 1}` : ''}`);
  };
  if (act === 'killServer') {
    fault('kill', 'server');
    await server.kill();
    await sleep(500 * rng());
    return server.restart();
  }
  /** The other engine must be ready: a study without engines stands still, which is not a violation. */
  const spared = performance.now() < other.wellAt;
  if (act === 'killEngine') {
    if (spared) return;
    fault('kill', 'engine');
    return engine.kill();
  }
  if (act === 'stopEngines') {
    fault('stop', 'engine');
    return suspend([engine, other], 3 * lease);
  }
  const member = act === 'stopEngine' || act === 'breakEngine' ? engine : pick(fleet);
  const of = member === engine ? 'engine' : member.name;
  if (!member.alive || (member === engine && spared)) return;
  if (act === 'killTrainer') {
    fault('kill', of);
    return member.kill();
  }
  if (act === 'breakEngine' || act === 'breakTrainer') {
    fault('link', of);
    return swallow(member, (0.3 + 2 * rng()) * lease);
  }
  fault('stop', of);
  suspend([member], of === 'engine' ? 3 * lease : (0.3 + 2 * rng()) * lease);
}

/** Swallows what a process sends and receives. Its connection stays half-open until it notices. */
function swallow(member: Member, seconds: number): void {
  member.link.swallow();
  member.wellAt = Math.max(member.wellAt, performance.now() + seconds * 1000 + NOTICING);
  void sleep(seconds * 1000).then(() => member.link.restore());
}

/** Suspends processes for `seconds` seconds. */
function suspend(members: readonly Member[], seconds: number): void {
  for (const member of members) {
    const { child } = member;
    child.kill('SIGSTOP');
    member.wellAt = Math.max(member.wellAt, performance.now() + seconds * 1000 + WAKING);
    void sleep(seconds * 1000).then(() => child.kill('SIGCONT'));
  }
}

async function readAll(server: NatsServer): Promise<Entry[]> {
  const log = await natsLog(await server.connect(), STUDY, { create: false });
  const head = await log.head();
  const entries: Entry[] = [];
  for await (const batch of log.read()) {
    entries.push(...batch);
    if (entries.length >= head) break;
  }
  return entries;
}
