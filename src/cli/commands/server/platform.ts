import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { roles } from '../../../../streams/nats/config/rights.ts';
import { messagesOf } from '../../../errors.ts';
import { examine } from '../../../host/platform/doctor.ts';
import { metricsAt } from '../../../host/platform/engineMetrics.ts';
import { type Platform, readPlatform } from '../../../host/platform/platformFile.ts';
import { type Rendered, render as renderPlatform } from '../../../host/platform/render.ts';
import { accountDifferences, updateServer } from '../../../host/platform/updateServer.ts';
import { type Secrets, secretsIn } from '../../../host/serving/secrets.ts';
import { makeFolder } from '../../../stores/makeFolder.ts';
import { addressOf } from '../../../text/address.ts';
import { inform, print, replaceFile } from '../../../text/output.ts';
import { shown } from '../../../text/shown.ts';
import { declare } from '../../command.ts';
import { needed, preset, values } from '../../parts.ts';
import { textTable } from '../../terminal/table.ts';

const given = {
  arguments: { file: needed('file', 'the platform, such as platform.yaml') },
  options: { output: preset('folder', 'where the files are', 'out', { short: 'o' }) },
};

export const render = declare({
  description: 'Write the files of servers and engines that a platform.yaml declares, and the keys of its teams once.',
  ...given,
  run: async ({ file, output }) => {
    const made = await madeFrom(file, output);
    await write(made, output);
    return 0;
  },
});

export const plan = declare({
  description: 'Say what "server apply" would change: files, and accounts of running servers. Exit status 4: something differs.',
  ...given,
  run: async ({ file, output }, { connection }) => {
    const { platform, rendered, keys, gone } = await madeFrom(file, output);
    const fresh = Object.keys(rendered.keys).filter((name) => keys.read(name) === undefined);
    const lines = [
      ...fresh.map((name) => `${join(platform.keys, name)}: would be made`),
      ...changedIn(output, rendered).map(({ path, isNew }) => `${path}: would ${isNew ? 'be made' : 'change'}`),
      ...[...gone.teams, ...gone.users].map((name) => `${name}: would be locked out`),
      ...(fresh.includes('root.nk') ? [] : await accountDifferences(platform.nats.url, rendered, platform.keys, connection)),
    ];
    print(lines.length > 0 ? lines.join('\n') : 'nothing differs');
    return lines.length > 0 ? DIFFERS : 0;
  },
});

export const apply = declare({
  description: 'Do what "server render" does, and give running servers the accounts. Says which servers need a restart.',
  ...given,
  run: async ({ file, output }, { connection }) => {
    const made = await madeFrom(file, output, true);
    const changed = changedIn(output, made.rendered);
    await write(made, output);
    const { platform, rendered, gone } = made;
    const status = await updateServer(platform.nats.url, rendered, platform.keys, connection);
    const out = [...gone.teams, ...gone.users];
    if (status === 0 && out.length > 0) {
      for (const user of gone.users) made.keys.remove(`${user}.creds`);
      for (const team of gone.teams) for (const account of ACCOUNTS) made.keys.remove(`${team}/${account}.jwt`);
      print(`${out.join(', ')}: locked out; studies of teams stay on the disks of the servers`);
    }
    for (const { path, isNew, old } of changed)
      if (path.endsWith('.conf') && !isNew && withoutAccounts(old) !== withoutAccounts(readFileSync(path, 'utf8')))
        inform(`${path} has changed: restart this server with it`);
    return status;
  },
});

export const doctor = declare({
  description: 'Say what is not as a platform.yaml declares, on one screen. Exit status 4: something is not.',
  ...given,
  options: { ...given.options, engine: values('address', 'where engines serve their metrics, such as e1:9400') },
  run: async ({ file, output, engine = [] }, { connection }) => {
    const made = await madeFrom(file, output);
    const { platform, rendered } = made;
    const engines = engine.map((text) => engineAt('--engine', text));
    const accounts = await accountDifferences(platform.nats.url, rendered, platform.keys, connection).catch((error) => [
      `accounts: ${messagesOf(error).join('; ')}`,
    ]);
    const files = changedIn(output, rendered).map(({ path, isNew }) => `${path}: ${isNew ? 'is missing' : 'is not as declared'}`);
    const lines = [...files, ...accounts, ...(await examine(platform, engines))];
    print(lines.length > 0 ? lines.join('\n') : 'all is as declared');
    return lines.length > 0 ? DIFFERS : 0;
  },
});

