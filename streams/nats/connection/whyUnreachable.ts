import { connect } from 'node:net';
import { isRecord } from '../../../src/schema/json.ts';
import { isClientError } from './retry.ts';

/** Milliseconds to wait for the first line of a server. */
const FIRST_LINE_WITHIN = 2000;

export interface Attempt {
  readonly places: readonly URL[];
  readonly isEncrypted: boolean;
  /** Whether the client has a login, and a certificate of its own. */
  readonly hasLogin: boolean;
  readonly hasCertificate: boolean;
}

/** Why a connection failed, and what to do. */
export interface Unreachable {
  readonly why: string;
  readonly todo?: string | undefined;
  /** Whether the server may come back by itself. */
  readonly isAway?: boolean;
}

const LOGIN = '--nkey with a seed, --creds with credentials, or a user and password in the address';

/** Why a connection failed. The client itself often only reports a timeout or a broken connection. */
export async function whyUnreachable(error: Error, attempt: Attempt): Promise<Unreachable> {
  const { hasLogin } = attempt;
  const code = codeOf(error);
  if (isClientError(error, 'AuthorizationError') && hasLogin)
    return { why: error.message, todo: 'the server refuses this login: it may be of another server, expired or revoked' };
  if (isClientError(error, 'AuthorizationError')) return { why: error.message, todo: `the server asks for a login: ${LOGIN}` };
  if (code === 'ECONNREFUSED') return { why: 'the connection is refused', todo: 'is nats-server running there, with -js?', isAway: true };
  if (code === 'ENOTFOUND') return { why: 'there is no host with this name' };
  const described = descriptionOf(error);
  if (/certificate/.test(described) && !/does not match/.test(described))
    return { why: `${described} (over TLS)`, todo: 'name the authority that signed the certificate of the server with --tls-ca' };
  return lookedAt(error, attempt, described);
}

/** Asks each server how it wants to be spoken to. */
async function lookedAt(error: Error, { places, isEncrypted, hasCertificate }: Attempt, described: string): Promise<Unreachable> {
  const infos = await Promise.all(places.map(infoOf));
  const is = (name: string) => infos.some((info) => isRecord(info) && info[name] === true);
  if (is('tls_verify') && !hasCertificate)
    return { why: described, todo: 'the server asks for a certificate of the client: --tls-cert and --tls-key' };
  if (isEncrypted && infos.every(isRecord) && !is('tls_required') && !is('tls_available'))
    return { why: 'the server does not use TLS', todo: 'use nats://, without --tls-ca, --tls-cert and --tls-key' };
  if (infos.every((info) => info === 'other')) return { why: `${described}: what answers there is no NATS server`, todo: 'check the port' };
  return { why: isEncrypted ? `${described} (over TLS)` : described, isAway: isClientError(error, 'TimeoutError') };
}

/** How a server describes itself in its first line; `other` if no line comes, or another one. */
function infoOf({ hostname, port }: URL): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4222) });
    let text = '';
    const end = (info: unknown) => {
      socket.destroy();
      resolve(info);
    };
    socket.setTimeout(FIRST_LINE_WITHIN, () => end('other'));
    socket.on('error', () => end(undefined));
    socket.on('end', () => end('other'));
    socket.on('data', (data) => {
      text += data;
      if (!text.includes('\n') && text.length < 65_536) return;
      try {
        end(text.startsWith('INFO ') ? JSON.parse(text.slice(5, text.indexOf('\n'))) : 'other');
      } catch {
        end('other');
      }
    });
  });
}

const codeOf = (error: unknown): unknown => {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return typeof code === 'string' ? code : isRecord(cause) || cause instanceof Error ? codeOf(cause) : undefined;
};

const descriptionOf = ({ message, cause }: Error): string =>
  cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
