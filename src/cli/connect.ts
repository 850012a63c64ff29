import { type Access, type ConnectOptions, connectTo } from '../../streams/nats/connect.ts';
import { onStatus } from '../../streams/nats/connection.ts';
import { omitUndefined } from '../omitUndefined.ts';
import type { StatusLine } from './statusLine.ts';

/** Connects to a server, and says on the screen when it is away and when it is back. @throws ConnectError */
export async function connect(screen: StatusLine, url: string, options: ConnectOptions): ReturnType<typeof connectTo> {
  const nc = await connectTo(url, options);
  onStatus(nc, ({ type }) => {
    if (type === 'disconnect') screen.line('the server is away; waiting for it');
    if (type === 'reconnect') screen.line('the server is back');
  });
  return nc;
}

/** How a command connects, from its options. */
export const accessOf = ({ nkey, creds, tlsCa, tlsCert, tlsKey }: Access): Access =>
  omitUndefined<Access>({ nkey, creds, tlsCa, tlsCert, tlsKey });

/** Addresses as they may be shown. */
export const withoutPassword = (urls: string): string => urls.replaceAll(/\/\/[^@/,]*@/g, '//');

/** Milliseconds after which one says what one waits for. */
const SILENCE = 2000;

/** Says what one waits for, if that takes long. */
export async function announceWait<T>(screen: StatusLine, what: string, awaited: Promise<T>): Promise<T> {
  const timer = setTimeout(() => screen.line(`waiting for ${what}`), SILENCE);
  return awaited.finally(() => clearTimeout(timer));
}
