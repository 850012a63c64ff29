import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { command } from '../../../test/support/command.ts';
import { natsProgram } from '../../../test/support/nats.ts';
import { freePort } from '../../../test/support/ports.ts';

/** What the programs of trials do: they note in a diary that they begin and what they have told. `$1` is the name of the worker, `$2` the value. */
const PROGRAM = `note() { echo "$1 $WORKER $HYPERTIDE_STUDY $HYPERTIDE_TRIAL $HYPERTIDE_ATTEMPT $(date +%s%3N)" >> "$DIARY"; }
WORKER=$1
note begun
sleep 0.4
echo "step=1 value=$2"
sleep 0.4
echo "value=$2"
note told
`;
/** Bytes of the disk of each server. */
const DISK = 2 ** 26;
/** The usual port of servers, from which ports for monitoring are counted, and how far they lie above. Those for each other lie 2000 above. */
const USUAL = 4222;
const MONITOR_ABOVE = 1000;
/** All of these lie below those that Linux gives to outgoing connections. */
const LOW = 30_000;
/** Milliseconds between two looks, and in which a process must have started. */
const LOOK = 200;
const START = 60_000;
/** Milliseconds in which the health of a server becomes good, and how often it is started at most. */
const HEALTHY = 20_000;
const TRIES = 4;
/** Milliseconds between the starts of two servers. */
const APART = 1000;

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A process of the platform that can be ended and started again. Its output is in a file. */
export class Process {
  readonly name: string;
  readonly log: string;
  readonly #start: (output: number) => ChildProcess;
  readonly #isReady: () => Promise<boolean> | boolean;
  #child: ChildProcess | undefined;

  constructor(name: string, log: string, start: (output: number) => ChildProcess, isReady: () => Promise<boolean> | boolean) {
    this.name = name;
    this.log = log;
    this.#start = start;
    this.#isReady = isReady;
  }

