import { isDeepStrictEqual } from 'node:util';
import {
  type Account,
  decode,
  encodeAccount,
  encodeGeneric,
  encodeOperator,
  encodeUser,
  fmtCreds,
  type Import,
  type SigningKey,
} from '@nats-io/jwt';
import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../../src/errors.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { checkName, everyStudy, inboxOfTrainer } from '../protocol/subjects.ts';
import { checkRevoke, type Revoked, revokedIn, revokedName, revokedWith, userOf } from './revocation.ts';
import { type Rights, type Role, rightsOf, rightsOfTrainer, roles, type Share, sharedWith } from './rights.ts';
import {
  checkTeams,
  type KeyOf,
  type KeyPair,
  keyName,
  pairOf,
  quoted,
  type ServerSettings,
  STORE,
  seedIn,
  serverText,
  type Team,
} from './team.ts';
import { LISTED, REMOVED, type SignedAccount, updateOf } from './updateAccounts.ts';

/** A key that signs users of one role. The server gives all of them the rights of the role, whatever they claim. */
export interface Signer {
  readonly role: Role | 'trainer';
  /** Public key of the account that its users belong to. */
  readonly account: string;
  readonly seed: string;
  /** Name of the team, if it has one. */
  readonly team?: string;
}

export interface JwtConfigOptions extends ServerSettings {
  readonly teams: readonly Team[];
  /** The existing text of a key file; if there is none, a key is created. */
  readonly keyOf?: KeyOf;
  /** Days until the credentials of new users expire. Default: never. */
  readonly days?: number;
  /** Users to lock out: their names, such as `vision/w1`, or their public keys. */
  readonly revoke?: readonly string[];
  /** Names of other teams, which a server no longer has. */
  readonly remove?: readonly string[];
}

export interface JwtConfig {
  /** A whole nats-server.conf. It does not name users, so new ones need no reload. Nor do new teams, which a running server takes and keeps. */
  readonly text: string;
  /**
   * The contents of each key file: `root.nk`, `root.jwt`, `system.nk`, `system.jwt` and `system.creds`; for each team `vision/<role>.signer`,
   * `vision/<user>.creds`, the JWTs of its accounts, `vision/studies.jwt` and `vision/trainers.jwt`, and, if users are locked out, `vision/revoked.json`.
   */
  readonly files: Readonly<Record<string, string>>;
  /** For an update of a running server. */
  readonly accounts: readonly SignedAccount[];
  /** A signed request to a running server to remove the accounts of teams, and the key files that are void from then on. */
  readonly removal?: { readonly request: string; readonly voided: readonly string[] };
}

/** The server puts the name of the user here. */
const NAME = '{{name()}}';
/** The file with the credentials for updates of a running server. */
export const UPDATER = 'system.creds';
const UNLIMITED = { subs: -1, data: -1, payload: -1 } as const;
const LIMITS = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: 0 } as const;
/** The number of answers to a request, and nanoseconds that they may take: the most that the server allows. */
const ANSWERS = { max: 1, ttl: 120e9 } as const;

/**
 * The configuration of a server whose users have credentials that an account has signed, so that it does not list users. A team has two accounts, one
 * for its studies and one that its trainers share, and a key for each role that signs users.
 *
 * Trainers of a team share an account, so one of them can make the server send another one a stored message; {@link isRelayed} distinguishes it from
 * one of the engine.
 *
 * @throws OptionError for names that cannot be part of a subject, or are used twice, and for invalid keys.
 */
