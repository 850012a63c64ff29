import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import { hasRole, tokenDigest, type User, type UserRole, type Users } from './users.ts';

/** The context of a request besides its body. */
export interface HttpEnv {
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: { readonly user: User | undefined };
}

/** Headers of every answer that is not a part of the page: it must not be cached, or shown as a page. */
export const HEADERS = {
  'Content-Type': 'application/json',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** An answer in JSON. It is built in one piece, because middleware that adds headers later costs twice as much. */
export const answerJson = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: HEADERS });

/** An answer that is not in JSON, with the same headers. */
export const answerAs = (
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response => new Response(body, { status, headers: { ...HEADERS, 'Content-Type': type, ...more } });

export const newToken = (): string => randomBytes(24).toString('base64url');

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export const isLoopback = (host: string): boolean => ['127.0.0.1', 'localhost', '::1'].includes(host);

/** From where a server accepts requests, and of which users. */
export interface AccessOptions {
  /** The address that the server listens at. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** More host names, such as those of a proxy. */
  readonly names?: readonly string[] | undefined;
  /** Without users, everyone on this machine may do everything. */
  readonly users?: Users | FindUser | undefined;
}

/** Finds the user of a request; undefined if there is none: for a program with a log-in of its own. */
export type FindUser = (request: Request) => User | undefined | Promise<User | undefined>;

/** A user of a server without users. */
export const ANYONE: User = { name: 'agent', role: 'agent' };

/**
 * Host names that this server accepts. A request for another name comes from a page of another site that resolves to this address (DNS rebinding).
 */
function namesOf(host: string): readonly string[] {
  if (isLoopback(host)) return LOOPBACK;
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
  );
  return [...LOOPBACK, host.toLowerCase(), hostname().toLowerCase(), ...addresses];
}

/** Refuses requests for unknown host names, and those of pages of other sites. @returns the refusal of a request, if there is one */
export function refuseElsewhere({
  host = '127.0.0.1',
  names = [],
}: Pick<AccessOptions, 'host' | 'names'>): (request: Request) => Response | undefined {
  const known = new Set([...namesOf(host), ...names.map((name) => name.toLowerCase())]);
  const elsewhere = () => answerJson({ error: 'requests from other sites are refused', code: 'other-site' }, 403);
  return ({ headers, url }) => {
    const asked = (headers.get('host') ?? '').toLowerCase();
    if (!known.has(asked.replace(/:\d+$/, '')))
      return answerJson({ error: 'this server does not know that host name: name a proxy with --proxy', code: 'unknown-host' }, 421);
    const origin = headers.get('origin');
    if (origin !== null && origin !== `http://${asked}` && origin !== `https://${asked}`) return elsewhere();
    if (headers.get('sec-fetch-site') === 'cross-site' && new URL(url).pathname !== '/') return elsewhere();
    return undefined;
  };
}

type Refusal = Response | undefined;

/** Checks that the user of a request has one of the roles. @returns the response that refuses it; undefined if the user may */
export type Permit = (c: Context<HttpEnv>, roles: readonly UserRole[]) => Refusal | Promise<Refusal>;

/** The users of a server: what they may do, and how a browser remembers one. */
export function checksFor({ users }: Pick<AccessOptions, 'users'>): {
  readonly permit: Permit;
  /** A cookie by which the browser of the user of a request can read, if it needs one. */
  readonly cookieFor: (c: Context<HttpEnv>) => string | undefined;
} {
  const reading = readingCookies();
  if (users === undefined) return { permit: () => undefined, cookieFor: () => undefined };
  const check = (c: Context<HttpEnv>, user: User | undefined, roles: readonly UserRole[]): Refusal => {
    if (!user) return answerJson({ error: 'a token is needed: send it as "Authorization: Bearer <token>"', code: 'unauthorized' }, 401);
    if (!hasRole(user, roles))
      return answerJson({ error: `${user.name} is a ${user.role}: this needs the role ${roles.join(' or ')}`, code: 'forbidden' }, 403);
    c.set('user', user);
    return undefined;
  };
  if (typeof users === 'function')
    return { permit: async (c, roles) => check(c, await users(c.req.raw), roles), cookieFor: () => undefined };
  const userOf = (c: Context<HttpEnv>): User | undefined => {
    const token = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (token !== undefined) return users.get(tokenDigest(token));
    return c.req.method === 'GET' || c.req.method === 'HEAD' ? reading.userIn(c, users) : undefined;
  };
  return { permit: (c, roles) => check(c, userOf(c), roles), cookieFor: (c) => reading.give(c, c.get('user')!) };
}

/**
 * Cookies that let the browser of a user read, also where a page cannot send a token: in streams of events, images and downloads. A cookie permits
 * reading only, since a browser sends it with the requests of any page, and to every port of its host: its value does not reveal a token, and its name
 * has the port, so that two servers do not overwrite each other's. It holds until the server ends.
 */
function readingCookies() {
  const secret = randomBytes(32);
  const portOf = (c: Context) => /(:\d+)$/.exec(c.req.header('host') ?? '')?.[1] ?? '';
  const nameOf = (c: Context) => `hypertide${portOf(c).replace(':', '-')}`;
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
  const proofOf = (c: Context, { name }: User) => `${name}.${sign(`${name} reads${portOf(c)}`)}`;
  return {
    give: (c: Context, user: User) => {
      const secure = c.req.header('origin')?.startsWith('https:') ?? false; // browsers send the origin; a proxy may hide that it speaks TLS
      return generateCookie(nameOf(c), proofOf(c, user), { httpOnly: true, sameSite: 'Strict', path: '/', secure });
    },
    userIn: (c: Context, users: Users): User | undefined => {
      const given = getCookie(c, nameOf(c));
      if (given === undefined) return undefined;
      return [...users.values()].find((user) => matches(given, proofOf(c, user)));
    },
  };
}

function matches(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
