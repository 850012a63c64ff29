import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { freePort } from './ports.ts';

const script = fileURLToPath(new URL('../scripts/ensure-nats.sh', import.meta.url));

/** The path of the server. */
export const natsProgram = (): string => execFileSync(script, { encoding: 'utf8' }).trim();

/** Milliseconds in which a busy machine answers a request. */
const LONG = 60_000;

/** A NATS server with its own store. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  connect(options?: NodeConnectionOptions): Promise<NatsConnection>;
  /** Ends the server, by default with SIGKILL. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts the server again after a kill, with the same port and store. */
  restart(): Promise<void>;
  /** Closes all connections, kills the server and deletes its store. */
  dispose(): Promise<void>;
}

/** Starts a server on a free port. @param config text of a configuration file, whose folders are replaced. @param jetStream whether it has JetStream */
export async function natsServer(config?: string, jetStream = true): Promise<NatsServer> {
  const program = natsProgram();
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-nats-'));
  const file = join(directory, 'server.conf');
  if (config !== undefined)
    writeFileSync(
      file,
      config.replace(/jetstream \{[^}]*store_dir[^}]*\}/, '').replace(/^( *dir: ).*$/m, `$1${JSON.stringify(join(directory, 'accounts'))}`),
    );
  const connections: NatsConnection[] = [];
  let child: ChildProcess;
  let port = ''; // one that the system gives to no connection while the server is restarted

  const start = async () => {
    const configured = config === undefined ? [] : ['-c', file];
    const stored = jetStream ? ['-js', '-sd', join(directory, 'store')] : [];
    const args = ['-a', '127.0.0.1', '-p', port, ...stored, '--ports_file_dir', directory, ...configured];
    const ready = portsWritten(directory);
    child = spawn(program, args, { stdio: 'ignore' });
    const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`nats-server exited with ${code}`)));
    failed.catch(() => {});
    await Promise.race([ready, failed]);
  };
  const kill = async (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    rmSync(join(directory, `nats-server_${child.pid}.ports`), { force: true });
  };
  for (let tries = 1, isUp = false; !isUp; tries++) {
    port = String(await freePort());
    isUp = await start().then(
      () => true,
      (error) => {
        if (tries === 3) throw error;
        return false; // another test has taken the port meanwhile
      },
    );
  }
  const dispose = async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await kill();
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    get url() {
      return `nats://127.0.0.1:${port}`;
    },
    get pid() {
      return child.pid!;
    },
    connect: async (options = {}) => {
      const connection = await connect({
        servers: `127.0.0.1:${port}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
        pingInterval: 2000,
        maxPingOut: 2,
        ...options,
      });
      connections.push(connection);
      const ask = connection.request.bind(connection);
      connection.request = (subject, payload, how = { timeout: LONG }) => ask(subject, payload, how); // without it, one second
      return connection;
    },
    kill,
    restart: start,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Waits for the file in which a server writes its ports: then it accepts connections. */
function portsWritten(directory: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(directory, (_, name) => {
      if (!name?.endsWith('.ports')) return;
      try {
        JSON.parse(readFileSync(join(directory, name), 'utf8'));
      } catch {
        return; // incomplete so far
      }
      watcher.close();
      resolve();
    });
  });
}
