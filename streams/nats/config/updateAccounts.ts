import type { NatsConnection } from '@nats-io/nats-core';

/** Milliseconds to wait for an answer, and between the answers of several servers. */
const ANSWER_WITHIN = 4000;
const STALL = 300;

/** An account of a configuration. */
export interface SignedAccount {
  /** Such as `vision/trainers`. */
  readonly name: string;
  /** Its public key. */
  readonly key: string;
  readonly jwt: string;
}

/**
 * How a server handled the new JWT of an account. `unused`: no user has connected since it started, so it knows the account only from its own
 * configuration, and still uses that.
 */
export type Update = 'updated' | 'unused' | { readonly failed: string };

interface Answer {
  readonly data?: { readonly message?: string };
  readonly error?: { readonly description?: string };
}

/** The subject that gives servers a new JWT of an account. Only users of the system account may publish to it. */
export const updateOf = (account: string): string => `$SYS.REQ.ACCOUNT.${account}.CLAIMS.UPDATE`;

/**
 * Sends a running server, or each server of a cluster, a new JWT of an account. Connections of users that it revokes are closed immediately.
 *
 * @param nc a connection with `system.creds`
 */
export async function updateAccount(nc: NatsConnection, { key, jwt }: SignedAccount): Promise<Update> {
  const answers: Answer[] = [];
  for await (const message of await nc.requestMany(updateOf(key), jwt, { strategy: 'stall', maxWait: ANSWER_WITHIN, stall: STALL }))
    answers.push(message.json<Answer>());
  const failed = answers.length === 0 ? 'the server does not answer' : answers.find(({ error }) => error)?.error?.description;
  if (failed !== undefined) return { failed };
  return answers.every(({ data }) => data?.message === 'jwt updated') ? 'updated' : 'unused';
}