export async function jwtConfig({
  teams,
  keyOf: existing = () => undefined,
  days,
  revoke = [],
  remove = [],
  ...settings
}: JwtConfigOptions): Promise<JwtConfig> {
  checkTeams(teams);
  const files: Record<string, string> = {};
  checkRevoke(teams, revoke);
  for (const team of teams) {
    const revoked = revokedWith(team, existing, revoke);
    if (Object.keys(revoked).length > 0) files[revokedName(team)] = `${JSON.stringify(revoked, null, 2)}\n`;
  }
  const keyOf: KeyOf = (name) => files[name] ?? existing(name);
  const key = (name: string, create: () => KeyPair) => {
    const pair = pairOf(name, keyOf(name), create);
    files[name] = seedIn(pair);
    return pair;
  };
  const root = key('root.nk', nkeys.createOperator);
  const systemKey = key('system.nk', nkeys.createAccount);
  const system = systemKey.getPublicKey();
  const updater = keyOf(UPDATER);
  files[UPDATER] = updater !== undefined && isValid(UPDATER, updater, system) ? updater : await updaterOf(systemKey);
  const accounts: SignedAccount[] = [];
  const add = async (name: string, key: string, claims: Partial<Account>) => {
    const jwt = renewed(`${name}.jwt`, keyOf(`${name}.jwt`), await encodeAccount(name, key, claims, { signer: root }));
    files[`${name}.jwt`] = jwt;
    accounts.push({ name, key, jwt });
  };
  await add('system', system, { limits: LIMITS });
  for (const team of teams) {
    const signers = signersOf(team, keyOf);
    for (const signer of signers) files[signerName(team, signer.role)] = `${JSON.stringify(signer)}\n`;
    const of = (wanted: Signer['role']) => signers.find(({ role }) => role === wanted)!;
    const [main, trainers] = [of('engine').account, of('trainer').account];
    const revocations = revokedIn(team, keyOf);
    const every = [everyStudy(settings)];
    const shares = sharedWith(every, '*');
    await add(keyName(team, 'studies'), main, {
      revocations,
      limits: { ...LIMITS, disk_storage: settings.maxBytes ?? -1, streams: -1, consumer: -1 },
      exports: shares.map(exported),
      signing_keys: roles.map((role) => scope(of(role), rightsOf[role](every))),
    });
    await add(keyName(team, 'trainers'), trainers, {
      revocations,
      limits: LIMITS,
      imports: shares.map((share) => imported(share, main)),
      signing_keys: [scope(of('trainer'), rightsOfTrainer(every, NAME, inboxOfTrainer(NAME, true)))],
    });
    for (const role of roles) Object.assign(files, await credentials(of(role), [role], { team, keyOf, days }));
    Object.assign(files, await credentials(of('trainer'), team.trainers, { team, keyOf, days }));
  }
  // A server only reloads a configuration whose operator is byte for byte the same.
  const isKept = keyOf('root.nk') !== undefined && keyOf('system.nk') !== undefined;
  const operator = (isKept ? keyOf('root.jwt') : undefined) ?? (await encodeOperator('hypertide', root, { system_account: system }));
  files['root.jwt'] = operator;
  const preload = accounts.map(({ key, jwt }) => `  ${key}: ${jwt}`);
  const text = `${serverText(settings)}\noperator: ${operator}\nsystem_account: ${system}\n${resolver(settings)}resolver_preload {\n${preload.join('\n')}\n}\n`;
  const removed = remove.flatMap((name) => removedOf(name, teams, keyOf));
  if (removed.length === 0) return { text, files, accounts };
  const request = await encodeGeneric('hypertide', root, 'generic', { accounts: removed });
  // A server that has removed an account knows its last JWT, and ignores the same one.
  const voided = remove
    .flatMap((name) => ['studies', 'trainers'].map((account) => `${name}/${account}.jwt`))
    .filter((file) => keyOf(file) !== undefined);
  return { text, files, accounts, removal: { request, voided } };
}

/** The accounts of a team that is removed. @throws OptionError if its keys are missing, or if it is still there */
function removedOf(name: string, teams: readonly Team[], keyOf: KeyOf): readonly string[] {
  if (teams.some((team) => team.name === name)) throw new OptionError('remove', 'a team that is not one of the teams', name);
  const accounts = (['engine', 'trainer'] as const).flatMap((role) => {
    const file = signerName({ name, trainers: [] }, role);
    const text = keyOf(file);
    return text === undefined ? [] : signerFrom(file, text).account;
  });
  if (accounts.length === 0) throw new OptionError('remove', 'a team whose keys are there', name);
  return accounts;
}

/** Where a server keeps the accounts that it has taken since it started, so that it still has them after a restart. Of two JWTs, it keeps the newer one. */
const resolver = ({ store = STORE }: ServerSettings): string => `resolver {
  type: full
  dir: ${quoted(`${store}/accounts`)}
  allow_delete: true
}
`;

/** The JWT of an account, or the existing one if it says the same: a server compares when they were signed. @throws OptionError */
function renewed(file: string, old: string | undefined, jwt: string): string {
  return old !== undefined && isDeepStrictEqual(saidIn(file, old), saidIn(file, jwt)) ? old : jwt;
}

function saidIn(file: string, jwt: string): object {
  try {
    const { iat, jti, ...said } = decode(jwt);
    return said;
  } catch {
    throw new OptionError(file, 'the JWT of an account', 'something else');
  }
}

/** Credentials of a user of the system account that may update, list and remove accounts, and nothing else. */
async function updaterOf(system: ReturnType<typeof nkeys.createAccount>): Promise<string> {
  const user = nkeys.createUser();
  const rights = { pub: { allow: [updateOf('*'), LISTED, REMOVED] }, sub: { allow: ['_INBOX_system.>'] } };
  return new TextDecoder().decode(fmtCreds(await encodeUser('system', user, system, rights, { signer: system }), user));
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
function isValid(file: string, creds: string, key: string, revoked: () => Revoked = () => ({})): boolean {
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

const signerName = (team: Team, role: Signer['role']): string => `${keyName(team, role)}.signer`;

/** The keys of a team that sign users: existing ones, or new ones for the same accounts. */
function signersOf(team: Team, keyOf: KeyOf): Signer[] {
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

/** The library's own template would allow each user to answer requests. */
const scope = ({ role, seed }: Signer, { publish, subscribe, answers }: Rights): SigningKey => ({
  kind: 'user_scope',
  key: nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey(),
  role,
  template: { ...UNLIMITED, pub: { allow: [...publish] }, sub: { allow: [...subscribe] }, ...(answers && { resp: ANSWERS }) },
});

const exported = ({ kind, subject, many }: Share) => ({
  name: subject,
  subject,
  type: kind,
  ...(many && { response_type: 'Stream' as const }),
});
const imported = ({ kind, subject, as }: Share, account: string): Import => ({
  name: subject,
  subject,
  type: kind,
  account,
  ...(as !== undefined && { local_subject: as }),
});
