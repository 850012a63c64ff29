import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../../streams/nats/connection/connect.ts';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { UsageError } from '../text/usage.ts';

/** Fields of a context that change the login or the connection in ways that hypertide does not support. */
const UNSUPPORTED = ['nsc', 'user_jwt', 'socks_proxy'];

/**
 * The server and the login of a context, as `nats context add` stores it.
 *
 * @throws UsageError if there is no such context, or if it needs a feature that hypertide does not have.
 */
export function natsContext(name: string): Access & { readonly server: string } {
  if (/[/\\]|^\.\.?$/.test(name)) throw new UsageError(`expected the name of a context of the nats command, got ${name}`);
  const home = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  const path = join(home, 'nats', 'context', `${name}.json`);
  const fields = contentsOf(path);
  const text = (field: string): string | undefined => {
    const value = fields[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const file = (field: string) => text(field)?.replace(/^~(?=\/)/, homedir());
  const other = UNSUPPORTED.find((field) => text(field) !== undefined);
  if (other !== undefined) throw new UsageError(`${path}: it sets ${other}, which hypertide does not support`);
  const [user, token] = [text('user'), text('token')].map((value) => value && encodeURIComponent(value));
  const login = user === undefined ? token : `${user}:${encodeURIComponent(text('password') ?? '')}`;
  const [address] = [text('url') ?? 'nats://127.0.0.1:4222'].map((url) => (url.includes('://') ? url : `nats://${url}`));
  const [domain, api] = [text('jetstream_domain'), text('jetstream_api_prefix')];
  const naming = new URLSearchParams(omitUndefined({ domain: api === undefined ? domain : undefined, api })).toString();
  const full = naming === '' ? address! : `${address}?${naming}`;
  return {
    server: login === undefined ? full : full.replace('://', `://${login}@`),
    ...omitUndefined({ nkey: file('nkey'), creds: file('creds'), tlsCa: file('ca'), tlsCert: file('cert'), tlsKey: file('key') }),
  };
}

function contentsOf(path: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such context' : (cause as Error).message;
    throw new UsageError(`${path}: ${why}`, { cause });
  }
  if (!isRecord(data)) throw new UsageError(`${path}: expected a JSON object`);
  return data;
}
