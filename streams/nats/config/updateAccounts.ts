import { decode } from '@nats-io/jwt';
import type { NatsConnection } from '@nats-io/nats-core';
import { differencesIn, isRecord } from '../../../src/schema/json.ts';
import { isUnheard } from '../connection/retry.ts';

/** Milliseconds to wait for an answer, and between the answers of several servers. */
const ANSWER_MS = 4000;
const STALL = 300;

/** An account of a configuration. */
export interface SignedAccount {
  /** Such as `vision/trainers`. */
  readonly name: string;
  /** Its public key. */
  readonly key: string;
  readonly jwt: string;
}

interface Answer {
  readonly data?: { readonly message?: string } | readonly string[];
  readonly error?: { readonly description?: string };
}

/** The subject that gives servers a new JWT of an account. Only users of the system account may publish to it. */
export const updateOf = (account: string): string => `$SYS.REQ.ACCOUNT.${account}.CLAIMS.UPDATE`;
/** The subject that asks servers for the JWT of an account. */
export const lookupOf = (account: string): string => `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`;
/** The subject that asks servers for their accounts. */
export const LISTED = '$SYS.REQ.CLAIMS.LIST';
/** The subject that removes accounts, which the operator of the server must have signed. */
export const REMOVED = '$SYS.REQ.CLAIMS.DELETE';

/** What each server of a cluster answers. */
async function answersTo(nc: NatsConnection, subject: string, payload?: string): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for await (const message of await nc.requestMany(subject, payload, { strategy: 'stall', maxWait: ANSWER_MS, stall: STALL }))
    answers.push(message.json<Answer>());
  return answers;
}

const failureIn = (answers: readonly Answer[]): string | undefined =>
  answers.length === 0 ? 'the server does not answer' : answers.find(({ error }) => error)?.error?.description;

/**
 * Sends a running server, or each server of a cluster, a new JWT of an account, which may be new, too. Connections of users that it revokes are closed
 * immediately.
 *
 * @param nc a connection with `system.creds`
 * @returns why it failed, if it did
 */
export async function updateAccount(nc: NatsConnection, { key, jwt }: SignedAccount): Promise<string | undefined> {
  const answers = await answersTo(nc, updateOf(key), jwt);
  const isUpdated = ({ data }: Answer) => data !== undefined && 'message' in data && data.message === 'jwt updated';
  return failureIn(answers) ?? (answers.every(isUpdated) ? undefined : 'the server takes accounts from its configuration only');
}

/** The public keys of the accounts that a server has taken; none for one that takes accounts from its configuration only. */
export async function accountsOn(nc: NatsConnection): Promise<readonly string[]> {
  const answers = await answersTo(nc, LISTED).catch((error) => {
    if (isUnheard(error)) return [];
    throw error;
  });
  return [...new Set(answers.flatMap(({ data }) => (Array.isArray(data) ? (data as readonly string[]) : [])))];
}

/** The JWT of an account that a server has taken; undefined if it has none. */
export async function accountOn(nc: NatsConnection, key: string): Promise<string | undefined> {
  const answer = await nc.request(lookupOf(key), '', { timeout: ANSWER_MS }).catch((error) => {
    if (isUnheard(error)) return undefined;
    throw error;
  });
  return answer?.string() || undefined;
}

/** In what an account differs from another JWT of it, for people. */
export function accountChange(before: string, after: string): string {
  const [old, now] = [saidBy(before), saidBy(after)];
  const others = [...differencesIn({ ...old, bytes: 0, out: 0 }, { ...now, bytes: 0, out: 0 })].map(([path]) => path);
  const parts = [
    ...(old.bytes === now.bytes ? [] : [`bytes ${bytesText(old.bytes)} -> ${bytesText(now.bytes)}`]),
    ...(old.out === now.out ? [] : [`users that are locked out ${old.out} -> ${now.out}`]),
    ...(others.some((path) => path.startsWith('keys')) ? ['other keys of its roles'] : []),
    ...(others.some((path) => path.startsWith('rest')) ? ['other rights'] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'signed again';
}

const bytesText = (bytes: number): string => (bytes < 0 ? 'none' : String(bytes));

/** What the JWT of an account says, by what it means for people. */
function saidBy(jwt: string) {
  const { nats } = decode(jwt) as unknown as { readonly nats: Readonly<Record<string, unknown>> };
  const { revocations = {}, signing_keys = [], limits, ...rest } = nats;
  const { disk_storage = 0, ...most } = isRecord(limits) ? limits : {};
  const keyed = (Array.isArray(signing_keys) ? signing_keys : []).map(({ key, ...template }: Record<string, unknown>) => ({
    key,
    template,
  }));
  return {
    bytes: Number(disk_storage),
    out: Object.keys(revocations as object).length,
    keys: keyed.map(({ key }) => key),
    rest: { ...rest, most, templates: keyed.map(({ template }) => template) },
  };
}

/** Removes accounts: their connections are closed at once, and their streams stay. @param removal of `removalOf` @returns why it failed, if it did */
export const removeAccounts = async (nc: NatsConnection, removal: string): Promise<string | undefined> =>
  failureIn(await answersTo(nc, REMOVED, removal));
