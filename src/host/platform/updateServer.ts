import { join } from 'node:path';
import { type JwtConfig, UPDATER } from '../../../streams/nats/config/jwtConfig.ts';
import { accountOn, accountsOn, removeAccounts, updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { accessOf } from '../../stores/connect.ts';
import type { Connection } from '../../stores/connection.ts';
import { inform } from '../../text/output.ts';
import { withoutPassword } from '../../text/plainText.ts';
import { secretsIn } from '../serving/secrets.ts';

/** Connects to a server as its system account. @param keys the folder of the keys @throws ConnectError */
function asSystem(url: string, keys: string, connection: Connection): ReturnType<typeof connectTo> {
  const { tlsCa, tlsCert, tlsKey } = accessOf(connection.loginTo(url)); // not its login, because only the system account may do this
  return connectTo(url, { inboxPrefix: '_INBOX_system', creds: join(keys, UPDATER), ...omitUndefined({ tlsCa, tlsCert, tlsKey }) });
}

/**
 * Gives running servers the accounts of a configuration, and says what is not done.
 *
 * @param keys the folder of the keys
 * @param remove names of teams to take off the servers
 * @returns the exit status
 */
export async function updateServer(
  url: string,
  { accounts, removal }: Pick<JwtConfig, 'accounts' | 'removal'>,
  keys: string,
  connection: Connection,
  remove: readonly string[] = [],
): Promise<number> {
  const place = withoutPassword(url);
  const nc = await asSystem(url, keys, connection);
  try {
    const wrong: string[] = [];
    const updates = await Promise.all(accounts.map((account) => updateAccount(nc, account)));
    for (const [i, update] of updates.entries()) {
      if (update === 'updated') continue;
      const [why, todo] = update === 'skipped' ? ['the server was started with resolver: MEMORY', 'restart'] : [update.failed, 'reload'];
      wrong.push(`account ${accounts[i]!.name} is unchanged (${why}): ${todo} the server with this configuration`);
    }
    const failed = removal === undefined ? undefined : await removeAccounts(nc, removal.request);
    if (failed === undefined) for (const name of removal?.voided ?? []) secretsIn(keys).remove(name);
    else wrong.push(`${remove.join(', ')} cannot be removed (${failed}): restart the server with this configuration`);
    const others = (await accountsOn(nc)).filter((key) => !accounts.some((account) => account.key === key));
    for (const text of wrong) inform(`${place}: ${text}`);
    if (others.length > 0)
      inform(
        `${place} has accounts that this configuration does not name; server config --remove takes a team off the server: ${others.join(', ')}`,
      );
    if (wrong.length > 0) return 1;
    inform(`${place} is updated; keep the configuration, too: the server reads it when it starts`);
    return 0;
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
    const there = await Promise.all(accounts.map(({ key }) => accountOn(nc, key)));
    const differences = accounts.flatMap(({ name, jwt }, i) =>
      there[i] === jwt ? [] : [`account ${name} ${there[i] === undefined ? 'is not there' : 'is another one'}`],
    );
    const others = (await accountsOn(nc)).filter((key) => !accounts.some((account) => account.key === key));
    return [...differences, ...others.map((key) => `account ${key} is not declared`)];
  } finally {
    await nc.close();
  }
}
