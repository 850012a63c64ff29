import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Only our own scripts, styles and connections; no frames. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const newToken = (): string => randomBytes(24).toString('base64url');

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export const isLoopback = (host: string): boolean => ['127.0.0.1', 'localhost', '::1'].includes(host);

/**
 * Host names that this server accepts. A request for another name comes from a page of another site that resolves to this address (DNS rebinding).
 */
function namesOf(host: string): ReadonlySet<string> {
  if (isLoopback(host)) return new Set(LOOPBACK);
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
  );
  return new Set([...LOOPBACK, host.toLowerCase(), hostname().toLowerCase(), ...addresses]);
}

export interface AccessOptions {
  readonly host: string;
  readonly token: string;
  /** Host names of a proxy in front of this server. */
  readonly names?: readonly string[];
}

/** Security headers for all answers. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Content-Security-Policy', POLICY);
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};

/** Refuses requests for unknown host names, and those of pages of other sites. @returns the refusal of a request, if there is one */
export function refuseElsewhere({ host, names = [] }: Omit<AccessOptions, 'token'>): (request: Request) => Response | undefined {
  const known = new Set([...namesOf(host), ...names.map((name) => name.toLowerCase())]);
  return ({ headers, url }) => {
    const asked = (headers.get('host') ?? '').toLowerCase();
    if (!known.has(asked.replace(/:\d+$/, ''))) return new Response('unknown host name; name your proxy with --name', { status: 421 });
    const origin = headers.get('origin');
    const elsewhere = () => new Response('requests from other sites are refused', { status: 403 });
    if (origin !== null && origin !== `http://${asked}` && origin !== `https://${asked}`) return elsewhere();
    if (headers.get('sec-fetch-site') === 'cross-site' && new URL(url).pathname !== '/') return elsewhere();
    return undefined;
  };
}

/** The same as middleware. */
export function sameSite(options: Omit<AccessOptions, 'token'>): MiddlewareHandler {
  const refuse = refuseElsewhere(options);
  return async (c, next) => refuse(c.req.raw) ?? next();
}

/** Guards for reading and for acting. A cookie permits reading only, since a browser sends it with the requests of any page. */
export function access({ host, token, names = [] }: AccessOptions) {
  const bearer = (c: Context) => matches(c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '', token);
  const free = isLoopback(host) && names.length === 0; // through a proxy, users of other machines have access
  const mayRead: MiddlewareHandler = async (c, next) => {
    const [name, value] = readingCookie(c, token);
    if (!free && !bearer(c) && !matches(getCookie(c, name) ?? '', value)) return c.json({ ok: false, error: 'a token is needed' }, 401);
    await next();
  };
  const mayAct: MiddlewareHandler = async (c, next) => {
    if (!bearer(c)) return c.json({ ok: false, error: 'acting on a study needs the token' }, 401);
    await next();
  };
  /** Lets a browser read from now on, also where its page cannot send a token: in streams of events and downloads. */
  const permitReading = (c: Context) => {
    const [name, value] = readingCookie(c, token);
    const secure = c.req.header('origin')?.startsWith('https:') ?? false; // browsers send the origin; a proxy may hide that it speaks TLS
    setCookie(c, name, value, { httpOnly: true, sameSite: 'Strict', path: '/', secure });
  };
  return { mayRead, mayAct, permitReading };
}

/**
 * The cookie of a dashboard. A browser sends it to every port of its host, so other servers there see it: its value follows from the token but does not
 * reveal it, and its name has the port, so that two dashboards do not overwrite each other's.
 */
function readingCookie(c: Context, token: string): readonly [name: string, value: string] {
  const [, port = ''] = /(:\d+)$/.exec(c.req.header('host') ?? '') ?? [];
  return [`hypertide${port.replace(':', '-')}`, createHmac('sha256', token).update(`read${port}`).digest('base64url')];
}

function matches(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
