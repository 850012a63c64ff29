import { join } from 'node:path';
import { type JwtConfig, UPDATER } from '../../../streams/nats/config/jwtConfig.ts';
import { accountOn, accountsOn, removeAccounts, updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { accessOf } from '../../stores/connect.ts';
import type { Connection } from '../../stores/connection.ts';
import { inform } from '../../text/output.ts';
import { withoutPassword } from '../../text/plainText.ts';

/** Connects to a server as its system account. @param keys the folder of the keys @throws ConnectError */
function asSystem(url: string, keys: string, connection: Connection): ReturnType<typeof connectTo> {
  const { tlsCa, tlsCert, tlsKey } = accessOf(connection.loginTo(url)); // not its login, because only the system account may do this
  return connectTo(url, { inboxPrefix: '_INBOX_system', creds: join(keys, UPDATER), ...omitUndefined({ tlsCa, tlsCert, tlsKey }) });
}

/**
 * Gives running servers the accounts of a configuration, removes others, and says what is not done.
 *
 * @param keys the folder of the keys
 * @returns the exit status
 */
export async function updateServer(
  url: string,
  { accounts, removalOf }: Pick<JwtConfig, 'accounts' | 'removalOf'>,
  keys: string,
  connection: Connection,
): Promise<number> {
  const place = withoutPassword(url);
  const nc = await asSystem(url, keys, connection);
  try {
    const updates = await Promise.all(accounts.map((account) => updateAccount(nc, account)));
    const others = await undeclared(nc, accounts);
    const failed = others.length === 0 ? undefined : await removeAccounts(nc, await removalOf(others));
    const wrong = [
      ...updates.flatMap((why, i) => (why === undefined ? [] : [`account ${accounts[i]!.name} is unchanged (${why})`])),
      ...(failed === undefined ? [] : [`${others.join(', ')} cannot be removed (${failed})`]),
    ];
    for (const text of wrong) inform(`${place}: ${text}: restart the server with its new configuration`);
    if (wrong.length > 0) return 1;
    inform(`${place} is updated; keep the configuration, too: the server reads it when it starts`);
    return 0;
  } finally {
    await nc.close();
  }
}

/** The public keys of accounts that a configuration does not name. */
const undeclared = async (nc: Awaited<ReturnType<typeof connectTo>>, accounts: JwtConfig['accounts']): Promise<readonly string[]> =>
  (await accountsOn(nc)).filter((key) => !accounts.some((account) => account.key === key));

/** In what the accounts of running servers differ from those of a configuration, as sentences. */
export async function accountDifferences(
  url: string,
  { accounts }: Pick<JwtConfig, 'accounts'>,
  keys: string,
  connection: Connection,
): Promise<readonly string[]> {
  const nc = await asSystem(url, keys, connection);
  try {
    const there = await Promise.all(accounts.map(({ key }) => accountOn(nc, key)));
    const differences = accounts.flatMap(({ name, jwt }, i) =>
      there[i] === jwt ? [] : [`account ${name} ${there[i] === undefined ? 'is not there' : 'is another one'}`],
    );
    const others = await undeclared(nc, accounts);
    return [...differences, ...others.map((key) => `account ${key} is not declared`)];
  } finally {
    await nc.close();
  }
}
