import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { TarHeader } from 'modern-tar';
import { packTar, unpackTar } from 'modern-tar/fs';
import { lineDecoder } from '../../streams/log/journalCodec.ts';
import { storedEntry } from '../../streams/nats/place/storedLine.ts';
import type { Entry } from '../facts/entry.ts';
import { isRecord } from '../schema/json.ts';
import type { CheckpointPart, Checkpoints, LogForm, LogSize, StudyPlace } from '../study/place.ts';
import { UsageError } from '../text/usage.ts';
import { version } from '../version.ts';
import { branch, portable } from './branch.ts';
import { copyFiles } from './copyFiles.ts';
import { rawLines } from './folder.ts';
import { firstOf } from './locate.ts';

/** The file `study.json` of an archive. */
interface Contents extends LogSize {
  /** Of the archive. */
  readonly format: 1;
  readonly study: string;
  /** The name in its log, which may differ from that of the journal. */
  readonly logged: string;
  /** Whether `log.jsonl` is a journal, or has the messages of a stream. */
  readonly form: LogForm;
  /** Of its checkpoints on the server, if it had any. */
  readonly checkpoints?: Omit<Checkpoints, 'parts'>;
  /** Version of hypertide. */
  readonly version: string;
}

/** A written archive. */
interface Written extends LogSize {
  readonly leftOut: readonly string[];
}

const LINE_FEED = Buffer.from('\n');
const [CONTENTS, LOG, TRIALS, CHECKPOINTS, SUMS] = ['study.json', 'log.jsonl', 'trials', 'checkpoints', 'SHA256SUMS'];

/**
 * Writes a study into one compressed file: its log as it is stored, the files of its trials, and a checksum of each file. An entry keeps its
 * position, time, subject and headers.
 *
 * @param trials the folders of the trials, which need not exist. If two have a file of the same name, that of the first one is used. @returns the
 * size of the log, and the files that were left out.
 * @throws UsageError if a file with this name exists already.
 */
export async function writeArchive(place: StudyPlace, study: string, trials: readonly string[], output: string): Promise<Written> {
  if (existsSync(output)) throw new UsageError(`${output}: a file with this name exists already; choose another one with --output`);
  const parent = dirname(resolve(output));
  if (!existsSync(parent)) throw new UsageError(`${output}: there is no folder ${parent}`);
  return inFolderNextTo(output, async (folder) => {
    let [entries, longest] = [0, 0];
    const lines = async function* () {
      for await (const line of place.lines(study)) {
        entries++;
        longest = Math.max(longest, line.length);
        yield Buffer.concat([line, LINE_FEED]);
      }
    };
    await pipeline(lines, createWriteStream(join(folder, LOG)));
    const { study: logged } = await firstOf(study, await place.open(study));
    const checkpoints = await place.checkpoints(study);
    if (checkpoints) await writeParts(checkpoints, join(folder, CHECKPOINTS));
    const replicas = await place.replicas(study); // it fails if the study was deleted meanwhile: then, not all parts may be here
    const contents: Contents = {
      ...{ format: 1, study, logged, form: place.form, entries, longest, replicas },
      ...(checkpoints && { checkpoints: limitsOf(checkpoints) }),
      version,
    };
    await writeFile(join(folder, CONTENTS), `${JSON.stringify(contents, undefined, 2)}\n`);
    // Copied first, because programs may be writing to it.
    const leftOut: string[] = [];
    for (const one of trials) if (existsSync(one)) leftOut.push(...(await copyFiles(await realpath(one), join(folder, TRIALS))));
    const sums: string[] = [];
    for (const name of await filesIn(folder)) sums.push(`${await sumOf(join(folder, name))}  ${name}\n`);
    await writeFile(join(folder, SUMS), sums.join(''));
    const packed = `${folder}.packed`;
    try {
      await pipeline(packTar(folder, { map: undated }), createGzip(), createWriteStream(packed, { flags: 'wx' }));
      await rename(packed, output); // a file with this name is complete
    } finally {
      await rm(packed, { force: true });
    }
    return { entries, longest, leftOut };
  });
}

/** The contents of an unpacked archive. */
export interface Unpacked {
  readonly contents: Contents;
  /** Whether it has files of trials. */
  readonly hasTrials: boolean;
  /** Whether a study has just these entries, and these checkpoints if it has any. */
  matches(place: StudyPlace, name: string): Promise<boolean>;
  /** Stores the log in a place under a name. */
  restore(place: StudyPlace, name: string): Promise<void>;
  /** Moves the folder of the trials to its place. */
  restoreTrials(directory: string): Promise<void>;
}

/**
 * Unpacks an archive, and verifies the checksum of every file before it is used.
 *
 * @throws UsageError if it is damaged or not an archive.
 */
