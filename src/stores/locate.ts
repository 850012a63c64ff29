import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { firstFactOf } from '../../streams/engine/applyEntries.ts';
import { continuedIn, continuedText } from '../../streams/log/continued.ts';
import type { Created } from '../facts/facts.ts';
import type { Studies, StudyPlace } from '../study/place.ts';
import { withoutPassword } from '../study/plainText.ts';
import { shellQuoted } from '../study/programArguments.ts';
import type { StudySource } from '../study/source.ts';
import { inform } from '../text/output.ts';
import { UsageError } from '../text/usage.ts';
import type { Connection, Login } from './connection.ts';
import { folderPlace } from './folder.ts';
import { createdIn, stemOf } from './journalFile.ts';
import { journalsIn } from './journalFolder.ts';
import { journalSource } from './journalSource.ts';
import { trialsDirectory } from './trialFiles.ts';
import { type PassedOver, passedOver } from './trialTable.ts';

/** What an address names: a place of studies, or a study there. */
export interface StudyAddress {
  readonly form: 'folder' | 'nats' | 'http';
  /** The folder, or the address of the server. */
  readonly at: string;
  /** The name of the study, or a pattern of names. */
  readonly name?: string | undefined;
  /** The journal of a study in a folder. */
  readonly journal?: string;
}

/** The servers of an address, the name of a study after them, and what names a domain. A pattern of names may hold a question mark. */
const SERVERS = /^((?:nats|tls):\/\/[^/?]*(?:\/\/[^/?]*)*)(?:\/(.*?))?(\?\w+=.*)?$/;

/**
 * Where an address points. It is a file or a folder, the address of a server with or without the name of a study, or only a name, which belongs to the server that
 * the connection names. Without an address, it is this server or, if the connection names none, the current folder.
 *
 * @throws UsageError
 */
