import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { hasRole, tokenDigest, type User, type UserRole, type Users } from './users.ts';

/** The context of a request besides its body. */
export interface HttpEnv {
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: { readonly user: User | undefined };
}

/** Headers of every answer: it must not be cached, or shown as a page. */
const HEADERS = {
  'Content-Type': 'application/json',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** An answer in JSON. It is built in one piece, because middleware that adds headers later costs twice as much. */
export const answer = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: HEADERS });

/**
 * Accepts a request if its user has one of the roles. Without users, which is possible only on this machine, everyone may do everything.
 *
 * @returns the refusal of a request, if there is one
 */
export function permit(users: Users | undefined, roles: readonly UserRole[]): (c: Context<HttpEnv>) => Response | undefined {
  return (c) => {
    if (!users) return undefined;
    const token = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const user = token === undefined ? undefined : users.get(tokenDigest(token));
    if (!user) return answer({ error: 'a token is needed: send it as "Authorization: Bearer <token>"', code: 'unauthorized' }, 401);
    if (!hasRole(user, roles))
      return answer({ error: `${user.name} is a ${user.role}: this needs the role ${roles.join(' or ')}`, code: 'forbidden' }, 403);
    c.set('user', user);
    return undefined;
  };
}
