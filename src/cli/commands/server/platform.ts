import { dirname } from 'node:path';
import { messagesOf } from '../../../errors.ts';
import { type Made, madeFrom, plannedFor, plannedOnServers } from '../../../host/platform/changes.ts';
import { examine } from '../../../host/platform/doctor.ts';
import { usedAt } from '../../../host/platform/engineMetrics.ts';
import { updateServer } from '../../../host/platform/updateServer.ts';
import { makeFolder } from '../../../stores/makeFolder.ts';
import { addressOf } from '../../../text/address.ts';
import { inform, print, replaceFile } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { many, needed, preset } from '../../parts.ts';
import { textTable } from '../../terminal/table.ts';

const given = {
  arguments: { file: needed('file', 'the platform, such as platform.yaml') },
  options: { output: preset('folder', 'where the files are', 'out', { short: 'o' }) },
};

export const render = declare({
  description: 'Write the configurations of servers that a platform.yaml declares, and the keys of its teams once.',
  ...given,
  run: async ({ file, output }) => {
    if (!(await write(await madeFrom(file, output, false), output))) print(NOTHING);
    return 0;
  },
});

export const plan = declare({
  description: 'Say what "server apply" would change: files, and accounts of running servers. Exit status 6: something differs.',
  ...given,
  run: async ({ file, output }, { connection }) => {
    const made = await madeFrom(file, output, true);
    const lines = [...plannedFor(made), ...(await plannedOnServers(made, connection))];
    print(lines.length > 0 ? lines.join('\n') : 'nothing differs');
    return lines.length > 0 ? exitStatus.differs : 0;
  },
});

export const apply = declare({
  description: 'Do what "server render" does, and give running servers the accounts. Says which servers need a restart.',
  ...given,
  run: async ({ file, output }, { connection }) => {
    const made = await madeFrom(file, output, true);
    const { platform, rendered, gone, keys, changed } = made;
    const isWritten = await write(made, output);
    for (const { path, isNew, old, text } of changed)
      if (path.endsWith('.conf') && !isNew && withoutAccounts(old) !== withoutAccounts(text))
        inform(`${path} has changed: restart this server with it`);
    const updated = await updateServer(platform.nats.url, rendered, platform.keys, connection);
    if (updated === undefined) return exitStatus.incomplete;
    const out = [...gone.teams, ...gone.users];
    for (const user of gone.users) keys.remove(`${user}.creds`);
    for (const team of gone.teams) for (const account of ACCOUNTS) keys.remove(`${team}/${account}.jwt`);
    if (out.length > 0) print(`${out.join(', ')}: locked out; studies of teams stay on the disks of the servers`);
    else if (!isWritten && updated === 0) print(NOTHING);
    return 0;
  },
});

export const doctor = declare({
  description:
    'Say what is not as a platform.yaml declares, and with --engine what each team uses of its quota. Exit status 6: something is not as declared.',
  ...given,
  options: { ...given.options, engine: many('address', 'where engines serve their metrics, such as e1:9400') },
  run: async ({ file, output, engine = [] }, { connection }) => {
    const engines = engine.map(engineAt);
    const made = await madeFrom(file, output, true);
    const accounts = await plannedOnServers(made, connection).catch((error) => [`accounts: ${messagesOf(error).join('; ')}`]);
    const planned = [...plannedFor(made), ...accounts].map((line) => `server apply: ${line}`);
    const lines = [...planned, ...(await examine(made.platform, engines))];
    print(lines.length > 0 ? lines.join('\n') : 'all is as declared');
    const used = (await Promise.all(engines.map((at) => usedAt(at).catch(() => [])))).find((rows) => rows.length > 0);
    if (used) print(`\n${textTable(['team', 'of', 'used', 'quota', ''], used)}`);
    return lines.length > 0 ? exitStatus.differs : 0;
  },
});

/** @throws UsageError */
function engineAt(text: string): string {
  const { host = '127.0.0.1', port } = addressOf('--engine', text);
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What a command says that has found nothing to do. */
const NOTHING = 'nothing has changed';

/** The accounts of a team. A server that has removed one knows its last JWT, and ignores the same one: if the team comes back, it gets new ones. */
const ACCOUNTS = ['studies', 'trainers'];

/** Writes keys and files, and says which. @returns whether there was anything to write */
async function write({ platform, rendered, keys, fresh, changed }: Made, output: string): Promise<boolean> {
  for (const [name, text] of Object.entries(rendered.keys)) keys.write(name, text.trimEnd());
  makeFolder(output, 0o700); // configurations of a cluster hold its password
  for (const { path, text } of changed) {
    makeFolder(dirname(path), 0o700);
    await replaceFile(path, text, 0o600);
  }
  if (fresh.length > 0) {
    const [are, them] = fresh.length === 1 ? ['1 new key is', 'it'] : [`${fresh.length} new keys are`, 'them'];
    inform(`${are} in ${platform.keys}: keep ${them}, and give each user its .creds`);
  }
  for (const { path, isNew, what } of changed) print(`${path} ${isNew ? 'is made' : 'is changed'}${what}`);
  return fresh.length + keys.renewed.length + changed.length > 0;
}

/** A configuration without the accounts, which running servers take from "server apply". */
const withoutAccounts = (text: string): string => text.replace(/resolver_preload \{[^}]*\}/, '');