export function parseAddress(text: string | undefined, { server }: Connection): StudyAddress {
  if (text === undefined) return server === undefined ? { form: 'folder', at: '.' } : parseAddress(server, { server, loginTo: () => ({}) });
  const [, servers, name, query = ''] = SERVERS.exec(text) ?? [];
  if (query.includes('/')) throw new UsageError(`${withoutPassword(text)}: expected the name of the study before the question mark`);
  if (servers !== undefined) return { form: 'nats', at: `${servers}${query}`, name: name || undefined };
  if (/^https?:\/\//.test(text)) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) throw new UsageError(`${withoutPassword(text)}: expected an address such as http://127.0.0.1:8080/digits`);
    const names = url.pathname.split('/').filter((part) => part !== '');
    const study = names.pop();
    return { form: 'http', at: [url.origin, ...names].join('/'), name: study && decodeURIComponent(study) };
  }
  if (text.includes('://'))
    throw new UsageError(`${withoutPassword(text)}: expected an address that begins with nats://, tls://, http:// or https://`);
  if (isFolder(text)) return { form: 'folder', at: text };
  const isPath = /[/\\]|\.(?:jsonl|ya?ml|json)$/.test(text) || existsSync(text);
  if (!isPath && server !== undefined) return { ...parseAddress(server, { server, loginTo: () => ({}) }), name: text };
  return { form: 'folder', at: dirname(text), name: basename(stemOf(text)), journal: text };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** A place of studies, not one of them. @throws UsageError */
export function placeAt(text: string | undefined, connection: Connection): StudyAddress {
  const { form, at, name, journal } = parseAddress(text, connection);
  if (form === 'http' && name !== undefined) return { form, at: `${at}/${name}` }; // the path where it is mounted
  return { form, at: journal ?? at };
}

/** Where a new study goes: a place and, if the address has one, the name of the study. Another word is a folder, which is made. */
export function destinationOf(text: string | undefined, connection: Connection): StudyAddress {
  const address = parseAddress(text, connection);
  const { journal } = address;
  return journal === undefined || journal.endsWith('.jsonl') ? address : { form: 'folder', at: journal };
}

/** Calls a function with the studies in a folder or on a server. */
export async function withPlace<T>(
  { form, at }: StudyAddress,
  connection: Connection,
  use: (place: Studies | StudyPlace) => Promise<T>,
): Promise<T> {
  if (form === 'folder') return use(folderPlace(at));
  if (form === 'http') {
    const { httpPlace } = await import('./httpPlace.ts');
    const closing = new AbortController();
    return use(httpPlace(at, tokenIn(connection.loginTo(at)), closing.signal)).finally(() => closing.abort());
  }
  const [{ namingIn }, { accessOf, connect }, { openStatusLine }, { serverPlace }] = await Promise.all([
    import('../../streams/nats/connection/connect.ts'),
    import('./connectNats.ts'),
    import('../text/statusLine.ts'),
    import('../../streams/nats/place/natsPlace.ts'),
  ]);
  const screen = openStatusLine();
  const nc = await connect(screen, at, { inboxPrefix: '_INBOX_viewer', ...accessOf(connection.loginTo(at)) });
  try {
    return await use(serverPlace(nc, withoutPassword(at), namingIn(at), (text) => screen.line(text, { level: 'warn' })));
  } finally {
    await nc.close();
  }
}

/** The token of a user of a server. @throws UsageError */
export function tokenIn({ token }: Login): string | undefined {
  if (token === undefined) return undefined;
  try {
    return readFileSync(token, 'utf8').trim();
  } catch (cause) {
    throw new UsageError(`--token: ${token} cannot be read (${(cause as Error).message})`);
  }
}

/** A study that has begun. */
export interface CommandStudy extends StudySource {
  readonly created: Created;
  /** Name for files made from it, without an ending. */
  readonly stem: string;
  /** Its journal, if it is in one. */
  readonly journal?: string;
  /** Its address for another command, quoted for a shell: empty if it was left out. Absent if it holds a password. */
  readonly quoted?: string;
  /** Collects the entries that do not count while a command reads the study; the command reports them when it ends. */
  readonly passedOver: PassedOver;
}

/**
 * Calls a function with the study at an address.
 *
 * @throws UsageError unless there is exactly one study that it can mean.
 */
export async function withStudy<T>(text: string | undefined, connection: Connection, use: (study: CommandStudy) => Promise<T>): Promise<T> {
  const address = parseAddress(text, connection);
  const quoted = text === undefined ? '' : withoutPassword(text) === text ? ` ${shellQuoted(text)}` : undefined;
  const of = { ...(quoted === undefined ? {} : { quoted }) };
  if (address.form !== 'folder')
    return withPlace(address, connection, async (place) => {
      const name = address.name ?? (await onlyStudy(place));
      if (address.form === 'nats') (await import('../../streams/nats/protocol/subjects.ts')).checkName('study', name);
      const source = await place.open(name);
      return read({ ...source, place: name, created: await firstOf(name, source), stem: name, ...of }, use);
    });
  const path = address.journal === undefined ? await onlyJournal(address.at) : await journalOf(address.journal);
  const created = await createdIn(path);
  const continued = await continuedIn(path);
  if (continued) inform(`${path}: ${continuedText(continued)}`);
  return read({ ...journalSource(path, once(inform)), created, stem: stemOf(path), journal: path, ...of }, use);
}

/** The journal that `run` writes for a study file. @throws UsageError if it does not exist yet */
async function journalOf(path: string): Promise<string> {
  if (!/\.ya?ml$/.test(path)) return path;
  const { readStudyFile } = await import('../studyFile/studyFile.ts');
  const journal = `${(await readStudyFile(path)).options.study}.jsonl`;
  const found = [journal, join(dirname(path), journal)].find((place) => existsSync(place));
  if (found === undefined) {
    throw new UsageError(`${path}: expected its journal ${journal}, which does not exist`, {
      todo: `"hypertide run ${path}" creates it; if it is elsewhere, give its path instead of the study file`,
    });
  }
  return found;
}

/** The only journal in a folder. @throws UsageError */
async function onlyJournal(folder: string): Promise<string> {
  const paths = await journalsIn(folder).catch((): string[] => []);
  if (paths.length === 1) return paths[0]!;
  const where = folder === '.' ? 'this folder' : folder;
  if (paths.length > 0) throw new UsageError(`expected the address of a study, since ${where} has ${someOf(paths)}`);
  const others = readdirSync(folder).filter((name) => name.endsWith('.jsonl')); // damaged ones, and other files
  throw new UsageError(`expected the address of a study, such as digits.jsonl or nats://host/digits: there is none in ${where}`, {
    todo: others.length > 0 ? `it has ${someOf(others)}` : undefined,
  });
}

/** More studies than a message names. */
const MOST_NAMED = 5;

const someOf = (names: readonly string[]): string =>
  `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''}`;

/** The only study of a server. @throws UsageError */
async function onlyStudy(place: Studies): Promise<string> {
  const names = await place.names();
  if (names.length === 1) return names[0]!;
  throw new UsageError(
    `expected the address of a study, such as ${place.place}/${names[0] ?? 'digits'}: ${place.place} has ${someOf(names) || 'none'}`,
  );
}

async function read<T>(study: Omit<CommandStudy, 'passedOver'>, use: (study: CommandStudy) => Promise<T>): Promise<T> {
  const passed = passedOver();
  const result = await use({ ...study, passedOver: passed });
  const line = passed.line();
  if (line !== undefined) inform(`${study.place}: ${line}`);
  return result;
}

/** The first fact of a study. @throws UsageError if it has not begun. */
export async function firstOf(name: string, source: StudySource): Promise<Created> {
  const created = await firstFactOf(source.past(1));
  if (created === undefined) throw new UsageError(`${name}: there is no study yet`);
  return created;
}

/** Prints each message once: a log may be read more than once. */
function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) say(text);
    said.add(text);
  };
}

