import { existsSync, readFileSync } from 'node:fs';
import type { ServerSettings } from '../../../../streams/nats/config/server.ts';
import { serverConfig } from '../../../../streams/nats/config/serverConfig.ts';
import type { Team } from '../../../../streams/nats/config/team.ts';
import { type Secrets, secretsIn } from '../../../host/serving/secrets.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { Connection } from '../../../stores/connection.ts';
import { addressOf } from '../../../text/address.ts';
import { inform, replaceFile } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { byteSize, flag, type Given, positiveNumber, preset, value, values, wholeNumber } from '../../parts.ts';

const offered = {
  team: values('name', 'instead of studies: teams, which may use any name'),
  trainer: values('name', 'names of the trainers, or <team>/<name>'),
  prefix: value('subject', 'what subjects of studies begin with, such as acme.ml'),
  jwt: flag('credentials instead of seeds: new users need no reload'),
  days: value('n', 'days until new credentials expire (default: never)', { kind: positiveNumber }),
  signer: value('file', 'only sign credentials with this key, for --user'),
  user: values('name', 'names of new users with the role of --signer'),
  revoke: values('user', 'with --jwt: lock out users, such as vision/w2'),
  remove: values('team', 'with --update: take teams off the server'),
  update: value('url', 'with --jwt: update this running server'),
  seeds: preset('folder', 'where to write the keys of the users', 'seeds'),
  store: value('folder', 'where the server keeps its streams'),
  maxBytes: value('size', 'disk space of the studies of a team (default: all)', { kind: byteSize }),
  host: value('address', 'address to listen on, such as 0.0.0.0 for all machines'),
  port: value('n', 'port of the server (default: 4222)', { kind: wholeNumber }),
  monitor: value('address', 'answer /healthz and /varz at this port, to everybody'),
  serverCert: value('file', 'certificate of the server (PEM)'),
  serverKey: value('file', 'key of the certificate (PEM)'),
  clientCa: value('file', 'authority of the certificates of clients (PEM)'),
  output: value('path', 'write to this file, which an error leaves as it was', { short: 'o' }),
};

export const command = declare({
  description: 'Print a nats-server.conf that gives each user only the rights that it needs.',
  arguments: { studies: values('studies', 'names of the studies') },
  options: offered,
  run: ({ studies, ...options }, { connection }) => natsConfig({ ...options, ...omitUndefined({ study: studies }) }, connection),
});

type NatsConfigOptions = Given<typeof offered> & { readonly study?: readonly string[] };

/** Prints a server configuration and writes the keys of its users. Keeps existing keys. @returns the exit status */
async function natsConfig(options: NatsConfigOptions, connection: Connection): Promise<number> {
  const { seeds: directory, jwt, days, signer, user, revoke, remove, update: server } = options;
  const keys = secretsIn(directory);
  if (signer !== undefined || user !== undefined) return newUsers(options);
  if (days !== undefined && !jwt) throw new UsageError('--days: expected --jwt or --signer as well: only credentials can expire');
  if (revoke !== undefined && !jwt)
    throw new UsageError('--revoke: expected --jwt as well; without it, leave a trainer out of --trainer, and reload the server');
  if (remove !== undefined && server === undefined)
    throw new UsageError(
      '--remove: expected --update as well; without it, leave the team out of --team, and restart the server without its accounts',
    );
  if (server !== undefined && !jwt) throw new UsageError('--update: expected --jwt as well: a server with seeds needs a reload');
  const teams = teamsOf(options);
  const settings = settingsOf(options);
  if (jwt) {
    const { jwtConfig } = await import('../../../../streams/nats/config/jwtConfig.ts');
    const made = await jwtConfig({ teams, ...settings, ...omitUndefined({ days, revoke, remove }), keyOf: keys.read });
    writeKeys(keys, directory, made.files, 'give each user its .creds, with --creds; keep root.nk and the .signer files to yourself');
    await writeConfig(made.text, options); // a configuration is useless without its keys
    if (server !== undefined)
      return (await import('../../../host/platform/updateServer.ts')).updateServer(server, made, directory, connection, remove);
    if (revoke !== undefined)
      inform(
        `reload the server with this configuration to lock out ${revoke.join(', ')}, or repeat this command with --update and its address`,
      );
    return 0;
  }
  const { seeds, text } = serverConfig({ teams, ...settings, seedOf: (name) => keys.read(`${name}.nk`) });
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

function settingsOf(options: NatsConfigOptions): ServerSettings {
  const { store, host, port, prefix, monitor } = options;
  return omitUndefined({
    store,
    host,
    port,
    prefix,
    monitor: monitor === undefined ? undefined : addressOf('--monitor', monitor),
    tls: tlsOf(options),
  });
}

/** Signs credentials, which the server accepts immediately. */
async function newUsers({ seeds: directory, signer: file, user: names, days, team = [] }: NatsConfigOptions): Promise<number> {
  if (file === undefined || names === undefined) throw new UsageError('--signer: expected the file of a key, and --user with names');
  if (team.length > 1) throw new UsageError('--signer: expected one team at most: a key belongs to one');
  if (!existsSync(file)) throw new UsageError(`${file}: there is no such file`);
  const { credentials, signerFrom } = await import('../../../../streams/nats/config/signers.ts');
  const signer = signerFrom(file, readFileSync(file, 'utf8'));
  if (team[0] !== undefined && signer.team !== undefined && team[0] !== signer.team)
    throw new UsageError(`--team: expected ${signer.team}, whose key ${file} is, got ${team[0]}`);
  const keys = secretsIn(directory);
  const home = team[0] === undefined ? undefined : { name: team[0], trainers: [] };
  const files = await credentials(signer, names, omitUndefined({ team: home, keyOf: keys.read, days }));
  writeKeys(keys, directory, files, `they have the rights of a ${signer.role}; the server needs no reload`);
  return 0;
}

function teamsOf({ study: studies, team: names, trainer: trainers = [], jwt, maxBytes: bytes }: NatsConfigOptions): Team[] {
  const limits = omitUndefined({ bytes });
  if (names === undefined) {
    if (jwt || studies === undefined)
      throw new UsageError(`expected ${jwt ? '' : 'the names of studies, or '}--team with the names of teams`);
    return [{ studies, trainers, limits }];
  }
  if (studies !== undefined) throw new UsageError('--team: leave out the studies: the engine of a team may use every study of the team');
  const members = trainers.map((text) => {
    const [team, name, ...more] = text.includes('/') ? text.split('/') : [names[0]!, text];
    if (!names.includes(team!) || more.length > 0 || (names.length > 1 && !text.includes('/')))
      throw new UsageError(`--trainer: expected a name after its team, such as ${names[0]}/w1, got ${text}`);
    return { team, name: name! };
  });
  return names.map((name) => ({ name, trainers: members.flatMap((one) => (one.team === name ? [one.name] : [])), limits }));
}

/** Prints a configuration, or writes it to its file. */
async function writeConfig(text: string, { output, host }: NatsConfigOptions): Promise<void> {
  if (host === undefined) inform('this server accepts connections from its own machine only; --host 0.0.0.0 lets others connect');
  if (output === undefined) process.stdout.write(text);
  else await replaceFile(output, text);
}

function tlsOf({ serverCert: cert, serverKey: key, clientCa: ca }: NatsConfigOptions): ServerSettings['tls'] | undefined {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('expected --server-cert and --server-key, the certificate of the server and its key');
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
