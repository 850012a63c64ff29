import type { Entry } from '../facts/entry.ts';
import type { ObjectiveSpec, Values } from '../facts/facts.ts';
import { Ledger } from '../ledger/ledger.ts';
import { lossOf } from '../ledger/settings.ts';
import { ascending, rankOf } from '../numeric/sorted.ts';
import type { Axis, Point } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { Workload } from './virtualFleet.ts';

/** The recorded results of a configuration. */
interface Recording {
  readonly point: Point;
  /** In ascending order. */
  readonly steps: number[];
  readonly values: Values[];
  seconds: number;
  /** The steps that took these seconds. */
  timed: number;
}

/** A finished study as a workload. */
export interface RecordedWorkload<P> extends Workload<P> {
  /** How many configurations are known. */
  readonly size: number;
  /** The distance in the unit cube to the recorded configuration that is used for this one. A different choice counts as 1. */
  distance(params: P): number;
}

/**
 * Makes a finished study a workload for `simulate`: each configuration learns like the nearest recorded one. A trial and its promotions are one curve.
 * Between steps the last value counts, and a curve that ended early stays at its last value. A step takes the recorded time: the mean for trials without
 * times, and 1 second if no trial has one.
 *
 * It is a table, not a model: it is flat between recorded configurations, and nothing is better than the best recorded one. A recording by `random()`
 * or `sobol()` covers the whole space; one by a model covers only the regions that the model explored.
 *
 * @param space the space of the study.
 * @throws Error if there are no results.
 * @example
 * const entries: Entry[] = [];
 * for await (const batch of readJournal('finished.jsonl')) entries.push(...batch);
 * await simulate(networks, recordedWorkload(networks, entries), { strategy: tpe(), trainers: 1000, trials: 5000 });
 */
export function recordedWorkload<P>(space: Space<P>, entries: Iterable<Entry>): RecordedWorkload<P> {
  const { recordings, objective } = read(space, entries);
  if (recordings.length === 0) throw new Error('nothing was recorded: no trial of the log fits the space and has a result');
  const timed = recordings.filter((r) => r.timed > 0);
  const pace = timed.length === 0 ? 1 : timed.reduce((sum, r) => sum + r.seconds / r.timed, 0) / timed.length;
  const steps = Math.max(...recordings.map((r) => r.steps.at(-1)!));
  const losses = recordings.map((r) => lossOf(objective, valueAt(r, steps)[objective.name]!));
  const nearest = (params: P) => nearestTo(space.encode(params), recordings, space.axes);
  return {
    steps: Math.ceil(steps),
    optimum: lossOf(objective, Math.min(...losses)),
    size: recordings.length,
    curve: (params) => {
      const { recording } = nearest(params);
      return {
        value: (step) => valueAt(recording, step),
        seconds: recording.timed > 0 ? recording.seconds / recording.timed : pace,
      };
    },
    distance: (params) => nearest(params).distance,
  };
}

/** The configurations of a log with a value. */
function read<P>(space: Space<P>, entries: Iterable<Entry>): { readonly recordings: Recording[]; readonly objective: ObjectiveSpec } {
  const ledger = new Ledger(space);
  const byTrial = new Map<TrialId, { readonly recording: Recording; readonly from: number }>();
  const wrong = new Set<Recording>();
  for (const entry of entries) {
    const { effect, fact, event } = ledger.fold(entry);
    if (effect === 'retracted') wrong.add(byTrial.get(fact.trial)!.recording);
    else if (effect === 'suggested') {
      const parent = event.resumes === undefined ? undefined : byTrial.get(event.resumes)?.recording;
      const recording = parent ?? { point: event.point, steps: [], values: [], seconds: 0, timed: 0 };
      byTrial.set(event.id, { recording, from: recording.steps.at(-1) ?? 0 });
    } else if (effect === 'reported') put(byTrial.get(fact.trial)!.recording, event.step, fact.values);
    else if (effect === 'ended' && fact.type === 'completed' && event.outcome === 'completed') {
      const { recording, from } = byTrial.get(fact.trial)!;
      const step = event.budget ?? event.step ?? 1;
      put(recording, step, fact.values);
      if (event.seconds === undefined) continue;
      recording.seconds += event.seconds;
      recording.timed += Math.max(1, step - from);
    }
  }
  const all = new Set([...byTrial.values()].map(({ recording }) => recording));
  const recordings = [...all].filter((recording) => recording.steps.length > 0 && !wrong.has(recording));
  return { recordings, objective: recordings.length > 0 ? ledger.settings.objectives[0]! : { name: '', direction: 'minimize' } };
}

/** Adds a value. Steps come in order, and a result replaces the report at its step. */
function put({ steps, values }: Recording, step: number, value: Values): void {
  const at = steps.at(-1)! >= step ? steps.length - 1 : steps.length;
  steps[at] = step;
  values[at] = value;
}

/** The last value up to a step, or the first value before it. */
const valueAt = ({ steps, values }: Recording, step: number): Values => values[Math.max(0, rankOf(steps, step, ascending) - 1)]!;

function nearestTo(
  point: Point,
  recordings: readonly Recording[],
  axes: readonly Axis[],
): { readonly recording: Recording; readonly distance: number } {
  let nearest = recordings[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const recording of recordings) {
    let sum = 0;
    for (let i = 0; i < axes.length && sum < least; i++) sum += apart(axes[i]!, point[i]!, recording.point[i]!);
    if (sum < least) {
      least = sum;
      nearest = recording;
    }
  }
  return { recording: nearest, distance: Math.sqrt(least) };
}

const apart = ({ ordered }: Axis, a: number, b: number): number => (ordered ? (a - b) ** 2 : a === b ? 0 : 1);
