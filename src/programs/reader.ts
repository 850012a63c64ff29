import { omitUndefined } from '../schema/omitUndefined.ts';
import { canonical, usualDirection } from '../text/names.ts';
import { stripControls } from '../text/plainText.ts';
import { metricChoice } from './choice.ts';
import { type Line, remark, statementOf } from './parseOutput.ts';
import { type LineReading, readingOf } from './reading.ts';
import { LINE_LIMIT } from './splitLines.ts';
import { steps } from './steps.ts';
import { tableReader } from './tables.ts';
import { howToChoose, type ProposedObjective, proposalOf, unheard } from './unheard.ts';

/** The options of a reader of output. */
export interface Listening {
  /** Names of the values that count. */
  readonly objectives: readonly string[];
  /** Of the first objective. Default `minimize`. */
  readonly direction?: 'minimize' | 'maximize' | undefined;
  /**
   * The name under which the program prints the only objective. Without it, if the only objective is `value`, the reader uses the only value whose
   * name is usually better in that direction.
   */
  readonly metric?: string | undefined;
  /** Which of the values of a run is its result. Default `last`. */
  readonly result?: 'last' | 'best' | undefined;
  /** The file that is read instead of the output. */
  readonly file?: string | undefined;
  /** Names of parameters, which a program may print and which are no result. */
  readonly parameters?: readonly string[] | undefined;
}

/** Reads the output of a program, line by line. */
export interface OutputReader {
  /** @param redrawn whether the line ended in a carriage return. */
  line(text: string, redrawn?: boolean): readonly Line[];
  /**
   * The program has ended.
   *
   * @param broken whether the runner ended it.
   */
  end(broken: boolean): readonly Line[];
  /** The name under which the program prints the only objective, if it differs: given, or chosen by the reader. */
  readonly metric: string | undefined;
  /** How many steps the program says that it trains for, as in `Epoch 3/20`. */
  readonly total: number | undefined;
  /** Why there is no result: what was read, and what to print or to write. */
  unheard(): string;
  /** Which of the values that were read the only objective could name. */
  proposal(): ProposedObjective | undefined;
}

/** Names with their last values that are kept for a message. */
const MOST_SEEN = 12;
/** Readings that are kept until the result is chosen. */
const MOST_WAITING = 10_000;

/**
 * @example
 * const reader = outputReader({ objectives: ['value'] });
 * reader.line('Epoch 1/20'); // []
 * reader.line('loss: 0.41 - accuracy: 0.8'); // [], as more of the step may follow
 * reader.line('Epoch 2/20'); // [{ type: 'report', report: { step: 1, values: { value: 0.41 }, metric: 'loss', ... } }]
 */
