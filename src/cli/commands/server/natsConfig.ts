import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { serverConfig } from '../../../../streams/nats/config/serverConfig.ts';
import type { ServerSettings, Team } from '../../../../streams/nats/config/team.ts';
import type { SignedAccount } from '../../../../streams/nats/config/updateAccounts.ts';
import type { Access } from '../../../../streams/nats/connection/connect.ts';
import { type Secrets, secretsIn } from '../../../host/serving/secrets.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { natsContext } from '../../../stores/natsContext.ts';
import { inform, writeOutput } from '../../../text/output.ts';
import { withoutPassword } from '../../../text/plainText.ts';
import { UsageError } from '../../../text/usage.ts';

interface NatsConfigOptions extends Pick<ServerSettings, 'store' | 'host' | 'port' | 'maxBytes' | 'prefix'> {
  readonly study?: readonly string[];
  readonly team?: readonly string[];
  readonly trainer?: readonly string[];
  readonly seeds: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** The authority of the certificates that clients must show. */
  readonly clientCa?: string;
  /** The authority of the server to update. */
  readonly tlsCa?: string;
  /** Where the configuration goes, instead of standard output. */
  readonly output?: string;
  readonly jwt?: boolean;
  readonly days?: number;
  readonly signer?: string;
  readonly user?: readonly string[];
  readonly revoke?: readonly string[];
  /** A running server to update. */
  readonly nats?: string;
  /** A context with that server. */
  readonly context?: string;
}

/** `hypertide nats-config`: prints a server configuration and writes the keys of its users. Keeps existing keys. */
export async function natsConfig(options: NatsConfigOptions): Promise<number> {
  const { seeds: directory, store, host, port, maxBytes, prefix, jwt, days, signer, user, revoke } = options;
  const server = serverIn(options);
  const keys = secretsIn(directory);
  if (signer !== undefined || user !== undefined) return newUsers(options);
  if (days !== undefined && !jwt) throw new UsageError('--days: expected --jwt or --signer as well: only credentials can expire');
  if (revoke !== undefined && !jwt)
    throw new UsageError('--revoke: expected --jwt as well; without it, leave a trainer out of --trainer, and reload the server');
  if (server !== undefined && !jwt) throw new UsageError('--nats: expected --jwt as well: a server with seeds needs a reload');
  const teams = teamsOf(options);
  const settings = omitUndefined({ store, host, port, maxBytes, prefix, tls: tlsOf(options) });
  if (jwt) {
    const { jwtConfig } = await import('../../../../streams/nats/config/jwtConfig.ts');
    const { text, files, accounts } = await jwtConfig({ teams, ...settings, ...omitUndefined({ days, revoke }), keyOf: keys.read });
    writeKeys(keys, directory, files, 'give each user its .creds, with --creds; keep root.nk and the .signer files to yourself');
    await writeConfig(text, options); // a configuration is useless without its keys
    if (server !== undefined) return update(server, accounts, options);
    if (revoke !== undefined)
      inform(
        `reload the server with this configuration to lock out ${revoke.join(', ')}, or repeat this command with --nats and its address`,
      );
    return 0;
  }
  const { text, seeds } = serverConfig({ teams, ...settings, seedOf: (name) => keys.read(`${name}.nk`) });
  const files = Object.fromEntries(Object.entries(seeds).map(([name, seed]) => [`${name}.nk`, seed]));
  writeKeys(keys, directory, files, 'give each user its own, with --nkey');
  await writeConfig(text, options);
  const added = Object.keys(seeds).filter((name) => !keys.kept.includes(`${name}.nk`));
  if (keys.kept.length > 0 && added.length > 0)
    inform(
      `${added.join(', ')} ${added.length === 1 ? 'is' : 'are'} new: restart a running server, since a reload does not give them all their rights`,
    );
  return 0;
}

/** The server to update, and the certificates for its connection. */
function serverIn({ nats, context, tlsCa }: NatsConfigOptions): Server | undefined {
  if (context === undefined) return nats === undefined ? undefined : { nats, ...omitUndefined({ tlsCa }) };
  if (nats !== undefined) throw new UsageError('--context: leave out --nats: the context names the server');
  return natsContext(context);
}

interface Server extends Pick<Access, 'tlsCa' | 'tlsCert' | 'tlsKey'> {
  readonly nats: string;
}