export const teams = declare({
  description: 'Show what each team uses of its quota, as an engine of a platform knows it.',
  arguments: { engine: needed('address', 'where the engine serves its metrics, such as e1:9400') },
  run: async ({ engine }) => {
    const valuesOf = await metricsAt(engineAt('engine', engine));
    const most = valuesOf('team_quota');
    const rows = valuesOf('team_used').map(({ labels: { team = '', of = '' }, value }) => {
      const quota = most.find(({ labels }) => labels.team === team && labels.of === of)?.value;
      return [
        team,
        of,
        shown(Number(value.toPrecision(6))),
        quota === undefined ? '' : shown(quota),
        quota ? `${Math.round((100 * value) / quota)} %` : '',
      ];
    });
    print(rows.length > 0 ? textTable(['team', 'of', 'used', 'quota', ''], rows) : 'this engine serves no team of a platform');
    return 0;
  },
});

/** @throws UsageError */
function engineAt(option: string, text: string): string {
  const { host = '127.0.0.1', port } = addressOf(option, text);
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The exit status if something differs. */
const DIFFERS = 4;

interface Made {
  readonly platform: Platform;
  readonly rendered: Rendered;
  readonly keys: Secrets;
  readonly gone: Gone;
}

/** @param locksOut whether accounts are made that lock out whom the platform no longer declares */
async function madeFrom(file: string, output: string, locksOut = false): Promise<Made> {
  const platform = await readPlatform(file);
  const keys = secretsIn(platform.keys);
  const gone = goneFrom(platform);
  const rendered = await renderPlatform(
    platform,
    keys.read,
    relative(resolve(output), platform.keys) || '.',
    locksOut ? gone.users : undefined,
  );
  return { platform, rendered, keys, gone };
}

/** The accounts of a team. A server that has removed one knows its last JWT, and ignores the same one: if the team comes back, it gets new ones. */
const ACCOUNTS = ['studies', 'trainers'];

interface Gone {
  readonly teams: readonly string[];
  /** Such as `vision/w2`. */
  readonly users: readonly string[];
}

/** The teams and the users that have keys and are no longer declared. */
function goneFrom({ keys, teams, workers }: Platform): Gone {
  const folders = existsSync(keys) ? readdirSync(keys, { withFileTypes: true }).filter((one) => one.isDirectory()) : [];
  const isKnown = (team: string) => teams.some(({ name }) => name === team);
  const declared = new Set(teams.flatMap(({ name, users }) => [...roles, ...users, ...workers].map((user) => `${name}/${user}.creds`)));
  return {
    teams: folders.flatMap(({ name }) => (!isKnown(name) && existsSync(join(keys, name, 'studies.jwt')) ? [name] : [])),
    users: teams.flatMap(({ name }) =>
      (existsSync(join(keys, name)) ? readdirSync(join(keys, name)) : []).flatMap((one) =>
        one.endsWith('.creds') && !declared.has(`${name}/${one}`) ? [`${name}/${one.slice(0, -'.creds'.length)}`] : [],
      ),
    ),
  };
}

interface Change {
  readonly path: string;
  readonly isNew: boolean;
  readonly old: string;
}

function changedIn(output: string, { files }: Rendered): readonly Change[] {
  return Object.entries(files).flatMap(([name, text]) => {
    const path = join(output, name);
    const isNew = !existsSync(path);
    const old = isNew ? '' : readFileSync(path, 'utf8');
    return old === text ? [] : [{ path, isNew, old }];
  });
}

async function write({ platform, rendered, keys }: Made, output: string): Promise<void> {
  for (const [name, text] of Object.entries(rendered.keys)) keys.write(name, text.trimEnd());
  const changed = changedIn(output, rendered);
  makeFolder(output, 0o700); // configurations of a cluster hold its password
  for (const { path } of changed) {
    makeFolder(dirname(path), 0o700);
    await replaceFile(path, rendered.files[relative(output, path)]!, 0o600);
  }
  const fresh = Object.keys(rendered.keys).length - keys.kept.length - keys.renewed.length;
  if (fresh > 0) inform(`${fresh} new keys are in ${platform.keys}: keep them, and give each user its .creds`);
  for (const { path, isNew } of changed) print(`${path} ${isNew ? 'is made' : 'is changed'}`);
  if (changed.length === 0) print('nothing has changed');
}

/** A configuration without the accounts, which running servers take from "server apply". */
const withoutAccounts = (text: string): string => text.replace(/resolver_preload \{[^}]*\}/, '');
