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
  readonly limits?: Limits;
}

/** What the server grants to a team at most. Default: all that it has. */
export interface Limits {
  /** Bytes of its studies on the disk. */
  readonly bytes?: number;
  /** Copies of each study in a cluster. The server counts each copy, so they get this many times the bytes. Default: 1. */
  readonly replicas?: number;
  /** A study is a stream, and its checkpoints are one more. */
  readonly streams?: number;
  /** Consumers of each stream: two for each engine, and one for each other process that reads the log. */
  readonly consumers?: number;
  /** Connections to each of its accounts: that of its studies, and those of its trainers. */
  readonly connections?: number;
}

/** Bytes of all copies of a team's studies. */
export const bytesOf = ({ bytes, replicas = 1 }: Limits): number | undefined => (bytes === undefined ? undefined : bytes * replicas);

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