/** A place that keeps its studies, and a name there. */
export interface StudyAt {
  readonly place: StudyPlace;
  readonly name: string;
}

/** Calls a function with a stored study: in a journal, or on a NATS server. @throws UsageError for a study that another process keeps */
export async function withStored<T>(text: string | undefined, connection: Connection, use: (stored: StudyAt) => Promise<T>): Promise<T> {
  const address = parseAddress(text, connection);
  if (address.form !== 'folder')
    return withStore(address, connection, async (place) => use({ place, name: address.name ?? (await onlyStudy(place)) }));
  const path = address.journal === undefined ? await onlyJournal(address.at) : await journalOf(address.journal);
  if (!path.endsWith('.jsonl')) throw new UsageError(`${path}: expected a journal, a file that ends in .jsonl`);
  return use({ place: folderPlace(dirname(path), once(inform)), name: basename(stemOf(path)) });
}

/** The same with all studies of a place. */
export const withStore = <T>(address: StudyAddress, connection: Connection, use: (place: StudyPlace) => Promise<T>): Promise<T> =>
  withPlace(address, connection, (place) => {
    if (!('form' in place))
      throw new UsageError(`${place.place}: expected a folder or a NATS server: over HTTP, the studies stay where the server keeps them`);
    return use(place);
  });

/** @throws UsageError if the folder for a new study's trials exists already. If there is a study of this name, `begin` and `restore` report that instead. */
export async function checkFolder(place: StudyPlace, name: string, folder: string, otherwise: string): Promise<void> {
  const isKnown = async () => (await place.names().catch((): string[] => [])).includes(name); // there may be no folder of studies yet
  if (existsSync(folder) && !(await isKnown())) throw new UsageError(`${folder}: a folder with this name exists already; ${otherwise}`);
}

/** The folder of a study's trials. Those of a study on a server are below the current folder, unless an option says otherwise. */
export const trialsOf = ({ place, name }: StudyAt, directory?: string): string => {
  if (directory !== undefined) return resolve(directory);
  return trialsDirectory(place.form === 'journal' ? join(place.place, name) : name);
};
