import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { roles } from '../../../streams/nats/config/rights.ts';
import type { Connection } from '../../stores/connection.ts';
import { type Secrets, secretsIn } from '../serving/secrets.ts';
import { declaredChanges } from './declaredChanges.ts';
import { type Platform, readPlatform } from './platformFile.ts';
import { HOSTED, type Rendered, renderAll } from './render.ts';
import { accountDifferences } from './updateServer.ts';

/** What a platform.yaml asks for, and what is there. */
export interface Made {
  readonly platform: Platform;
  readonly rendered: Rendered;
  readonly keys: Secrets;
  readonly gone: Gone;
  /** The keys that are not there yet. */
  readonly fresh: readonly string[];
  /** The files that are not as they should be. */
  readonly changed: readonly Change[];
}

interface Gone {
  readonly teams: readonly string[];
  /** Such as `vision/w2`. */
  readonly users: readonly string[];
}

interface Change {
  readonly path: string;
  readonly isNew: boolean;
  readonly old: string;
  readonly text: string;
  /** In what it differs, as the end of a sentence; empty if that is not known. */
  readonly what: string;
}

/**
 * Reads a platform.yaml and what has been made from it.
 *
 * @param output the folder of the files
 * @param locksOut whether accounts are made that lock out whom the platform no longer declares
 * @throws StudyFileError
 */
export async function madeFrom(file: string, output: string, locksOut: boolean): Promise<Made> {
  const platform = await readPlatform(file);
  const keys = secretsIn(platform.keys);
  const gone = goneFrom(platform);
  const rendered = await renderAll(platform, keys.read, locksOut ? gone.users : undefined);
  const fresh = Object.keys(rendered.keys).filter((name) => isSecret(name) && keys.read(name) === undefined);
  return { platform, rendered, keys, gone, fresh, changed: changedIn(output, rendered) };
}

/** Accounts and lists of users that are locked out are not secret: they are kept with the keys, since they must not be lost either. */
const isSecret = (name: string): boolean => !/\.(jwt|json)$/.test(name);

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

const changedIn = (output: string, { files }: Rendered): readonly Change[] =>
  Object.entries(files).flatMap(([name, text]) => {
    const path = join(output, name);
    const isNew = !existsSync(path);
    const old = isNew ? '' : readFileSync(path, 'utf8');
    if (old === text) return [];
    const changes = isNew || name !== HOSTED ? [] : declaredChanges(dataIn(old), parse(text) as object);
    return [{ path, isNew, old, text, what: changes.length === 0 ? '' : `: ${changes.join('; ')}` }];
  });

function dataIn(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // a person has changed it
  }
}

/** What `server apply` would do on this machine, as sentences that begin with what they are about. */
export function plannedFor({ platform, rendered, keys, gone, fresh, changed }: Made): readonly string[] {
  const renewed = Object.entries(rendered.keys).filter(
    ([name, text]) => isSecret(name) && !fresh.includes(name) && keys.read(name) !== text.trim(),
  );
  return [
    ...fresh.map((name) => `${join(platform.keys, name)}: would be made`),
    ...renewed.map(([name]) => `${join(platform.keys, name)}: would be made again`),
    ...changed.map(({ path, isNew, what }) => `${path}: would ${isNew ? 'be made' : 'change'}${what}`),
    ...[...gone.teams, ...gone.users].map((name) => `${name}: would be locked out`),
  ];
}

/** What it would do on the servers. @throws ConnectError */
export const plannedOnServers = async ({ platform, rendered, fresh }: Made, connection: Connection): Promise<readonly string[]> =>
  fresh.includes('root.nk') ? [] : accountDifferences(platform.nats.url, rendered, platform.keys, connection);
