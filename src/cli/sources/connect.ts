import { type Access, type ConnectOptions, connectTo } from '../../../streams/nats/connect.ts';
import { onStatus } from '../../../streams/nats/connection.ts';
import { omitUndefined } from '../../omitUndefined.ts';
import type { StatusLine } from '../terminal/statusLine.ts';

/** Connects to a server, and prints when the connection is lost and when it is back. @throws ConnectError */
export async function connect(screen: StatusLine, url: string, options: ConnectOptions): ReturnType<typeof connectTo> {
  const nc = await connectTo(url, options);
  onStatus(nc, ({ type }) => {
    if (type === 'disconnect') screen.line('the connection to the server is lost; reconnecting', { level: 'warn' });
    if (type === 'reconnect') screen.line('the connection to the server is back');
  });
  return nc;
}

/** The options of a command that say how to connect. */
export const accessOf = ({ nkey, creds, tlsCa, tlsCert, tlsKey }: Access): Access => omitUndefined({ nkey, creds, tlsCa, tlsCert, tlsKey });

/** Milliseconds of waiting before it is announced. */
const SILENCE = 2000;

/** Prints what the user is waiting for, if it takes long. */
export async function announceWait<T>(screen: StatusLine, what: string, awaited: Promise<T>): Promise<T> {
  const timer = setTimeout(() => screen.line(`waiting for ${what}`), SILENCE);
  return awaited.finally(() => clearTimeout(timer));
}
