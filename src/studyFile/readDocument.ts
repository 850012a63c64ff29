import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import { together, UserError } from '../errors.ts';
import { isRecord, jsonIn } from '../schema/json.ts';
import { tooDeepAt } from '../text/parseData.ts';

/** A study file, or that of a worker or a platform, cannot be used; the message begins with file, line and column. */
class StudyFileError extends UserError {
  override readonly name = 'StudyFileError';
  readonly code = 'study-file';
}

/**
 * Reads a file of YAML or JSON.
 *
 * @param parse gets the data, and the name of the file without its extension. Its errors begin with a path in the data.
 * @throws StudyFileError with the place in the file.
 */
export async function readDocument<T>(path: string, parse: (data: unknown, stem: string) => T): Promise<T> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new StudyFileError(`${path}: cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`);
  });
  if (!isUtf8(bytes)) throw new StudyFileError(`${path}: expected text in UTF-8: save it with this encoding`);
  const source = bytes.toString();
  if (isJournal(source)) throw new StudyFileError(`${path}: expected a study file, got the journal of a study`);
  const deep = tooDeepAt(source);
  if (deep) throw new StudyFileError(`${path}:${deep.line}:${deep.col}: it is nested too deeply`);
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = document.errors;
  if (error) throw new StudyFileError(`${path}:${placeOf(lines, error.pos[0])}: ${error.message}${commaHint(error, source)}`);
  const comma = commaIn(document);
  if (comma !== undefined) throw new StudyFileError(`${path}:${placeOf(lines, comma)}: lines of YAML do not end with a comma: remove it`);
  try {
    return parse(document.toJS(), basename(path, extname(path)));
  } catch (cause) {
    const causes = [cause as Error, ...(cause instanceof UserError ? (cause.also ?? []) : [])];
    const errors = causes
      .map(({ message }) => message.replace(/^(?:study|worker|platform)[.:] ?/, ''))
      .map((message) => ({ message: message + pointHint(message), offset: offsetOf(document, message) }))
      .sort((a, b) => (a.offset ?? 0) - (b.offset ?? 0))
      .map(({ message, offset }) => new StudyFileError(`${path}${offset === undefined ? '' : `:${placeOf(lines, offset)}`}: ${message}`));
    throw together(errors);
  }
}

/** Whether the first line is the first fact of a study. */
function isJournal(source: string): boolean {
  const first = source.startsWith('{') ? jsonIn(source.slice(0, source.indexOf('\n'))) : undefined;
  return isRecord(first) && first.type === 'created';
}

/** What to do about a comma that a syntax error is about. */
function commaHint({ code, pos: [start] }: YAMLParseError, source: string): string {
  if (code === 'BLOCK_IN_FLOW') return '; between { and }, a comma separates the keys, as in { type: float, low: 0, high: 1 }';
  return source.slice(start).trimStart().startsWith(',') ? '; lines of YAML do not end with a comma: remove it' : '';
}

/** Where a value ends with a comma, as in `trials: 40,`. The words of a command may. */
function commaIn(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair: (_, { key }) => (isScalar(key) && key.value === 'command' ? visit.SKIP : undefined),
    Scalar: (_, { type, value, range }) => {
      if (type !== 'PLAIN' || typeof value !== 'string' || !value.endsWith(',')) return undefined;
      found = range![1] - 1;
      return visit.BREAK;
    },
  });
  return found;
}

/** In `low: 0,1`, the comma begins another key. */
const pointHint = (message: string): string => (/\.\d+: unknown key/.test(message) ? '; numbers have a point, as in 0.1' : '');

const placeOf = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
};

/**
 * The position to which a message refers, as an offset into the text: that of the deepest part of the path before its first colon, such as
 * `parameters.lr.low: expected ...`, that the document has. Undefined if it has no part of it.
 */
function offsetOf(document: Document, message: string): number | undefined {
  let node: unknown = document.contents;
  let rest = message;
  let offset: number | undefined;
  for (let step = enter(document, node, rest); step; step = enter(document, node, rest)) {
    ({ node, offset } = step);
    rest = rest.slice(step.length).replace(/^\./, '');
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
  /** Of what it takes from the path. */
  readonly length: number;
}

function enter(document: Document, parent: unknown, path: string): Step | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const [pair] = (node.items as Pair[])
      .filter(({ key }) => path.startsWith(nameOf(key)) && /^[.[:]/.test(path.slice(nameOf(key).length)))
      .sort((a, b) => nameOf(b.key).length - nameOf(a.key).length); // a name may contain dots
    return pair && { node: pair.value, offset: startOf(pair.key), length: nameOf(pair.key).length };
  }
  const [index, k] = /^\[(\d+)\]/.exec(path) ?? [];
  if (!isSeq(node) || index === undefined) return undefined;
  const item = node.items[Number(k)];
  return item === undefined ? undefined : { node: item, offset: startOf(item), length: index.length };
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);
