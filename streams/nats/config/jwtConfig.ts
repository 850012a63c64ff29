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
import { everyStudy, inboxOfTrainer } from '../protocol/subjects.ts';
import { revokedIn, revokedName, revokedWith } from './revocation.ts';
import { type Rights, rightsOf, rightsOfTrainer, roles, type Share, sharedWith } from './rights.ts';
import { quoted, type ServerSettings, STORE, serverText } from './serverConfig.ts';
import { credentials, isValid, type Signer, signerName, signersOf } from './signers.ts';
import { checkNames, type KeyOf, type KeyPair, keyPairOf, seedIn, type Team } from './team.ts';
import { LISTED, lookupOf, REMOVED, type SignedAccount, updateOf } from './updateAccounts.ts';

export interface JwtConfigOptions {
  readonly teams: readonly Team[];
  /** What all subjects of studies begin with. Default: `ht`. */
  readonly prefix?: string | undefined;
  /** The existing text of a key file; if there is none, a key is created. */
  readonly keyOf?: KeyOf;
  /** Days until the credentials of new users expire, except those of engines. Default: never. */
  readonly days?: number | undefined;
  /** Names of users to lock out, such as `vision/w1`. */
  readonly revoke?: readonly string[];
}

export interface JwtConfig {
  /** A whole nats-server.conf. It does not name users, so new ones need no reload. Nor do new teams, which a running server takes and keeps. */
  readonly textOf: (server: ServerSettings) => string;
  /**
   * The contents of each key file: `root.nk`, `root.jwt`, `system.nk`, `system.jwt` and `system.creds`; for each team `vision/<role>.signer`,
   * `vision/<user>.creds`, the JWTs of its accounts, `vision/studies.jwt` and `vision/trainers.jwt`, and, if users are locked out, `vision/revoked.json`.
   */
  readonly files: Readonly<Record<string, string>>;
  /** For an update of a running server. */
  readonly accounts: readonly SignedAccount[];
  /** A signed request to a running server to remove other accounts, by their public keys. */
  readonly removalOf: (accounts: readonly string[]) => Promise<string>;
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
  prefix,
  keyOf: existing = () => undefined,
  days,
  revoke = [],
}: JwtConfigOptions): Promise<JwtConfig> {
  checkNames(
    'team',
    teams.map(({ name }) => name),
  );
  for (const { trainers } of teams) checkNames('trainer', trainers, roles);
  const files: Record<string, string> = {};
  for (const { name } of teams) {
    const revoked = revokedWith(name, existing, revoke);
    if (Object.keys(revoked).length > 0) files[revokedName(name)] = `${JSON.stringify(revoked, null, 2)}\n`;
  }
  const keyOf: KeyOf = (name) => files[name] ?? existing(name);
  const key = (name: string, create: () => KeyPair) => {
    const pair = keyPairOf(name, keyOf(name), create);
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
  const every = everyStudy({ prefix });
  const shares = sharedWith(every, '*');
  for (const { name: team, trainers: names, bytes = -1 } of teams) {
    const signers = signersOf(team, keyOf);
    for (const signer of signers) files[signerName(team, signer.role)] = `${JSON.stringify(signer)}\n`;
    const of = (wanted: Signer['role']) => signers.find(({ role }) => role === wanted)!;
    const [main, trainers] = [of('engine').account, of('trainer').account];
    const revocations = revokedIn(team, keyOf);
    await add(`${team}/studies`, main, {
      revocations,
      limits: { ...LIMITS, disk_storage: bytes, streams: -1, consumer: -1 },
      exports: shares.map(exported),
      signing_keys: roles.map((role) => scope(of(role), rightsOf[role](every))),
    });
    await add(`${team}/trainers`, trainers, {
      revocations,
      limits: LIMITS,
      imports: shares.map((share) => imported(share, main)),
      signing_keys: [scope(of('trainer'), rightsOfTrainer(every, NAME, inboxOfTrainer(NAME)))],
    });
    // Without its credentials, a team stands still, so those of its engine do not expire.
    for (const role of roles)
      Object.assign(files, await credentials(of(role), [role], { keyOf, days: role === 'engine' ? undefined : days }));
    Object.assign(files, await credentials(of('trainer'), names, { keyOf, days }));
  }
  // A server only reloads a configuration whose operator is byte for byte the same.
  const isKept = keyOf('root.nk') !== undefined && keyOf('system.nk') !== undefined;
  const operator = (isKept ? keyOf('root.jwt') : undefined) ?? (await encodeOperator('hypertide', root, { system_account: system }));
  files['root.jwt'] = operator;
  const preload = accounts.map(({ key, jwt }) => `  ${key}: ${jwt}`);
  const textOf = (server: ServerSettings) =>
    `${serverText(server)}\noperator: ${operator}\nsystem_account: ${system}\n${resolver(server)}resolver_preload {\n${preload.join('\n')}\n}\n`;
  const removalOf = (keys: readonly string[]) => encodeGeneric('hypertide', root, 'generic', { accounts: keys });
  return { textOf, files, accounts, removalOf };
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
  const rights = { pub: { allow: [updateOf('*'), lookupOf('*'), LISTED, REMOVED] }, sub: { allow: ['_INBOX_system.>'] } };
  return new TextDecoder().decode(fmtCreds(await encodeUser('system', user, system, rights, { signer: system }), user));
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
