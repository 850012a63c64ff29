import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../../src/errors.ts';
import { checkName, everyStudy, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import { roles } from './rights.ts';

/** People and programs that share studies. Teams on one server do not see each other. */
export interface Team {
  /** Prefix of the names of its accounts and keys. A team without a name is the only one on its server. */
  readonly name?: string;
  /** Names of its studies. Without them, its engine may use every study in its account. */
  readonly studies?: readonly string[];
  readonly trainers: readonly string[];
}

/** Settings of the server other than its users. */
export interface ServerSettings {
  /** Directory of the streams, and of the accounts that a server with credentials has taken. Default: `nats-store`. */
  readonly store?: string;
  readonly host?: string;
  readonly port?: number;
  /** What all subjects of studies begin with. Default: `ht`. */
  readonly prefix?: string;
  /** Disk space of the studies of each team, in bytes. */
  readonly maxBytes?: number;
  /** PEM files: the certificate of the server, its key, and the authority that signs certificates of clients, if they must show one. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

/** Keys that exist: of a user, of an account, or of the operator, by their names. */
export type KeyOf = (name: string) => string | undefined;

export type KeyPair = ReturnType<typeof nkeys.createUser>;

/** The keys of an existing seed, or new ones. @throws OptionError for what is no seed, by its name */
export function pairOf(name: string, seed: string | undefined, create: () => KeyPair): KeyPair {
  if (seed === undefined) return create();
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed));
  } catch {
    throw new OptionError(name, 'the seed of an nkey', 'something else');
  }
}

export const seedIn = (pair: KeyPair): string => new TextDecoder().decode(pair.getSeed());

/** The subjects of a team's studies: patterns for all of them, if none are named. */
export const studiesOf = ({ studies }: Team, prefix?: string): readonly Subjects[] =>
  studies?.map((study) => subjectsOf(study, { prefix })) ?? [everyStudy({ prefix })];

/** Names in the keys of a team, such as `vision/w1`. */
export const keyName = ({ name }: Team, user: string): string => (name === undefined ? user : `${name}/${user}`);

/** @throws OptionError for names that cannot be part of a subject, are used twice, or are names of roles. */
export function checkTeams(teams: readonly Team[]): void {
  checkNames(
    'team',
    teams.flatMap(({ name }) => name ?? []),
  );
  for (const { studies = [], trainers } of teams) {
    checkNames('study', studies);
    checkNames('trainer', trainers, roles);
  }
}

function checkNames(option: string, names: readonly string[], taken: readonly string[] = []): void {
  for (const [i, name] of names.entries()) {
    checkName(option, name);
    const isSame = (other: string) => other.toLowerCase() === name.toLowerCase(); // their keys are files, some of whose systems ignore the case
    if (names.findIndex(isSame) < i || taken.some(isSame)) throw new OptionError(option, 'a name that is used once', name);
  }
}

/** Directory of the streams. */
export const STORE = 'nats-store';

/** The part of a nats-server.conf that does not depend on users. */
export function serverText({ store = STORE, host = '127.0.0.1', port = 4222, tls }: ServerSettings): string {
  const files = tls && [
    `cert_file: ${quoted(tls.cert)}`,
    `key_file: ${quoted(tls.key)}`,
    ...(tls.ca === undefined ? [] : [`ca_file: ${quoted(tls.ca)}`, 'verify: true']),
  ];
  return `# Made by hypertide server config. It holds no secrets: the keys are in other files.
host: ${quoted(host)}
port: ${port}
${files ? `\ntls {\n  ${files.join('\n  ')}\n}\n` : ''}
jetstream {
  store_dir: ${quoted(store)}
  # Each message is on the disk before it is acknowledged. With the default, 2m, a power cut loses what was acknowledged before it.
  sync_interval: always
}
`;
}

export const quoted = (text: string): string => JSON.stringify(text);