  get isAlive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** What it has printed since its first start. */
  get text(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  launch(): void {
    const output = openSync(this.log, 'a');
    this.#child = this.#start(output);
    closeSync(output);
  }

  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  async ready(longest = START): Promise<void> {
    for (const end = performance.now() + longest; !(await this.#isReady()); await sleep(LOOK)) {
      if (!this.isAlive) throw new Error(`${this.name} has ended: ${this.text.slice(-2000)}`);
      if (performance.now() > end) throw new Error(`${this.name} is not ready after ${longest / 1000} s: ${this.text.slice(-2000)}`);
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.#child!, 'exit');
    this.#child!.kill('SIGCONT');
    this.#child!.kill(signal);
    await exited;
  }
}

/** A server of the cluster, with a disk of its own. */
export interface Server {
  readonly name: string;
  /**
   * Starts it, and starts it again if its health does not become good, as an operator does: nats-server 2.10 may start without some of its streams, or
   * without finding the leader.
   */
  readonly start: (say: (line: string) => void) => Promise<void>;
  readonly process: Process;
  readonly disk: string;
  /** Where it answers requests for its health. */
  readonly monitor: string;
}

/** The platform as it is declared. */
export interface Declared {
  readonly nats: { readonly cluster: readonly string[]; readonly store: string; readonly monitor: number };
  readonly archive: { readonly to: string };
  readonly workers: readonly string[];
  readonly teams: Readonly<Record<string, Team>>;
}
export interface Team {
  readonly users?: readonly string[];
  readonly weight?: number;
  readonly quota?: object;
  readonly retention?: { readonly unload: string; readonly archive: string };
}

/** A platform on this machine, as its files, processes and commands. */
export type Site = Awaited<ReturnType<typeof site>>;

export interface SiteOptions {
  readonly teams: Readonly<Record<string, Team>>;
  readonly workers: readonly string[];
  /** Seconds of a lease. */
  readonly lease: number;
}

async function lowPorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = await freePort();
    if (port < LOW) ports.push(port);
  }
  return ports;
}

/** Renders a platform of three servers, and prepares its processes. Only root can mount the disks of the servers. */
export async function site({ teams, workers, lease }: SiteOptions) {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-day-'));
  const path = (...names: readonly string[]) => join(place, ...names);
  const ports = await lowPorts(3);
  let declared: Declared = {
    nats: { cluster: ports.map((port) => `127.0.0.1:${port}`), store: path('nats'), monitor: USUAL + MONITOR_ABOVE },
    archive: { to: path('archives') },
    workers,
    teams,
  };
  writeFileSync(path('program.sh'), PROGRAM);
  writeFileSync(path('diary'), '');
  mkdirSync(path('logs'));
  const disks = ports.map((port) => path('nats', `127.0.0.1-${port}`));
  for (const disk of disks) {
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]);
  }
  const env = { ...process.env, DIARY: path('diary'), NO_COLOR: '1' };
  const [node, ...words] = command;
  const url = ports.map((port) => `nats://127.0.0.1:${port}`).join(',');
  const hypertide = (...args: readonly string[]): Promise<Said> =>
    new Promise((resolve) => {
      execFile(node, [...words, ...args], { cwd: place, env, maxBuffer: 2 ** 28 }, (error, out, err) =>
        resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err }),
      );
    });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { status, out, err } = await hypertide(...args);
    if (status !== 0) throw new Error(`hypertide ${args.join(' ')} ended with ${status}: ${err}${out}`);
    return out;
  };
  const declare = (next: Partial<Pick<Declared, 'teams' | 'workers'>>) => {
    declared = { ...declared, ...next };
    writeFileSync(path('platform.yaml'), JSON.stringify(declared, undefined, 2));
  };
  const creds = (team: string, user: string) => path('keys', team, `${user}.creds`);
  const start = (name: string, program: string, args: readonly string[], isReady: () => Promise<boolean> | boolean) =>
    new Process(
      name,
      path('logs', name),
      (output) => spawn(program, args, { cwd: place, env, stdio: ['ignore', output, output] }),
      isReady,
    );
  const answers = (address: string) =>
    fetch(address, { signal: AbortSignal.timeout(3000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  declare({});
  await must('server', 'render', 'platform.yaml');
  const servers = ports.map((port, i): Server => {
    const name = `127.0.0.1-${port}`;
    const monitor = `http://127.0.0.1:${port + MONITOR_ABOVE}`;
    const process = start(`n${i + 1}`, natsProgram(), ['-c', path('out', 'nats', `${name}.conf`)], () => answers(`${monitor}/healthz`));
    const restarted = async (say: (line: string) => void) => {
      for (let tries = 1; ; tries++) {
        process.launch();
        const failed = await process.ready(HEALTHY).then(
          () => undefined,
          (error: Error) => error,
        );
        if (failed === undefined) return;
        if (tries === TRIES) throw failed;
        say(`${process.name} is restarted, since its health is not good after ${HEALTHY / 1000} s`);
        await process.end();
      }
    };
    return { name, process, start: restarted, disk: disks[i]!, monitor };
  });
  const monitors = await Promise.all([freePort(), freePort()]);
  const engines = monitors.map((port, i) =>
    start(
      `engine${i + 1}`,
      node,
      [
        ...words,
        ...['server', 'start', '--platform', path('platform.yaml'), '--replicas', '3', '--monitor', String(port)],
        ...['--lease', `${lease}s`],
      ],
      () => answers(`http://127.0.0.1:${port}/readyz`),
    ),
  );
  /** A worker of all teams. @param program the program of its trials */
  const worker = (name: string, program = [`sh ${path('program.sh')}`, name, '{x}'].join(' ').split(' '), parallel = 4): Process =>
    start(
      name,
      node,
      [...words, 'worker', '--platform', 'platform.yaml', '--name', name, '--parallel', String(parallel), '--', ...program],
      () => true,
    );
  return {
    place,
    path,
    url,
    lease,
    servers,
    /** Starts all servers, one after the other, as the guide says. */
    startServers: async (say: (line: string) => void) => {
      const starting = servers.map(async ({ start }, i) => {
        await sleep(i * APART);
        await start(say);
      });
      await Promise.all(starting);
    },
    engines,
    worker,
    start,
    /** The words of a command, for a process. */
    command: (...args: readonly string[]) => [node, [...words, ...args]] as const,
    hypertide,
    must,
    declare,
    creds,
    get declared() {
      return declared;
    },
    /** The commands of a study, as the admin of its team. */
    addressOf: (team: string, study = '', user = 'admin') => [study === '' ? url : `${url}/${study}`, '--creds', creds(team, user)],
    connect: (team: string) => connectTo(url, { creds: creds(team, 'admin'), inboxPrefix: '_INBOX_admin' }),
    doctor: () => hypertide('server', 'doctor', 'platform.yaml', '--engine', ...monitors.map((port) => `127.0.0.1:${port}`)),
    /** What doctor says of one engine. */
    doctorOf: (engine: number) => hypertide('server', 'doctor', 'platform.yaml', '--engine', `127.0.0.1:${monitors[engine]!}`),
    /** The lines of the diaries of programs. */
    diary: () => readFileSync(path('diary'), 'utf8').split('\n').slice(0, -1),
    remove: () => {
      for (const disk of disks) execFileSync('umount', ['--lazy', disk]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}
