import { encodeUser, fmtCreds } from '@nats-io/jwt';
import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../../src/errors.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { checkName } from '../protocol/subjects.ts';
import { type Revoked, revokedIn, userOf } from './revocation.ts';
import { type Role, roles } from './rights.ts';
import { type KeyOf, keyName, seedIn, type Team } from './team.ts';

/** A key that signs users of one role. The server gives all of them the rights of the role, whatever they claim. */
export interface Signer {
  readonly role: Role | 'trainer';
  /** Public key of the account that its users belong to. */
  readonly account: string;
  readonly seed: string;
  /** Name of the team, if it has one. */
  readonly team?: string;
}

/**
 * Credentials of new users, which the server accepts without a reload.
 *
 * @returns the text of each file, by its name. Existing credentials are kept as long as they are valid. @throws OptionError for names that cannot be
 * part of a subject, and for invalid credentials.
 */
export async function credentials(
  { seed, account }: Signer,
  names: readonly string[],
  { team, keyOf = () => undefined, days }: { readonly team?: Team; readonly keyOf?: KeyOf; readonly days?: number | undefined } = {},
): Promise<Record<string, string>> {
  const signer = nkeys.fromSeed(new TextEncoder().encode(seed));
  const exp = days === undefined ? {} : { exp: Math.floor(Date.now() / 1000 + days * 86_400) };
  const files: Record<string, string> = {};
  const revoked = () => revokedIn(team ?? { trainers: [] }, keyOf);
  for (const name of names) {
    const file = `${keyName(team ?? { trainers: [] }, checkName('user', name))}.creds`;
    const user = nkeys.createUser();
    const old = keyOf(file);
    files[file] =
      old !== undefined && isValid(file, old, signer.getPublicKey(), revoked)
        ? old
        : new TextDecoder().decode(fmtCreds(await encodeUser(name, user, account, {}, { signer, scopedUser: true, ...exp }), user));
  }
  return files;
}

/**
 * Whether a server accepts credentials: a key that it knows has signed them, they have not expired, and their user is not locked out.
 *
 * @throws OptionError for invalid credentials.
 */
export function isValid(file: string, creds: string, key: string, revoked: () => Revoked = () => ({})): boolean {
  const { iss, exp, sub } = userOf(file, creds);
  return iss === key && !(exp !== undefined && exp > 0 && exp * 1000 <= Date.now()) && !Object.hasOwn(revoked(), sub);
}

/** @throws OptionError unless it is a signing key. */
export function signerFrom(name: string, text: string): Signer {
  const wrong = (): never => {
    throw new OptionError(name, 'a key of a role that hypertide server config --jwt has written', 'something else');
  };
  try {
    const signer: unknown = JSON.parse(text);
    if (!isRecord(signer)) return wrong();
    const { role, account, seed, team } = signer;
    const known = [...roles, 'trainer' as const].find((one) => one === role);
    if (known === undefined || typeof account !== 'string' || typeof seed !== 'string') return wrong();
    nkeys.fromPublic(account);
    nkeys.fromSeed(new TextEncoder().encode(seed));
    return omitUndefined({ role: known, account, seed, team: typeof team === 'string' ? team : undefined });
  } catch {
    return wrong();
  }
}

export const signerName = (team: Team, role: Signer['role']): string => `${keyName(team, role)}.signer`;

/** The keys of a team that sign users: existing ones, or new ones for the same accounts. */
export function signersOf(team: Team, keyOf: KeyOf): Signer[] {
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
    return omitUndefined({ role, account, seed: seedIn(nkeys.createAccount()), team: team.name });
  });
}
