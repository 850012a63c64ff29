import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { natsLog } from '../../streams/nats/index.ts';
import { command } from '../../test/support/command.ts';
import type { NatsServer } from '../../test/support/nats.ts';
import { natsCluster } from '../../test/support/natsCluster.ts';
import { type LoopbackProxy, proxyTo } from '../../test/support/proxy.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** A program that reports for a long time. */
const PROGRAM = ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo "step=$i value=$i"; sleep 0.3; done'];
const STUDY = 'noticed';
const FILE = `name: ${STUDY}\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: 1\ntrials: 100\nparallel: 1\n`;
/** Bytes of a small file system. */
const SMALL = 2 ** 25;
/** Milliseconds after which a fault counts as unnoticed. */
const LONGEST = 60_000;
/** Milliseconds that the start of a study may take on a busy machine. */
const START = 240_000;

/** A running study, with all lines that its processes print and all its facts. */
interface Stage {
  readonly place: string;
  readonly servers: readonly NatsServer[];
  readonly links: { readonly engine: LoopbackProxy; readonly worker: LoopbackProxy };
  /** Starts the command. */
  run(...args: readonly string[]): ChildProcess;
  readonly processes: { readonly engine: ChildProcess; readonly worker: ChildProcess };
  /** Resolves with the milliseconds until a line or a fact matches. */
  until(pattern: RegExp): Promise<number>;
}

interface Fault {
  readonly name: string;
  /** Servers that keep a copy. */
  readonly copies?: 1 | 3;
  /** Whether the study is on a small file system, which only root can mount. */
  readonly isSmall?: boolean;
  /** Whether the clock of the study can be set, in the file `clock`. */
  readonly isFaked?: boolean;
  /** Whether the trials are trained in the event loop of a trainer, instead of by programs. */
  readonly isInProcess?: boolean;
  readonly happen: (stage: Stage) => unknown;
  /** The line or the fact that names it. */
  readonly named: RegExp;
}

const LOST = /^fact .*"failed".*"lost"/;
const DISCONNECTED = /the connection to the server is lost/;

const overNats: readonly Fault[] = [
  { name: 'the server is killed', happen: ({ servers }) => servers[0]!.kill(), named: DISCONNECTED },
  { name: 'the server is suspended', happen: ({ servers }) => process.kill(servers[0]!.pid, 'SIGSTOP'), named: DISCONNECTED },
  {
    name: 'of three servers, two are cut off',
    copies: 3,
    happen: ({ servers }) => servers.slice(1).map(({ pid }) => process.kill(pid, 'SIGSTOP')),
    named: /connected, but stores nothing/,
  },
  {
    name: 'the stream is deleted',
    happen: async ({ servers }) => (await jetstreamManager(await servers[0]!.connect())).streams.delete(`HT_${STUDY}`),
    named: /it was deleted on the server|is not on the server/,
  },
  {
    name: 'the stream is full',
    happen: async ({ servers }) => {
      const jsm = await jetstreamManager(await servers[0]!.connect());
      const { state } = await jsm.streams.info(`HT_${STUDY}`);
      await jsm.streams.update(`HT_${STUDY}`, { max_bytes: state.bytes + 1 });
    },
    named: /the server has no room/,
  },
  {
    name: 'a trainer floods the log',
    happen: async ({ servers }) => {
      const js = jetstream(await servers[0]!.connect());
      const data = JSON.stringify({ pad: 'x'.repeat(60_000) });
      await Promise.all(Array.from({ length: 400 }, () => js.publish(`ht.${STUDY}.log.by.flood.1`, data, { timeout: 30_000 })));
    },
    named: /the trainer flood has written/,
  },
  { name: 'the engine is killed', happen: endEngine('SIGKILL'), named: /no engine serves/ },
  { name: 'the engine is suspended', happen: endEngine('SIGSTOP'), named: /no engine serves/ },
  { name: 'the connection of the engine is half-open', happen: ({ links }) => links.engine.swallow(), named: DISCONNECTED },
  { name: 'the worker is killed', happen: ({ processes }) => processes.worker.kill('SIGKILL'), named: LOST },
  { name: 'the worker is suspended', happen: ({ processes }) => processes.worker.kill('SIGSTOP'), named: LOST },
  {
    name: 'a trainer blocks',
    isInProcess: true,
    happen: ({ processes }) => processes.worker.kill('SIGUSR2'),
    named: LOST,
  },
  { name: 'the connection of the worker is half-open', happen: ({ links }) => links.worker.swallow(), named: LOST },
  { name: 'the program of a trial is killed', happen: killProgram, named: /^fact .*"failed".*"error"/ },
];

const inJournals: readonly Fault[] = [
  { name: 'the journal is removed', happen: ({ place }) => rmSync(join(place, `${STUDY}.jsonl`)), named: /noticed\.jsonl/ },
  {
    name: 'the journal is replaced',
    happen: ({ place }) => {
      writeFileSync(join(place, 'other'), '{}\n');
      renameSync(join(place, 'other'), join(place, `${STUDY}.jsonl`));
    },
    named: /noticed\.jsonl/,
  },
  { name: 'the journal is cut', happen: ({ place }) => truncateSync(join(place, `${STUDY}.jsonl`), 100), named: /noticed\.jsonl/ },
  {
    name: 'the disk is full',
    isSmall: true,
    happen: ({ place }) => {
      try {
        writeFileSync(join(place, 'filler'), Buffer.alloc(SMALL));
      } catch {} // now it is full
    },
    named: /the disk is nearly full/,
  },
  {
    name: 'the runner is killed',
    happen: async ({ processes, run }) => {
      const gone = once(processes.engine, 'exit');
      processes.engine.kill('SIGKILL');
      await gone;
      run('study', 'list');
    },
    named: /^noticed +not running/,
  },
  {
    name: 'the clock jumps',
    isFaked: true,
    happen: ({ place }) => writeFileSync(join(place, 'clock'), '+1d'),
    named: /the clock jumped forward/,
  },
  { name: 'the program of a trial is killed', happen: killProgram, named: /failed \(error: killed by SIGKILL/ },
];

/** Stops the engine, and asks for the workers, as a person would who misses suggestions. */
function endEngine(signal: 'SIGKILL' | 'SIGSTOP') {
  return ({ processes, run, servers }: Stage) => {
    processes.engine.kill(signal);
    run('worker', 'list', `${servers[0]!.url}/${STUDY}`);
  };
}

function killProgram({ place }: Stage): void {
  const pids = execFileSync('pgrep', ['-f', 'while :; do i='], { encoding: 'utf8' }).trim().split('\n').map(Number);
  for (const pid of pids) {
    try {
      if (execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'latin1' }).includes(place)) process.kill(pid, 'SIGKILL');
    } catch {} // another one has ended
  }
}

