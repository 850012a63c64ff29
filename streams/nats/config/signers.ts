import { encodeUser, fmtCreds } from '@nats-io/jwt';
import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../../src/errors.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { checkName } from '../protocol/subjects.ts';
import { type Revoked, revokedIn, userOf } from './revocation.ts';
import { type Role, roles } from './rights.ts';
import { type KeyOf, seedIn } from './team.ts';

const DAY = 86_400;
/** Days before their end from which credentials are renewed: two weeks, or half of their time, if that is less. @param days that they last */
export const renewsWithin = (days = Number.POSITIVE_INFINITY): number => Math.min(14, days / 2);

/** A key that signs users of one role. The server gives all of them the rights of the role, whatever they claim. */
export interface Signer {
  readonly role: Role | 'trainer';
  /** Public key of the account that its users belong to. */
  readonly account: string;
  readonly seed: string;
  /** The name of its team. */
  readonly team: string;
}

/**
 * Credentials of users, which the server accepts without a reload.
 *
 * @returns the text of each file, by its name, such as `vision/w1.creds`. Existing credentials are kept unless they are invalid or end soon.
 * @throws OptionError for names that cannot be part of a subject, and for invalid credentials.
 */
export async function credentials(
  { seed, account, team }: Signer,
  names: readonly string[],
  { keyOf = () => undefined, days }: { readonly keyOf?: KeyOf; readonly days?: number | undefined } = {},
): Promise<Record<string, string>> {
  const signer = nkeys.fromSeed(new TextEncoder().encode(seed));
  const exp = days === undefined ? {} : { exp: Math.floor(Date.now() / 1000 + days * DAY) };
  const validity = { revoked: revokedIn(team, keyOf), left: renewsWithin(days) * DAY };
  const files: Record<string, string> = {};
  for (const name of names) {
    const file = `${team}/${checkName('user', name)}.creds`;
    const user = nkeys.createUser();
    const old = keyOf(file);
    files[file] =
      old !== undefined && isValid(file, old, signer.getPublicKey(), validity)
        ? old
        : new TextDecoder().decode(fmtCreds(await encodeUser(name, user, account, {}, { signer, scopedUser: true, ...exp }), user));
  }
  return files;
}

/**
 * Whether a server accepts credentials: a key that it knows has signed them, they do not expire, and their user is not locked out.
 *
 * @param left seconds for which it must still accept them. @throws OptionError for invalid credentials.
 */
export function isValid(
  file: string,
  creds: string,
  key: string,
  { revoked = {}, left = 0 }: { readonly revoked?: Revoked; readonly left?: number } = {},
): boolean {
  const { iss, exp = 0, sub } = userOf(file, creds);
  return iss === key && (exp === 0 || exp > Date.now() / 1000 + left) && !Object.hasOwn(revoked, sub);
}

/** @throws OptionError unless it is a signing key. */
export function signerFrom(name: string, text: string): Signer {
  const wrong = (): never => {
    throw new OptionError(name, 'a key of a role that hypertide server render has written', 'something else');
  };
  try {
    const signer: unknown = JSON.parse(text);
    if (!isRecord(signer)) return wrong();
    const { role, account, seed, team } = signer;
    const known = [...roles, 'trainer' as const].find((one) => one === role);
    if (known === undefined || typeof account !== 'string' || typeof seed !== 'string' || typeof team !== 'string') return wrong();
    nkeys.fromPublic(account);
    nkeys.fromSeed(new TextEncoder().encode(seed));
    return { role: known, account, seed, team };
  } catch {
    return wrong();
  }
}

export const signerName = (team: string, role: Signer['role']): string => `${team}/${role}.signer`;

/** The keys of a team that sign users: existing ones, or new ones for the same accounts. */
export function signersOf(team: string, keyOf: KeyOf): Signer[] {
  const existing = [...roles, 'trainer' as const].map((role) => {
    const name = signerName(team, role);
    const text = keyOf(name);
    return { role, signer: text === undefined ? undefined : signerFrom(name, text) };
  });
  const accountOf = (isTrainer: boolean) =>
    existing.find(({ role, signer }) => signer && (role === 'trainer') === isTrainer)?.signer?.account ??
    nkeys.createAccount().getPublicKey();
  const accounts = { main: accountOf(false), trainers: accountOf(true) };
  return existing.map(({ role, signer }) => {
    if (signer) return signer;
    const account = role === 'trainer' ? accounts.trainers : accounts.main;
    return { role, account, seed: seedIn(nkeys.createAccount()), team };
  });
}
