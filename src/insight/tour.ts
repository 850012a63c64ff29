import type { ObjectiveSpec } from '../facts/facts.ts';
import { notesIn } from '../study/notes.ts';
import { formatNumber } from './figures/drawing/format.ts';
import { bestSoFar } from './figures/history.ts';
import { counts, type FigureRow, type FigureStudy, sign } from './figures/study.ts';

/** A step of a tour: an entry of the log, and what happened there. */
export interface TourStep {
  readonly position: number;
  readonly text: string;
}

/** The most steps of a tour. */
const STEPS = 6;
/** The fewest trials that were stopped early for a step about them. */
const FEW_STOPS = 3;
/** The search narrows if a share of all later trials, and of the next ones, has a number in a part of its axis, and some earlier ones had not. */
const NARROWING = { share: 0.9, trials: 10, width: 0.25, before: 3 };

/** What to see in the log of a study, from its first result to its last trial. */
export function tourOf(study: Pick<FigureStudy, 'rows' | 'objectives' | 'parameters' | 'scales' | 'columns'>): readonly TourStep[] {
  const { rows, objectives } = study;
  const [objective] = objectives;
  if (objective === undefined || objectives.length > 1) return [];
  const improvements = improvementsOf(rows, objective);
  if (improvements.length === 0) return [];
  const steps = [
    ...improvementSteps(improvements, objective),
    modelStep(rows),
    stopStep(rows),
    narrowingStep(study),
    endStep(rows, improvements),
  ];
  const found = steps.filter((step) => step !== undefined);
  return found.sort((a, b) => a.position - b.position).slice(0, STEPS);
}

interface Improvement {
  readonly row: FigureRow;
  readonly value: number;
}

/** The trials that were the best so far when they ended, in the order of their ends. */
function improvementsOf(rows: readonly FigureRow[], objective: ObjectiveSpec): readonly Improvement[] {
  const byTrial = new Map(rows.map((row) => [row.trial, row]));
  const ended = rows.filter((row) => row.ended !== undefined && counts(row)).sort((a, b) => a.ended! - b.ended!);
  const best = bestSoFar({ rows: ended }, objective).slice(0, -1); // its last point only prolongs the line
  return best.map(([trial, value]) => ({ row: byTrial.get(trial)!, value }));
}

/** The first result, where half of the gain was made, and the best result. */
function improvementSteps(improvements: readonly Improvement[], objective: ObjectiveSpec): readonly TourStep[] {
  const [first, last] = [improvements[0]!, improvements.at(-1)!];
  const half = (first.value + last.value) / 2;
  const middle = improvements.find(({ value }) => sign(objective) * value <= sign(objective) * half);
  const step = ({ row, value }: Improvement, about: string): TourStep => ({
    position: row.ended!,
    text: `trial ${row.trial}: ${about}, ${objective.name} ${formatNumber(value)}`,
  });
  const found = [step(first, 'the first result')];
  if (middle !== undefined && middle !== last && middle !== first) found.push(step(middle, 'half of the way to the best'));
  if (last !== first) found.push(step(last, 'the best'));
  return found;
}

/** The first trial that a model chose. */
function modelStep(rows: readonly FigureRow[]): TourStep | undefined {
  const row = rows.find(({ tags = {} }) => notesIn(tags).phase === 'modelling');
  return (
    row && { position: row.suggested - 1, text: `trial ${row.trial} is the first that the model of ${row.by.split('/').at(-1)} chooses` }
  );
}

/** Where half of the early stops had happened. */
function stopStep(rows: readonly FigureRow[]): TourStep | undefined {
  const stops = rows.filter(({ state, ended }) => state === 'stopped' && ended !== undefined).sort((a, b) => a.ended! - b.ended!);
  if (stops.length < FEW_STOPS) return undefined;
  const position = stops[stops.length >> 1]!.ended!;
  const ended = rows.filter((row) => (row.ended ?? Number.POSITIVE_INFINITY) <= position);
  const stopped = ended.filter(({ state }) => state === 'stopped').length;
  return { position, text: `so far ${stopped} of ${ended.length} trials were stopped early` };
}

/** From which trial on most suggestions have a number in a small part of its range, and no longer outside of it. */
function narrowingStep({ rows, ...study }: Pick<FigureStudy, 'rows' | 'parameters' | 'scales' | 'columns'>): TourStep | undefined {
  let found: { readonly from: number; readonly text: string } | undefined;
  for (const [axis, [name]] of study.parameters.entries()) {
    const scale = study.scales[axis]!;
    const places = rows.map((_, i) => study.columns[axis]![i]!);
    const from = scale.labels === undefined ? narrowsFrom(places) : undefined;
    if (from === undefined || from.index >= (found?.from ?? Number.POSITIVE_INFINITY)) continue;
    const [low, high] = from.range.map((place) => formatNumber(scale.at(place)));
    const range = low === high ? low : `between ${low} and ${high}`;
    found = { from: from.index, text: `from here on, ${from.inside} of ${from.later} trials have ${name} ${range}` };
  }
  return found && { position: rows[found.from]!.suggested, text: found.text };
}

/** The first index from which on places are in a narrow range: most of all later ones, and of the next ones. */
function narrowsFrom(places: readonly number[]) {
  for (let index = 1; index <= places.length - NARROWING.trials; index++) {
    const later = places.slice(index).filter((place) => !Number.isNaN(place));
    if (later.length < NARROWING.trials) return undefined;
    const sorted = later.toSorted((a, b) => a - b);
    const inside = Math.ceil(NARROWING.share * later.length);
    const start = sorted.findIndex((place, i) => i + inside <= later.length && sorted[i + inside - 1]! - place <= NARROWING.width);
    if (start < 0) continue;
    const range = [sorted[start]!, sorted[start + inside - 1]!] as const;
    const isInside = (place: number) => Math.abs(place - (range[0] + range[1]) / 2) <= NARROWING.width / 2;
    const next = later.slice(0, NARROWING.trials).filter(isInside);
    const before = places.slice(0, index).filter((place) => !isInside(place));
    if (next.length >= NARROWING.share * NARROWING.trials && before.length >= NARROWING.before)
      return { index, range, inside, later: later.length };
  }
  return undefined;
}

/** How many trials came after the best one, at the end. */
function endStep(rows: readonly FigureRow[], improvements: readonly Improvement[]): TourStep | undefined {
  const last = rows.reduce((latest, { ended = 0 }) => Math.max(latest, ended), 0);
  const best = improvements.at(-1)!.row.ended!;
  const later = rows.filter(({ ended = 0 }) => ended > best).length;
  return later === 0 ? undefined : { position: last, text: `${later} more ${later === 1 ? 'trial' : 'trials'} ended, and none was better` };
}
