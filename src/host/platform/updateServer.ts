import { join } from 'node:path';
import { type JwtConfig, UPDATER } from '../../../streams/nats/config/jwtConfig.ts';
import { accountChange, accountOn, accountsOn, removeAccounts, updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Connection } from '../../stores/connection.ts';
import { accessOf } from '../../stores/connectNats.ts';
import { withoutPassword } from '../../study/plainText.ts';
import { inform, print } from '../../text/output.ts';

/** Connects to a server as its system account. @param keys the folder of the keys @throws ConnectError */
function asSystem(url: string, keys: string, connection: Connection): ReturnType<typeof connectTo> {
  const { tlsCa, tlsCert, tlsKey } = accessOf(connection.loginTo(url)); // not its login, because only the system account may do this
  return connectTo(url, { inboxPrefix: '_INBOX_system', creds: join(keys, UPDATER), ...omitUndefined({ tlsCa, tlsCert, tlsKey }) });
}

/**
 * Gives running servers the accounts of a configuration, removes others, and says what has changed, and what is not done.
 *
 * @param keys the folder of the keys
 * @returns how many accounts have changed; undefined if something is not done
 */
export async function updateServer(
  url: string,
  { accounts, removalOf }: Pick<JwtConfig, 'accounts' | 'removalOf'>,
  keys: string,
  connection: Connection,
): Promise<number | undefined> {
  const place = withoutPassword(url);
  const nc = await asSystem(url, keys, connection);
  try {
    const { changes, others } = await differencesOn(nc, accounts);
    const updates = await Promise.all(accounts.map((account) => updateAccount(nc, account))); // also of the servers that were not asked
    const failed = others.length === 0 ? undefined : await removeAccounts(nc, await removalOf(others));
    const wrong = [
      ...updates.flatMap((why, i) => (why === undefined ? [] : [`account ${accounts[i]!.name} is unchanged (${why})`])),
      ...(failed === undefined ? [] : [`${others.join(', ')} cannot be removed (${failed})`]),
    ];
    for (const text of wrong) inform(`${place}: ${text}: restart the server with its new configuration`);
    if (wrong.length > 0) return undefined;
    for (const text of changes) print(text);
    if (changes.length > 0) inform(`${place} is updated; keep the configuration, too: the server reads it when it starts`);
    return changes.length;
  } finally {
    await nc.close();
  }
}

/** In what the accounts of running servers differ from those of a configuration, as sentences. */
export async function accountDifferences(
  url: string,
  { accounts }: Pick<JwtConfig, 'accounts'>,
  keys: string,
  connection: Connection,
): Promise<readonly string[]> {
  const nc = await asSystem(url, keys, connection);
  try {
    return (await differencesOn(nc, accounts)).changes;
  } finally {
    await nc.close();
  }
}

interface Differences {
  readonly changes: readonly string[];
  /** The public keys of accounts that the configuration does not name. */
  readonly others: readonly string[];
}

async function differencesOn(nc: Awaited<ReturnType<typeof connectTo>>, accounts: JwtConfig['accounts']): Promise<Differences> {
  const there = await Promise.all(accounts.map(({ key }) => accountOn(nc, key)));
  const others = (await accountsOn(nc)).filter((key) => !accounts.some((account) => account.key === key));
  const changes = accounts.flatMap(({ name, jwt }, i) => {
    const old = there[i];
    if (old === jwt) return [];
    return [`account ${name}: ${old === undefined ? 'new' : accountChange(old, jwt)}`];
  });
  return { changes: [...changes, ...others.map((key) => `account ${key}: removed`)], others };
}
