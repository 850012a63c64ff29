import type { Told, TrialId } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import { Steps } from '../samplers/steps.ts';
import type { Axis } from '../space/axis.ts';

/** All losses that were heard of a trial and of those that it goes on from, as one number, and how many they are. */
interface Course {
  readonly print: number;
  readonly heard: number;
  readonly step: number;
}

/** Fewer equal losses may be chance: many values are coarse. */
const TELLING = 3;
const unheard: Course = { print: 0, heard: 0, step: 0 };

/**
 * Knows trials that are one model under two names, as where a parameter does not matter or acts in steps: they have come the same way to the
 * same budget, wherever they are, or are neighbours that came to the same. The second one would take a place in a rung and teach nothing; a model
 * behind a scheduler proposes such trials in plenty.
 */
export class Twins {
  readonly #steps: Steps;
  readonly #courses = new Map<TrialId, Course>();
  readonly #known = new Set<number>();

  constructor(axes: readonly Axis[]) {
    this.#steps = new Steps(axes);
  }

  /** Takes a fact in. @returns whether a trial has ended that came the same way as another one before. */
  take(told: Told): boolean {
    const { id } = told;
    const same = told.type !== 'reported' && this.#steps.take(told) === 'same';
    if (told.type === 'suggested') {
      const before = told.resumes === undefined ? undefined : this.#courses.get(told.resumes);
      if (before) this.#courses.set(id, before);
      return false;
    }
    const before = this.#courses.get(id) ?? unheard;
    const step = told.type === 'reported' ? told.step : (told.budget ?? Number.POSITIVE_INFINITY);
    const { losses } = told;
    if (losses === undefined) return false;
    const course = step > before.step ? { print: fingerprint([before.print, step, ...losses]), heard: before.heard + 1, step } : before;
    this.#courses.set(id, course);
    if (told.type === 'reported' || course.heard < TELLING) return same; // what was heard of more decides by itself
    if (this.#known.has(course.print)) return true;
    this.#known.add(course.print);
    return false;
  }
}
