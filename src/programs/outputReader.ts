import { Buffer } from 'node:buffer';
import { stripControls } from '../study/plainText.ts';
import { canonical, usualDirection } from '../text/names.ts';
import { exampleReader } from './exampleReader.ts';
import { type LineReading, readingOf, tableReader } from './readLine.ts';
import { steps } from './reports.ts';
import { metricChoice, noResult, type ProposedObjective, proposalOf } from './resultName.ts';
import { type OutputEvent, type PrintedResult, remark, resultIn, statementOf } from './structuredLine.ts';

/** What to read in the output of a program. */
export interface OutputOptions {
  /** Names of the values that count. Default `['value']`: the reader finds the name that the program prints, as with `metric`. */
  readonly objectives?: readonly string[] | undefined;
  /** Of the first objective. Default `minimize`. */
  readonly direction?: 'minimize' | 'maximize' | undefined;
  /**
   * The name under which the program prints the only objective. Without it, if the only objective is `value`, the reader uses the value that can only
   * be meant, by its name.
   */
  readonly metric?: string | undefined;
  /** Which of the values of a run is its result. Default `last`. */
  readonly result?: 'last' | 'best' | undefined;
  /** What the study evaluates trials on: how many examples there are, or their names. Lines with `example=` are then their results. */
  readonly examples?: number | readonly string[] | undefined;
  /** The file that is read instead of the output. */
  readonly file?: string | undefined;
  /** Names of parameters, which a program may print and which are no result. */
  readonly parameters?: readonly string[] | undefined;
}

/** Reads the output of a program, line by line. */
export interface OutputReader {
  /** @param redrawn whether the line ended in a carriage return. */
  line(text: string, redrawn?: boolean): readonly OutputEvent[];
  /**
   * The program has ended.
   *
   * @param broken whether the runner ended it.
   */
  end(broken: boolean): readonly OutputEvent[];
  /** The name under which the program prints the only objective, if it differs: given, or chosen by the reader. */
  readonly metric: string | undefined;
  /** How many steps the program says that it trains for, as in `Epoch 3/20`. */
  readonly total: number | undefined;
  /** Why there is no result: what was read, and what to print or to write. */
  noResult(): string;
  /** Which of the values that were read the only objective could name. */
  proposal(): ProposedObjective | undefined;
}

/** The objective whose name the reader finds. */
const ANY_VALUE = ['value'];
/** Names with their last values that are kept for a message. */
const MOST_SEEN = 12;
/** Readings that are kept until the result is chosen. */
const MOST_WAITING = 10_000;

/**
 * Reads lines as you get them. `readOutput` reads a stream.
 *
 * @example
 * const reader = outputReader({ objectives: ['value'] });
 * reader.line('Epoch 1/20'); // []
 * reader.line('loss: 0.41 - accuracy: 0.8'); // [], as more of the step may follow
 * reader.line('Epoch 2/20'); // [{ type: 'report', report: { step: 1, values: { value: 0.41 }, metric: 'loss', ... } }]
 */
