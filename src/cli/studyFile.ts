import { readFile } from 'node:fs/promises';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { StudyOptions } from '../../streams/options.ts';
import { parseStrategy } from '../../streams/spec.ts';
import type { Strategy } from '../../streams/strategy.ts';
import { OptionError, SpaceError } from '../errors.ts';
import type { Params } from '../facts/facts.ts';
import { type Check, fault, fields, isRecord, positive, truth } from '../space/check.ts';
import { type Space, spaceFrom } from '../space/space.ts';
import { fileError } from './usage.ts';

/** A study as its file describes it. */
export interface StudyFile {
  readonly space: Space<Params>;
  readonly strategy: Strategy;
  readonly options: StudyOptions & { readonly study: string };
  /** The trainer's command line, where the file holds it. */
  readonly command?: readonly string[];
  /** Seconds a trial may take. */
  readonly timeLimit?: number;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace?: number;
}

/** A study file cannot be used; the message begins with file, line and column. */
export class StudyFileError extends Error {
  override readonly name = 'StudyFileError';
}

const any: Check = () => {};
const text: Check = (path, value) => {
  if (typeof value !== 'string' || value === '') throw fault(path, 'a text', value);
};
const whole: Check = (path, value) => {
  if (!(Number.isSafeInteger(value) && (value as number) >= 1)) throw fault(path, 'a whole number of at least 1', value);
};
const number: Check = (path, value) => {
  if (!Number.isFinite(value)) throw fault(path, 'a number', value);
};
const seed: Check = (path, value) => {
  if (typeof value !== 'string' && !Number.isFinite(value)) throw fault(path, 'a number or a text', value);
};
const duplicates: Check = (path, value) => {
  if (value !== 'forbid' && value !== 'allow') throw fault(path, 'forbid or allow', value);
};
const command: Check = (path, value) => {
  const words = typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) && value.length > 0;
  if (!words) throw fault(path, 'a command, as a list of words or as a text that is split at blanks', value);
};
const objectives: Check = (path, value) => {
  if (!isRecord(value) || Object.keys(value).length === 0) throw fault(path, 'names with minimize or maximize', value);
  for (const [name, direction] of Object.entries(value)) {
    if (direction !== 'minimize' && direction !== 'maximize') throw fault(`${path}.${name}`, 'minimize or maximize', direction);
  }
};

const layout = fields(
  { parameters: any },
  {
    name: text,
    constraints: any,
    objectives,
    strategy: any,
    seed,
    trials: whole,
    parallel: whole,
    seconds: positive,
    target: number,
    attempts: whole,
    retryErrors: truth,
    duplicates,
    command,
    timeLimit: positive,
    grace: positive,
  },
);

/**
 * Reads a study from YAML or JSON.
 *
 * @throws StudyFileError with the place in the file.
 */
export async function readStudyFile(path: string): Promise<StudyFile> {
  const source = await readFile(path, 'utf8').catch((cause) => {
    throw new StudyFileError(fileError(path, 'cannot be read', cause).message);
  });
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new StudyFileError(`${path}:${placeOf(lines, error.pos[0])}: ${error.message}`);
  try {
    return parseStudy(document.toJS());
  } catch (cause) {
    if (!(cause instanceof SpaceError || cause instanceof OptionError)) throw cause;
    throw new StudyFileError(`${path}${locate(document, lines, cause.message)}: ${cause.message.replace(/^study[.:] ?/, '')}`);
  }
}

/** A study from data. @throws SpaceError, OptionError that begin with a path. */
export function parseStudy(data: unknown): StudyFile {
  layout('study', data);
  const {
    name = 'study',
    parameters,
    constraints,
    strategy = 'random',
    command: words,
    timeLimit,
    grace,
    ...options
  } = data as Readonly<Record<string, never>>;
  return {
    space: spaceFrom(constraints === undefined ? { parameters } : { parameters, constraints }),
    strategy: parseStrategy(strategy),
    options: { study: name, ...(options as StudyOptions) },
    ...(words !== undefined && {
      command: typeof words === 'string' ? (words as string).trim().split(/\s+/) : (words as unknown[]).map(String),
    }),
    ...(timeLimit !== undefined && { timeLimit }),
    ...(grace !== undefined && { grace }),
  };
}

const placeOf = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
};

/** `:line:column` of the deepest node on the path that a message begins with. */
function locate(document: Document, lines: LineCounter, message: string): string {
  const path = /^[\w.[\]-]+/.exec(message)?.[0] ?? '';
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '' && key !== 'study');
  for (let depth = keys.length; depth > 0; depth--) {
    const at = keys.slice(0, depth).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(at, true);
    if (isNode(node) && node.range) return `:${placeOf(lines, keyOffset(document, at) ?? node.range[0])}`;
  }
  return '';
}

/** Where the key stands, if the last step of a path is a key. */
function keyOffset(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const items = (parent as { items?: readonly { key?: { value?: unknown; range?: readonly number[] } }[] } | null)?.items ?? [];
  return items.find(({ key }) => key?.value === path.at(-1))?.key?.range?.[0];
}
