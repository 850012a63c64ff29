import { decode } from '@nats-io/jwt';
import { OptionError } from '../../../src/errors.ts';
import { isRecord, jsonIn } from '../../../src/schema/json.ts';
import type { KeyOf } from './team.ts';

/** Users that are locked out: the public key of each, and the second since 1970 up to which its credentials are void. */
export type Revoked = Readonly<Record<string, number>>;

/** The file of a team that holds them. */
export const revokedName = (team: string): string => `${team}/revoked.json`;

/** The users of a team that are locked out so far. @throws OptionError for a file that holds something else. */
export function revokedIn(team: string, keyOf: KeyOf): Revoked {
  const file = revokedName(team);
  const text = keyOf(file);
  if (text === undefined) return {};
  const revoked = jsonIn(text);
  if (isRevoked(revoked)) return revoked;
  throw new OptionError(file, 'the public keys of users with times, as hypertide server apply writes them', 'something else');
}

const isRevoked = (data: unknown): data is Revoked => isRecord(data) && Object.values(data).every(Number.isSafeInteger);

/**
 * The same, with more users.
 *
 * @param users names such as `vision/w1`, whose credentials are among the keys; those of other teams are left out
 * @throws OptionError for a user without credentials.
 */
export function revokedWith(team: string, keyOf: KeyOf, users: readonly string[]): Revoked {
  const now = Math.floor(Date.now() / 1000);
  const added = users.filter((user) => user.startsWith(`${team}/`)).map((user) => [publicKeyOf(user, keyOf), now]);
  return { ...revokedIn(team, keyOf), ...Object.fromEntries(added) };
}

function publicKeyOf(user: string, keyOf: KeyOf): string {
  const creds = keyOf(`${user}.creds`);
  if (creds === undefined) throw new OptionError('revoke', 'a user whose credentials are with the keys', user);
  return userOf(`${user}.creds`, creds).sub;
}

/** What credentials contain about their user: its public key, the key that signed them, and the second in which they expire. @throws OptionError */
export function userOf(file: string, creds: string): { readonly sub: string; readonly iss: string; readonly exp?: number } {
  const [, jwt = ''] = /BEGIN NATS USER JWT-+\s+(\S+)/.exec(creds) ?? [];
  try {
    return decode(jwt);
  } catch {
    throw new OptionError(file, 'credentials of a user', 'something else');
  }
}