export function outputReader(listening: OutputOptions = {}): OutputReader {
  const { objectives = ANY_VALUE, direction = 'minimize', metric, result = 'last' } = listening;
  const parameters = new Set(listening.parameters?.map(canonical));
  const names = [...objectives, metric ?? ''].map((name) => name.toLowerCase());
  const named = new Set([...names, ...names.map((name) => name.replace(/^.*[\s_/]/, ''))]);
  const tables = tableReader();
  const seen = lastValues();
  const open = objectives.length === 1 && objectives[0] === 'value' && metric === undefined;
  const evaluated = listening.examples === undefined ? undefined : exampleReader(listening.examples);
  let chosen = open ? metricChoice(direction, parameters) : undefined;
  let isChoosing = open;
  let isUnclear = false;
  let taken: string | undefined;
  let announced = false;
  let total: number | undefined;
  let stepper = steps(objectives, metric);
  let waiting: LineReading[] = [];
  let best: PrintedResult | undefined;

  const alias = () => {
    const name = taken ?? metric;
    return name === objectives[0] ? undefined : name;
  };
  const better = (a: number, b: number) => (direction === 'maximize' ? a > b : a < b);
  /** Adds to the first report, or result of an example, the name under which the value was printed, and keeps the best value. */
  const passed = (lines: readonly OutputEvent[]): OutputEvent[] =>
    lines.map((line) => {
      const found = result === 'best' ? resultIn(line) : undefined;
      if (found && (best === undefined || better(found.values[objectives[0]!]!, best.values[objectives[0]!]!))) best = found;
      if ((line.type !== 'report' && line.type !== 'example') || alias() === undefined || announced) return line;
      announced = true;
      if (line.type === 'example') return { ...line, result: { ...line.result, metric: alias()! } };
      return { ...line, report: { ...line.report, metric: alias()! } };
    });
  const replay = (): OutputEvent[] => {
    const readings = waiting;
    waiting = [];
    return passed(readings.flatMap((reading) => stepper.take(reading)));
  };
  /** From here on, the name of the result is known; `value`, if undefined. */
  const settle = (name: string | undefined): OutputEvent[] => {
    taken = name;
    isChoosing = false;
    if (name === undefined) chosen = undefined;
    stepper = steps(objectives, name);
    return replay();
  };
  /** Whether a line of the protocol holds a value under the objective's own name. */
  const isNamed = ({ fields, said }: LineReading) => said !== undefined && (fields.has('value') || Object.hasOwn(said.data, 'value'));
  const known = () => ({
    ...listening,
    objectives,
    direction,
    parameters,
    seen: seen.all(),
    isEnded: isUnclear,
    example: evaluated?.name,
  });

  /** Weighs the names in a reading, if the study has none for its result. */
  const choose = (reading: LineReading): OutputEvent[] => {
    waiting.push(reading);
    if (isNamed(reading)) {
      const late = `it prints value besides ${taken}: value is the result from here on`;
      const warning: OutputEvent[] = isChoosing ? [] : [{ type: 'refused', message: late }];
      return [...warning, ...settle(undefined)];
    }
    const verdict = chosen!.see(reading);
    if (verdict === 'certain') return settle(chosen!.certain);
    if (waiting.length > MOST_WAITING) waiting = waiting.slice(MOST_WAITING / 2);
    if (verdict === 'open') {
      isUnclear = true;
      return [{ type: 'unclear', message: noResult(known()) }];
    }
    return isChoosing ? [] : replay();
  };

  return {
    line(text, redrawn = false) {
      const isLong = text.length >= LINE_LIMIT / 4; // a character has up to four bytes
      if (isLong && text.startsWith('{') && !text.trimEnd().endsWith('}')) return [CUT_OFF];
      const read = readingOf(text, redrawn, tables, named);
      if (read === undefined) return [];
      seen.take(read);
      const reading = evaluated ? evaluated.find(read) : read;
      if ('type' in reading) return [reading];
      total = reading.total ?? total;
      if (isUnclear) return [];
      return chosen === undefined ? passed(stepper.take(reading)) : choose(reading);
    },
    end(broken) {
      if (isUnclear) return [];
      const lines = !isChoosing ? [] : chosen!.certain === undefined ? replay() : settle(chosen!.certain);
      lines.push(...passed(stepper.end(broken)));
      if (best !== undefined) lines.push({ type: 'result', result: best });
      const advice = broken || result === 'best' ? undefined : stepper.advice(taken ?? metric ?? objectives.join(' and '));
      if (advice !== undefined) lines.push({ type: 'refused', message: advice, topic: 'without a step' });
      return lines;
    },
    get metric() {
      return alias();
    },
    get total() {
      return total;
    },
    noResult: () => (evaluated?.unknown ? `exited 0 without a result: ${evaluated.unknown}` : noResult(known())),
    proposal: () => proposalOf(known()),
  };
}

