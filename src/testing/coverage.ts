import type { Fact } from '../facts/facts.ts';
import { factsOf, parsed } from './resumption.ts';
import type { TestStudy } from './testStudy.ts';

/** How often random cases met the interesting situations: a property that never meets them proves nothing. */
export interface Coverage {
  runs: number;
  openAtCut: number;
  stopsInForce: number;
  retriesDue: number;
  stops: number;
  failures: number;
  attempts: number;
  promotions: number;
}

export const newCoverage = (): Coverage => ({
  runs: 0,
  openAtCut: 0,
  stopsInForce: 0,
  retriesDue: 0,
  stops: 0,
  failures: 0,
  attempts: 0,
  promotions: 0,
});

/** Counts the situations of a study, and those after it was resumed at its first `cut` entries. */
export function tally<P>(met: Coverage, whole: TestStudy<P>, resumed: TestStudy<P>, cut: number): void {
  met.runs++;
  met.openAtCut += resumed.given.some(({ directive }) => directive.type === 'suggested') ? 1 : 0;
  met.stopsInForce += resumed.given.some(({ directive }) => directive.type === 'stop') ? 1 : 0;
  const facts = parsed(factsOf(whole));
  const isLost = (fact: Fact) => fact.type === 'failed' && fact.reason === 'lost';
  met.retriesDue += isLost(facts[cut - 1]!) ? 1 : 0;
  met.stops += whole.given.filter(({ directive }) => directive.type === 'stop').length;
  met.failures += facts.filter((fact) => fact.type === 'failed' && !isLost(fact)).length;
  met.attempts += suggestionsOf(whole).filter(({ attempt }) => attempt > 1).length;
  met.promotions += suggestionsOf(whole).filter(({ resumes }) => resumes !== undefined).length;
}

/** The suggestions of a study, in the order of its log. */
export const suggestionsOf = <P>(world: TestStudy<P>) => parsed(factsOf(world)).filter((fact) => fact.type === 'suggested');
