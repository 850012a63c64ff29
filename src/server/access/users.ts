import { createHash } from 'node:crypto';
import { checkName } from '../../../streams/nats/protocol/subjects.ts';
import { UserError } from '../../errors.ts';
import { isRecord } from '../../schema/json.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';

/** What a user may do. `trainer`: ask for trials and tell their results. `operator`: read, and command. `viewer`: read. `agent`: all of these. */
export const userRoles = ['trainer', 'operator', 'viewer', 'agent'] as const;
export type UserRole = (typeof userRoles)[number];

/** A user of a server. */
export interface User {
  readonly name: string;
  readonly role: UserRole;
  /** How many trials it may cause: those that it asks for, and the configurations that it enqueues. Default: no limit. */
  readonly trials?: number;
  /** How many steps these trials may take together. Default: no limit. */
  readonly cost?: number;
  /** Whether its requests are only checked. Default: false. */
  readonly dryRun?: boolean;
}

/** Whether a user has one of the roles. */
export const hasRole = ({ role }: User, permitted: readonly UserRole[]): boolean => role === 'agent' || permitted.includes(role);

/** The file of users cannot be used. */
class UsersError extends UserError {
  override readonly name = 'UsersError';
  readonly code = 'users';
}

const DIGEST = /^[0-9a-f]{64}$/;

/** The SHA-256 of a token, as in the file of users: readers of the file cannot log in with it. */
export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The users of a server, by the digests of their tokens. */
export type Users = ReadonlyMap<string, User>;

/**
 * Users from data: `{ w1: { role: trainer, sha256: ... } }`.
 *
 * @throws UsersError
 */
export function parseUsers(data: unknown): Users {
  if (!isRecord(data) || Object.keys(data).length === 0) throw new UsersError('expected users by their names, each with role and sha256');
  const users = new Map<string, User>();
  for (const [name, user] of Object.entries(data)) {
    checkName('users', name);
    const { role, sha256, trials, cost, dryRun } = isRecord(user) ? user : {};
    if (!isRole(role)) throw new UsersError(`${name}: expected a role (${userRoles.join(', ')}), got ${JSON.stringify(role)}`);
    if (typeof sha256 !== 'string' || !DIGEST.test(sha256))
      throw new UsersError(`${name}: expected sha256 with 64 hexadecimal digits; "hypertide server users" makes them`);
    if (users.has(sha256)) throw new UsersError(`${name}: expected a token of its own, got that of ${users.get(sha256)!.name}`);
    for (const [limit, value] of Object.entries({ trials, cost }))
      if (value !== undefined && !isAmount(value))
        throw new UsersError(`${name}: expected ${limit} of at least 0, got ${JSON.stringify(value)}`);
    users.set(sha256, {
      name,
      role,
      ...omitUndefined({ trials: amountOf(trials), cost: amountOf(cost), dryRun: dryRun === true || undefined }),
    });
  }
  return users;
}

const isRole = (role: unknown): role is UserRole => userRoles.some((known) => known === role);

const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0;
const amountOf = (value: unknown): number | undefined => (isAmount(value) ? value : undefined);
