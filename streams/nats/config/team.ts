import { nkeys } from '@nats-io/nats-core';
import { OptionError } from '../../../src/errors.ts';
import { checkName } from '../protocol/subjects.ts';

/** People and programs that share studies. Teams on one server do not see each other. */
export interface Team {
  /** Prefix of the names of its accounts and keys. */
  readonly name: string;
  readonly trainers: readonly string[];
  /** The disk space of its studies, all copies in a cluster included. Default: all that the server has. */
  readonly bytes?: number | undefined;
}

/** Keys that exist: of a user, of an account, or of the operator, by their names. */
export type KeyOf = (name: string) => string | undefined;

export type KeyPair = ReturnType<typeof nkeys.createUser>;

/** The keys of an existing seed, or new ones. @throws OptionError for what is no seed, by its name */
export function keyPairOf(name: string, seed: string | undefined, create: () => KeyPair): KeyPair {
  if (seed === undefined) return create();
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed));
  } catch {
    throw new OptionError(name, 'the seed of an nkey', 'something else');
  }
}

export const seedIn = (pair: KeyPair): string => new TextDecoder().decode(pair.getSeed());

/** @param taken names of other keys @throws OptionError for names that cannot be part of a subject, are used twice, or are taken. */
export function checkNames(option: string, names: readonly string[], taken: readonly string[] = []): void {
  for (const [i, name] of names.entries()) {
    checkName(option, name);
    const isSame = (other: string) => other.toLowerCase() === name.toLowerCase(); // their keys are files, some of whose systems ignore the case
    if (names.findIndex(isSame) < i || taken.some(isSame)) throw new OptionError(option, 'a name that is used once', name);
  }
}
