import { existsSync, readFileSync } from 'node:fs';
import type { Access } from '../../streams/nats/connection/connect.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { UsageError } from '../text/usage.ts';
import { natsContext } from './natsContext.ts';

/** How to log in to a server: to one over NATS, or by the token of a user over HTTP. */
export interface Login extends Access {
  /** The file that holds the token. */
  readonly token?: string;
}

/** A server, and how to log in to it: a context of the `nats` command, or `hypertide.yaml`. */
export interface Context extends Login {
  /** Its address: `nats://`, `tls://`, `http://` or `https://`. */
  readonly server?: string;
}

/** Which server is meant where an address names none, and how to log in to each. */
export interface Connection {
  readonly server: string | undefined;
  loginTo(server: string): Login;
}

/** Options that every command accepts. */
export interface ConnectionFlags extends Login {
  readonly context?: string;
}

const FIELDS = ['server', 'creds', 'nkey', 'tlsCa', 'tlsCert', 'tlsKey', 'token'] as const;
/** The file with the server of a project, in the working directory. */
const PROJECT = 'hypertide.yaml';

/**
 * The server is that of `--context`, of `HYPERTIDE_NATS`, or of `hypertide.yaml`, in this order. The login of a context is only for its own server: another
 * one would learn its token.
 *
 * @throws UsageError
 */
export async function connectionFrom({ context, ...flags }: ConnectionFlags): Promise<Connection> {
  const { HYPERTIDE_NATS: server } = process.env;
  const { context: ofProject, ...project } = existsSync(PROJECT) ? await projectHere() : {};
  const known: readonly Context[] = [
    ...(context === undefined ? [] : [natsContext(context)]),
    ...(server ? [{ server }] : []),
    project,
    ...(context !== undefined || ofProject === undefined ? [] : [natsContext(ofProject)]),
  ];
  return {
    server: known.find((one) => one.server !== undefined)?.server,
    loginTo: (to) => {
      const [found = {}] = known.filter(
        (one) => (one.server === undefined || isSame(one.server, to)) && FIELDS.some((name) => name !== 'server' && name in one),
      );
      const { server: _, ...login } = found;
      return { ...login, ...omitUndefined(flags) };
    },
  };
}

/** Most projects have none, and to load a parser of YAML takes a third of the time of a short command. @throws UsageError */
async function projectHere(): Promise<Context & Pick<ConnectionFlags, 'context'>> {
  const { parseData } = await import('../text/parseData.ts');
  return fieldsIn(PROJECT, parseData(PROJECT, readFileSync(PROJECT, 'utf8')));
}

/** Whether two addresses name the same server. */
function isSame(a: string, b: string): boolean {
  const [one, other] = [hostsOf(a), hostsOf(b)];
  return one.some((host) => other.includes(host));
}

/** Each server of an address, with its port. */
const hostsOf = (address: string): readonly string[] =>
  address.split(',').map((part) => {
    const [, scheme = '', host = ''] = /^(?:(\w+):\/\/)?(?:[^@/]*@)?([^/?]*)/.exec(part) ?? [];
    const usual = scheme === 'https' ? '443' : scheme === 'http' ? '80' : '4222';
    return /:\d+$/.test(host) ? host : `${host}:${usual}`;
  });

/** The fields of a file with a server. @throws UsageError */
function fieldsIn(path: string, data: unknown): Context & Pick<ConnectionFlags, 'context'> {
  if (!isRecord(data)) throw new UsageError(`${path}: expected a server and how to log in, such as "server: nats://127.0.0.1:4222"`);
  const names = [...FIELDS, 'context'];
  for (const [name, text] of Object.entries(data)) {
    if (!names.includes(name)) throw new UsageError(`${path}: unknown key ${name}${nearest(name, names)}; expected ${names.join(', ')}`);
    if (typeof text !== 'string') throw new UsageError(`${path}: ${name}: expected text, got ${JSON.stringify(text)}`);
  }
  return data as Context & Pick<ConnectionFlags, 'context'>;
}
