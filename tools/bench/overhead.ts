import { Subject } from 'rxjs';
import type { Entry } from '../../src/facts/entry.ts';
import { createTestStudy } from '../../src/testing/testStudy.ts';
import { type Directive, float, ga, grid, random, type Strategy, space, suggest, type TrialEvent } from '../../streams/index.ts';
import { ownCpu } from './measure.ts';

/** A space of ten floats. */
export const ten = space(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, float(0, 1)])));
type Ten = Readonly<Record<string, number>>;

export const strategies: Readonly<Record<string, () => Strategy>> = {
  random,
  grid: () => grid({ levels: 4 }),
  /** Its population is the same whatever the number of trials. */
  ga: () => ga({ population: 20 }),
};

/** Microseconds of CPU per fact of a study of `trials` trials, with a suggestion and a result each, through `suggest`. */
export function perFact(strategy: Strategy, trials: number): number {
  const events$ = new Subject<TrialEvent>();
  const waiting: (Directive<unknown> | undefined)[] = [];
  let position = 0;
  events$.pipe(suggest(ten, { strategy, trials, seed: 1 })).subscribe((directive) => waiting.push(directive));
  const start = ownCpu();
  for (; position < waiting.length; position++) {
    const directive = waiting[position]!;
    waiting[position] = undefined; // so that memory does not grow with the number of trials
    if (directive.type !== 'suggested') continue;
    const { x0, x1 } = directive.params as Ten;
    events$.next({ type: 'completed', trial: directive.trial, values: { value: (x0! - 0.3) ** 2 + x1! } });
  }
  const spent = ownCpu() - start;
  if (position < trials) throw new Error(`only ${position} of ${trials} trials were suggested`);
  return spent / (2 * trials);
}

/** The log of a study of `trials` trials. */
export function history(strategy: Strategy, trials: number): readonly Entry[] {
  const { entries, given, say } = createTestStudy(ten, strategy, { trials, seed: 1 });
  for (let i = 0; i < given.length; i++) {
    const { directive } = given[i]!;
    if (directive.type === 'suggested')
      say({ type: 'completed', trial: directive.trial, values: { value: (directive.params as Ten).x0! } });
  }
  return entries;
}

/** Seconds of CPU to read a log of JSON lines and replay it. */
export function replay(strategy: Strategy, lines: readonly string[]): number {
  const start = ownCpu();
  const past = lines.map((line) => JSON.parse(line) as Entry);
  createTestStudy(ten, strategy, { seed: 1 }, past);
  return (ownCpu() - start) / 1e6;
}