/** Collects lines of text, and waits for one. */
function lines() {
  const heard: { readonly at: number; readonly text: string }[] = [];
  let tell = () => {};
  const hear = (text: string) => {
    for (const line of text.split('\n')) heard.push({ at: performance.now(), text: line });
    tell();
  };
  const until = async (pattern: RegExp, since = 0, longest = LONGEST): Promise<number> => {
    const end = performance.now() + longest;
    for (;;) {
      const found = heard.find(({ at, text }) => at >= since && pattern.test(text));
      if (found) return found.at;
      if (performance.now() > end) return Number.POSITIVE_INFINITY;
      await Promise.race([new Promise<void>((resolve) => (tell = resolve)), sleep(200)]);
    }
  };
  /** Waits for a line that must come. */
  const need = async (pattern: RegExp) => {
    if ((await until(pattern, 0, START)) === Number.POSITIVE_INFINITY)
      throw new Error(`nothing like ${pattern} in:\n${heard.map(({ text }) => text).join('\n')}`);
  };
  return { hear, until, need };
}

/** The environment of programs whose clock is set by a file. */
export function clockIn(place: string): NodeJS.ProcessEnv {
  const library = execFileSync(path('../../test/scripts/ensure-faketime.sh'), { encoding: 'utf8' }).trim();
  const clock = join(place, 'clock');
  writeFileSync(clock, '+0d');
  return { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

async function measure(fault: Fault, isJournal: boolean): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-noticed-'));
  if (fault.isSmall) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL}`, 'tmpfs', place]);
  writeFileSync(join(place, 'study.yaml'), FILE);
  const { hear, until, need } = lines();
  const children: ChildProcess[] = [];
  const env = fault.isFaked ? { ...process.env, ...clockIn(place) } : process.env;
  const start = (...args: readonly string[]) => {
    const child = spawn(process.execPath, args, { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', hear);
    children.push(child);
    return child;
  };
  const run = (...args: readonly string[]) => start(...command.slice(1), ...args);
  const servers = isJournal ? [] : await natsCluster(fault.copies ?? 1);
  const proxies: LoopbackProxy[] = [];
  try {
    const since = await begin();
    await fault.happen(since);
    return (await since.until(fault.named)) / 1000;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const { pid } of servers) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {} // it was killed
    }
    await Promise.all(children.map((child) => child.exitCode === null && child.signalCode === null && once(child, 'exit')));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await Promise.all(servers.map((server) => server.dispose()));
    if (fault.isSmall) execFileSync('umount', ['--lazy', place]);
    rmSync(place, { recursive: true, force: true });
  }

  async function begin(): Promise<Stage> {
    const stageOf = (processes: Stage['processes'], links: Stage['links']): Stage => {
      const since = performance.now();
      return { place, servers, links, run, processes, until: async (pattern) => (await until(pattern, since)) - since };
    };
    if (isJournal) {
      const engine = run('run', 'study.yaml', '--', ...PROGRAM);
      const journal = join(place, `${STUDY}.jsonl`);
      while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"reported"')) await sleep(100);
      const none = proxies as never;
      return stageOf({ engine, worker: engine }, none);
    }
    for (const _ of [1, 2]) proxies.push(await proxyTo(servers[0]!.url));
    const [engineLink, workerLink] = proxies as [LoopbackProxy, LoopbackProxy];
    const copies = String(fault.copies ?? 1);
    const engine = run('serve', 'study.yaml', '--nats', engineLink.url, '--lease', '3', '--replicas', copies);
    await need(/noticed: started/);
    const worker = fault.isInProcess
      ? start('--import', import.meta.resolve('tsx'), path('./blocking.ts'), workerLink.url, STUDY)
      : run('worker', `${workerLink.url}/${STUDY}`, '--', ...PROGRAM);
    await sleep(1000); // each server of a cluster must know the stream
    const log = await natsLog(await servers[0]!.connect(), STUDY, { create: false });
    void (async () => {
      for await (const entries of log.read()) for (const { fact } of entries) hear(`fact ${JSON.stringify(fact)}`);
    })().catch(() => {});
    await need(/^fact .*"reported"/);
    return stageOf({ engine, worker }, { engine: engineLink, worker: workerLink });
  }
}

/** Lets each fault happen alone, and measures the seconds until a line or a fact names it. */
export async function noticed(tell: (fault: string, seconds: number) => void, only = ''): Promise<void> {
  for (const fault of overNats) if (fault.name.includes(only)) tell(`over NATS, ${fault.name}`, await measure(fault, false));
  for (const fault of inJournals) if (fault.name.includes(only)) tell(`in a journal, ${fault.name}`, await measure(fault, true));
}