export function outputReader(listening: Listening): OutputReader {
  const { objectives, direction = 'minimize', metric, result = 'last', file } = listening;
  const parameters = new Set(listening.parameters?.map(canonical));
  const named = new Set([...objectives, ...(metric === undefined ? [] : [metric])].map((name) => name.toLowerCase()));
  const tables = tableReader();
  const seen = lastValues();
  const open = objectives.length === 1 && objectives[0] === 'value' && metric === undefined;
  let chosen = open ? metricChoice(direction, parameters) : undefined;
  let taken: string | undefined;
  let announced = false;
  let total: number | undefined;
  let stepper = steps(objectives, metric);
  let waiting: LineReading[] = [];
  let best: Extract<Line, { type: 'report' | 'result' | 'value' }> | undefined;

  const alias = () => {
    const name = taken ?? metric;
    return name === objectives[0] ? undefined : name;
  };
  const better = (a: number, b: number) => (direction === 'maximize' ? a > b : a < b);
  /** Adds to the first report the name under which the value was printed, and keeps the best value. */
  const passed = (lines: readonly Line[]): Line[] =>
    lines.map((line) => {
      if (line.type !== 'report' && line.type !== 'result' && line.type !== 'value') return line;
      const first = objectives[0]!;
      if (best === undefined || better(valuesIn(line)[first]!, valuesIn(best)[first]!)) best = line;
      if (line.type !== 'report' || alias() === undefined || announced) return line;
      announced = true;
      return { ...line, report: { ...line.report, metric: alias()! } };
    });
  const replay = (): Line[] => {
    const readings = waiting;
    waiting = [];
    return passed(readings.flatMap((reading) => stepper.take(reading)));
  };
  /** From here on, the name of the result is known. */
  const settle = (name: string | undefined): Line[] => {
    taken = name;
    chosen = undefined;
    stepper = steps(objectives, name);
    return replay();
  };
  /** Whether a line of the protocol holds a value under the objective's own name. */
  const isNamed = ({ fields, said }: LineReading) => said !== undefined && (fields.has('value') || Object.hasOwn(said.data, 'value'));

  const choose = (reading: LineReading): Line[] => {
    if (isNamed(reading)) {
      waiting.push(reading);
      return settle(undefined);
    }
    const verdict = chosen!.see(reading);
    if (verdict === 'several') waiting = [];
    const warning: Line[] =
      verdict === 'several'
        ? [
            {
              type: 'refused',
              message: `${chosen!.names.join(' and ')} could each be the result: ${howToChoose(direction, chosen!.names)}`,
            },
          ]
        : [];
    const lines = verdict === 'one' ? settle(chosen!.names[0]) : [];
    if (chosen === undefined) return [...lines, ...passed(stepper.take(reading))];
    if (!chosen.undecidable) waiting.push(reading);
    if (waiting.length > MOST_WAITING) waiting = waiting.slice(MOST_WAITING / 2);
    return warning;
  };

  const known = () => ({ objectives, direction, parameters, seen: seen.all(), candidates: chosen?.names ?? [] });

  return {
    line(text, redrawn = false) {
      const reading = readingOf(text.length > LINE_LIMIT ? text.slice(0, LINE_LIMIT) : text, redrawn, tables, named);
      if (reading === undefined) return [];
      seen.take(reading);
      total = reading.total ?? total;
      if (chosen !== undefined) return choose(reading);
      if (taken !== undefined && isNamed(reading)) {
        const warning: Line = { type: 'refused', message: `it prints value besides ${taken}: value is the result from here on` };
        return [warning, ...settle(undefined), ...passed(stepper.take(reading))];
      }
      return passed(stepper.take(reading));
    },
    end(broken) {
      const lines = chosen?.names.length === 1 ? settle(chosen.names[0]) : chosen ? replay() : [];
      lines.push(...passed(stepper.end(broken)));
      if (result === 'best' && best !== undefined) lines.push({ type: 'result', result: resultIn(best) });
      return lines;
    },
    get metric() {
      return alias();
    },
    get total() {
      return total;
    },
    unheard: () => stripControls(unheard({ ...known(), metric, file })),
    proposal: () => proposalOf(known()),
  };
}

/**
 * The last value of each name, for a message. Names with a known direction, and others, are kept apart: settings that a program prints first then do not
 * displace its losses.
 */
function lastValues() {
  const [telling, others] = [new Map<string, number | null>(), new Map<string, number | null>()];
  return {
    take: ({ fields }: LineReading) => {
      for (const [name, value] of fields) {
        const known = [telling, others].find((map) => map.has(name));
        if (known) known.set(name, value);
        else if (telling.size < MOST_SEEN || others.size < MOST_SEEN) {
          const map = usualDirection(name) === undefined ? others : telling;
          if (map.size < MOST_SEEN) map.set(name, value);
        }
      }
    },
    all: () => new Map([...telling, ...others].slice(0, MOST_SEEN)),
  };
}

/** Other contents of a line: a checkpoint, or that the configuration cannot run. */
export function remarks(text: string): readonly Line[] {
  const said = statementOf(stripControls(text).trim());
  const line = said && remark(said);
  return line ? [line] : [];
}

const valuesIn = (line: Extract<Line, { type: 'report' | 'result' | 'value' }>) =>
  line.type === 'report' ? line.report.values : line.result.values;

function resultIn(line: Extract<Line, { type: 'report' | 'result' | 'value' }>) {
  if (line.type !== 'report') return line.result;
  const { values, metrics } = line.report;
  return omitUndefined({ values, metrics });
}