export async function withArchive<T>(path: string, target: string, use: (unpacked: Unpacked) => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file`);
  return inFolderNextTo(target, async (folder) => {
    await pipeline(createReadStream(path), createGunzip(), unpackTar(folder)).catch((cause: Error) => {
      throw new UsageError(`${path}: expected an archive of a study: ${cause.message}`);
    });
    const contents = await checked(path, folder);
    const lines = () => rawLines(join(folder, LOG));
    return use({
      contents,
      hasTrials: existsSync(join(folder, TRIALS)),
      matches: async (place, name) =>
        (await areSame(place.lines(name), lines())) && (await hasParts(join(folder, CHECKPOINTS), await place.checkpoints(name))),
      restore: (place, name) => {
        const { form, study, logged, entries } = contents;
        const checkpoints = contents.checkpoints && {
          ...contents.checkpoints,
          parts: () => partsIn(join(folder, CHECKPOINTS)),
        };
        if (place.form === form && name === study) return place.restore(name, contents, lines(), checkpoints);
        const read = entriesIn(form, lines());
        const renamed = name === logged ? portable(read) : branch(read, { study: name, from: study, at: entries });
        return place.begin(name, contents, renamed, checkpoints);
      },
      restoreTrials: async (directory) => {
        await mkdir(dirname(directory), { recursive: true });
        await move(join(folder, TRIALS), directory);
      },
    });
  });
}

const limitsOf = ({ bytes, maxBytes }: Checkpoints): Omit<Checkpoints, 'parts'> => ({ bytes, maxBytes });

/** Writes each part as a file, such as `checkpoints/w1/17/1/<name of the save>/0`. */
async function writeParts(checkpoints: Checkpoints, folder: string): Promise<void> {
  for await (const { name, data } of checkpoints.parts()) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), data);
  }
}

async function* partsIn(folder: string): AsyncGenerator<CheckpointPart> {
  for (const name of await filesIn(folder)) yield { name, data: await readFile(join(folder, name)) };
}

/** Whether a folder holds just the parts of checkpoints. */
async function hasParts(folder: string, checkpoints: Checkpoints | undefined): Promise<boolean> {
  const unseen = new Set(existsSync(folder) ? await filesIn(folder) : []);
  if (checkpoints)
    for await (const { name, data } of checkpoints.parts()) {
      if (!unseen.delete(name) || !(await readFile(join(folder, name))).equals(data)) return false;
    }
  return unseen.size === 0;
}

/** Whether two logs have the same lines. */
async function areSame(one: AsyncIterable<Uint8Array>, other: AsyncIterable<Uint8Array>): Promise<boolean> {
  const others = other[Symbol.asyncIterator]();
  for await (const line of one) {
    const { done, value } = await others.next();
    if (done || Buffer.compare(line, value) !== 0) return false;
  }
  return (await others.next()).done === true;
}

/** Two archives of one study are equal: only the files of its trials keep their times. */
const undated = (header: TarHeader): TarHeader => (header.name.startsWith(`${TRIALS}/`) ? header : { ...header, mtime: new Date(0) });

async function checked(path: string, folder: string): Promise<Contents> {
  const sums = await readFile(join(folder, SUMS), 'utf8').catch(() => {
    throw new UsageError(`${path}: expected an archive of a study, but it has no ${SUMS}`);
  });
  const expected = new Map(sums.split('\n').flatMap((line) => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)] as const])));
  for (const name of await filesIn(folder)) {
    if (name === SUMS) continue;
    if (expected.get(name) !== (await sumOf(join(folder, name))))
      throw new UsageError(`${path}: ${name} is damaged: its checksum does not match`);
    expected.delete(name);
  }
  const [missing] = expected.keys();
  if (missing !== undefined) throw new UsageError(`${path}: ${missing} is missing`);
  const contents: unknown = JSON.parse(await readFile(join(folder, CONTENTS), 'utf8'));
  if (!isContents(contents))
    throw new UsageError(`${path}: expected an archive of format 1; a later version of hypertide may have written it`);
  return contents;
}

const isContents = (data: unknown): data is Contents =>
  isRecord(data) &&
  data.format === 1 &&
  typeof data.study === 'string' &&
  typeof data.logged === 'string' &&
  (data.form === 'journal' || data.form === 'stream') &&
  Number.isSafeInteger(data.entries) &&
  Number.isSafeInteger(data.longest) &&
  (data.replicas === undefined || Number.isSafeInteger(data.replicas)) &&
  (data.checkpoints === undefined || areLimits(data.checkpoints));

const areLimits = (data: unknown): data is Contents['checkpoints'] =>
  isRecord(data) && Number.isSafeInteger(data.bytes) && (data.maxBytes === undefined || Number.isSafeInteger(data.maxBytes));

async function* entriesIn(form: LogForm, lines: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const decode = lineDecoder(() => {});
  let position = 1;
  for await (const line of lines) {
    const entries = form === 'journal' ? decode(Buffer.from(line), position) : [storedEntry(line)];
    position += entries.length;
    yield* entries;
  }
}

/** Regular files below a folder, by their paths with slashes. */
async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/')).sort();
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Moves a folder, also to another disk. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EXDEV') throw cause;
    await copyFiles(from, to);
    await rm(from, { recursive: true });
  });
}

/** Calls a function with a new folder, on the same disk as a file. */
async function inFolderNextTo<T>(path: string, use: (folder: string) => Promise<T>): Promise<T> {
  let parent = dirname(resolve(path));
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent);
  const folder = await mkdtemp(join(parent, '.hypertide-')).catch((cause: Error) => {
    throw new UsageError(`${parent}: cannot be written (${cause.message})`);
  });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