/**
 * The reports, results and checkpoints in a stream of output: of a process, a file or a socket.
 *
 * @param output bytes in pieces of any length, or lines as strings.
 *
 * @example
 * for await (const event of readOutput(createReadStream('train.log'), { metric: 'loss' })) console.log(event);
 * // { type: 'report', report: { step: 1, values: { value: 0.41 }, metric: 'loss' } }
 */
export async function* readOutput(
  output: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: OutputOptions = {},
): AsyncGenerator<OutputEvent, void, undefined> {
  const reader = outputReader(options);
  const events: OutputEvent[] = [];
  const take = (text: string, redrawn = false) => void events.push(...reader.line(text, redrawn));
  const lines = splitLines(take);
  for await (const piece of output) {
    if (typeof piece === 'string') take(piece);
    else lines.push(piece);
    yield* events.splice(0);
  }
  lines.end();
  yield* events;
  yield* reader.end(false);
}

/** The last values of a name that are kept. */
const KEPT = 3;

/**
 * The last values of each name, for a message. Names with a known direction, and others, are kept apart: settings that a program prints first then do not
 * displace its losses.
 */
function lastValues() {
  const [telling, others] = [new Map<string, (number | null)[]>(), new Map<string, (number | null)[]>()];
  return {
    take: ({ fields }: LineReading) => {
      for (const [name, value] of fields) {
        const known = telling.get(name) ?? others.get(name);
        const map = usualDirection(name) === undefined ? others : telling;
        if (known === undefined && map.size < MOST_SEEN) map.set(name, [value]);
        else if (known && known.push(value) > KEPT) known.shift();
      }
    },
    all: () => new Map([...telling, ...others].slice(0, MOST_SEEN)),
  };
}

/** Other contents of a line: a checkpoint, or that the configuration cannot run. */
export function remarks(text: string): readonly OutputEvent[] {
  const said = statementOf(stripControls(text).trim());
  const line = said && remark(said);
  return line ? [line] : [];
}

/** The most bytes of a line that are read. */
const LINE_LIMIT = 1024 * 1024;
const CUT_OFF: OutputEvent = {
  type: 'refused',
  message: 'a line of JSON: expected its end within 1 MiB, so print less',
  topic: 'long JSON',
};

/** Takes the output of a program, in pieces. */
export interface LineSplitter {
  push(bytes: Uint8Array): void;
  /** The program has ended: the rest is a line. */
  end(): void;
}

/**
 * Splits bytes into lines at line feeds and carriage returns (progress bars), and cuts a long line off after 1 MiB. Invalid UTF-8 is read with
 * replacement characters. Empty lines are left out.
 *
 * @param line `redrawn` says that the line ended in a carriage return alone, so that the next one covers it.
 */
export function splitLines(line: (text: string, redrawn: boolean) => void): LineSplitter {
  let pieces: Uint8Array[] = [];
  let length = 0;
  /** The last byte was a carriage return; the next one says whether a line feed follows. */
  let returned = false;
  const keep = (piece: Uint8Array) => {
    const kept = piece.subarray(0, LINE_LIMIT - length);
    if (kept.length > 0) pieces.push(kept);
    length += kept.length;
  };
  const end = (redrawn: boolean) => {
    if (length > 0) line(Buffer.concat(pieces).toString(), redrawn);
    pieces = [];
    length = 0;
    returned = false;
  };
  return {
    push(bytes) {
      let start = 0;
      for (let i = 0; i < bytes.length; i++) {
        if (returned) end(bytes[i] !== 10);
        if (bytes[i] !== 10 && bytes[i] !== 13) continue;
        if (i > start) keep(bytes.subarray(start, i));
        start = i + 1;
        if (bytes[i] === 10) end(false);
        else returned = true;
      }
      keep(bytes.subarray(start));
    },
    end: () => end(returned),
  };
}
