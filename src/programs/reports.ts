import { omitUndefined } from '../schema/omitUndefined.ts';
import type { LineReading } from './readLine.ts';
import { isExplicit, type Naming, naming, type OutputEvent, remark, reportIn } from './structuredLine.ts';
import { unstepped } from './unstepped.ts';

/** A report until the end of its step: until then, a later line may change it. */
interface Held {
  readonly step: number;
  values: Record<string, number>;
  metrics: Record<string, number>;
  partial: boolean;
}

/** Metrics of a line of ordinary output that are kept. */
const MOST_METRICS = 32;

/**
 * Turns readings into reports and results. A line that names its step is a report immediately; values that may still change within the step, such as
 * those of a progress bar, are reported when the next step begins. A step that begins a line counts for the lines after it.
 *
 * @param metric the name under which the program prints the only objective, where it is another.
 */
export function steps(objectives: readonly string[], metric: string | undefined) {
  const objectiveOf = naming(objectives, metric);
  /** `value` in ordinary output may be anything, once the printed name is known. */
  const inProse: Naming = (name) => (name === 'value' && metric !== undefined && metric !== 'value' ? undefined : objectiveOf(name));

  let carried: number | undefined;
  let held: Held | undefined;
  let reported = -1;
  /** Values in ordinary output without any step. */
  let loose: Record<string, number> = {};
  const stepless = unstepped();

  /** A report or, if its step has been reported, a value. Undefined as long as an objective is missing. */
  const close = (): OutputEvent[] => {
    if (held === undefined) return [];
    const { step, values, metrics } = held;
    held = undefined;
    const line = lineOf(objectives, values, metrics, step > reported ? step : undefined);
    if (line === undefined) return [];
    reported = Math.max(reported, step);
    return [line];
  };
  const hold = (step: number, values: Record<string, number>, metrics: Record<string, number>, partial: boolean): OutputEvent[] => {
    const before = held !== undefined && held.step !== step ? close() : [];
    held = { step, values: { ...held?.values, ...values }, metrics: { ...held?.metrics, ...metrics }, partial };
    return before;
  };
  const enter = (step: number, heads: boolean): OutputEvent[] => {
    const before = held !== undefined && step > held.step ? close() : [];
    if (heads) carried = step;
    return before;
  };

  const stated = (reading: LineReading, own: unknown): OutputEvent[] => {
    const said = reading.said!;
    const { stepName, example } = reading;
    if (example) {
      const result = reportIn(said, objectives, objectiveOf, { stepName, example }) ?? remark(said);
      return result ? [result] : [];
    }
    const step = own !== undefined || isExplicit(said) ? own : carried;
    const line = reportIn(said, objectives, objectiveOf, { step, stepName });
    if (line === undefined) {
      const note = remark(said);
      return [...(Number.isSafeInteger(own) ? enter(own as number, reading.heads) : []), ...(note ? [note] : [])];
    }
    const at = line.type === 'report' ? line.report.step : line.type === 'non-finite' ? line.step : undefined;
    if (at === undefined) return [line];
    if (line.type === 'report' && (own === undefined || reading.unfinished)) {
      const note = line.checkpoint === undefined ? [] : [{ type: 'checkpoint', checkpoint: line.checkpoint } as const];
      return [...hold(at, { ...line.report.values }, { ...line.report.metrics }, reading.partial), ...note];
    }
    const before = held !== undefined && held.step !== at ? close() : [];
    held = undefined;
    reported = Math.max(reported, at);
    return [...before, line];
  };

  const seen = (reading: LineReading, own: number | undefined): OutputEvent[] => {
    const { values, metrics } = sorted(reading, inProse);
    if (Object.keys(values).length === 0) return own === undefined ? [] : enter(own, reading.heads);
    const step = own ?? carried;
    if (step === undefined) {
      loose = { ...loose, ...values };
      const line = lineOf(objectives, loose, metrics, undefined);
      return line ? [line] : [];
    }
    const before = enter(step, reading.heads);
    const whole = objectives.every((name) => Object.hasOwn(values, name));
    before.push(...hold(step, values, metrics, reading.partial));
    return own === undefined || reading.unfinished || !whole ? before : [...before, ...close()];
  };

  return {
    take(reading: LineReading): OutputEvent[] {
      const own = reading.step === undefined && carried === undefined ? reading.lead : reading.step;
      const events = reading.said ? stated(reading, own) : seen(reading, own as number | undefined);
      stepless.take(reading, events);
      return events;
    },
    /** @param broken whether the program was ended: an incomplete step is then left out. */
    end: (broken: boolean): OutputEvent[] => (broken && held?.partial ? [] : close()),
    /** See {@link unstepped}. */
    advice: stepless.advice,
  };
}

/** Values of objectives, and the other fields of the line. */
function sorted({ fields }: LineReading, objectiveOf: Naming) {
  const values: Record<string, number> = {};
  const metrics: [string, number][] = [];
  for (const [name, value] of fields) {
    const objective = objectiveOf(name);
    if (value === null) continue;
    if (objective !== undefined) values[objective] = value;
    else if (Number.isFinite(value) && metrics.length < MOST_METRICS) metrics.push([name, value]);
  }
  return { values, metrics: Object.fromEntries(metrics) };
}

/** @param step of a report; undefined for a value. @returns undefined as long as an objective is missing. */
function lineOf(
  objectives: readonly string[],
  values: Readonly<Record<string, number>>,
  metrics: Readonly<Record<string, number>>,
  step: number | undefined,
): OutputEvent | undefined {
  if (!objectives.every((name) => Object.hasOwn(values, name))) return undefined;
  const lost = objectives.find((name) => !Number.isFinite(values[name]));
  const what = step === undefined ? 'the result' : `the report of step ${step}`;
  if (lost !== undefined) return omitUndefined({ type: 'non-finite', step, message: `${what}: ${lost} is not finite` });
  const core = omitUndefined({
    values: Object.fromEntries(objectives.map((name) => [name, values[name]!])),
    metrics: Object.keys(metrics).length > 0 ? metrics : undefined,
  });
  return step === undefined ? { type: 'value', result: core } : { type: 'report', report: { step, ...core } };
}