/** Updates the accounts of a running server. Resolves with the exit status. */
async function update({ nats: url, ...server }: Server, accounts: readonly SignedAccount[], options: NatsConfigOptions): Promise<number> {
  const { seeds, revoke = [] } = options;
  const [{ connectTo }, { updateAccount }, { UPDATER }] = await Promise.all([
    import('../../../../streams/nats/connection/connect.ts'),
    import('../../../../streams/nats/config/updateAccounts.ts'),
    import('../../../../streams/nats/config/jwtConfig.ts'),
  ]);
  const place = withoutPassword(url);
  const { tlsCa, tlsCert, tlsKey } = server; // not its login, because only the system account may do this
  const certificates = omitUndefined({ tlsCa, tlsCert, tlsKey });
  const nc = await connectTo(url, { inboxPrefix: '_INBOX_system', creds: join(seeds, UPDATER), ...certificates });
  try {
    let isOpen = false;
    const updates = await Promise.all(accounts.map((account) => updateAccount(nc, account)));
    for (const [i, update] of updates.entries()) {
      if (update === 'updated') continue;
      const { name } = accounts[i]!;
      const why = update === 'unused' ? 'no user has connected since the server started' : update.failed;
      inform(`${place}: account ${name} is unchanged (${why}): reload the server with this configuration`);
      isOpen ||= update !== 'unused' || revoke.some((user) => teamOf(user) === teamOf(name));
    }
    if (!isOpen) inform(`${place} is updated; keep the configuration, too: the server reads it when it starts`);
    return isOpen ? 1 : 0;
  } finally {
    await nc.close();
  }
}

const teamOf = (name: string): string => name.split('/')[0]!;

/** Signs credentials, which the server accepts immediately. */
async function newUsers({ seeds: directory, signer: file, user: names, days, team = [] }: NatsConfigOptions): Promise<number> {
  if (file === undefined || names === undefined) throw new UsageError('--signer: expected the file of a key, and --user with names');
  if (team.length > 1) throw new UsageError('--signer: expected one team at most: a key belongs to one');
  if (!existsSync(file)) throw new UsageError(`${file}: there is no such file`);
  const { credentials, signerFrom } = await import('../../../../streams/nats/config/jwtConfig.ts');
  const signer = signerFrom(file, readFileSync(file, 'utf8'));
  if (team[0] !== undefined && signer.team !== undefined && team[0] !== signer.team)
    throw new UsageError(`--team: expected ${signer.team}, whose key ${file} is, got ${team[0]}`);
  const keys = secretsIn(directory);
  const home = team[0] === undefined ? undefined : { name: team[0], trainers: [] };
  const files = await credentials(signer, names, omitUndefined({ team: home, keyOf: keys.read, days }));
  writeKeys(keys, directory, files, `they have the rights of a ${signer.role}; the server needs no reload`);
  return 0;
}

function teamsOf({ study: studies, team: names, trainer: trainers = [], jwt }: NatsConfigOptions): Team[] {
  if (names === undefined) {
    if (jwt || studies === undefined)
      throw new UsageError(`expected ${jwt ? '' : '--study with the names of studies, or '}--team with the names of teams`);
    return [{ studies, trainers }];
  }
  if (studies !== undefined) throw new UsageError('--team: leave out --study: the engine of a team may use every study of the team');
  const members = trainers.map((text) => {
    const [team, name, ...more] = text.includes('/') ? text.split('/') : [names[0]!, text];
    if (!names.includes(team!) || more.length > 0 || (names.length > 1 && !text.includes('/')))
      throw new UsageError(`--trainer: expected a name after its team, such as ${names[0]}/w1, got ${text}`);
    return { team, name: name! };
  });
  return names.map((name) => ({ name, trainers: members.flatMap((one) => (one.team === name ? [one.name] : [])) }));
}

/** Prints the configuration, or replaces the file: a server that reads it sees the old or the new one, never a part. */
async function writeConfig(text: string, { output, host }: NatsConfigOptions): Promise<void> {
  if (host === undefined) inform('this server accepts connections from its own machine only; --host 0.0.0.0 lets others connect');
  if (output === undefined) return void process.stdout.write(text);
  const fresh = `${output}.new`;
  await writeOutput(fresh, text);
  renameSync(fresh, output);
}

function tlsOf({ tlsCert: cert, tlsKey: key, clientCa: ca }: NatsConfigOptions): ServerSettings['tls'] | undefined {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('expected --tls-cert and --tls-key, the certificate of the server and its key');
  return { cert, key, ...omitUndefined({ ca }) };
}

/** Writes keys, and prints where they are and what to do with them. */
function writeKeys(keys: Secrets, directory: string, files: Readonly<Record<string, string>>, advice: string): void {
  for (const [name, text] of Object.entries(files)) keys.write(name, text.trimEnd());
  const names = Object.keys(files);
  const shown = names.length > 12 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
  const kept = keys.kept.length;
  const old = kept > 0 ? ` (${kept === names.length ? 'all' : kept} of them existed already)` : '';
  const renewed = keys.renewed.length > 0 ? ` (${keys.renewed.join(', ')} renewed)` : '';
  process.stderr.write(`${shown} are in ${directory}${old}${renewed}: ${advice}\n`);
}
