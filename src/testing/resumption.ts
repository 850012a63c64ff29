import { deepStrictEqual } from 'node:assert/strict';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import type { StudyOptions } from '../../streams/spec/options.ts';
import type { Fact } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Space } from '../space/space.ts';
import { compareDirectives } from './directives.ts';
import { createTestStudy, type TestStudy } from './testStudy.ts';

export const factsOf = <P>({ entries }: TestStudy<P>) => entries.map(({ fact }) => fact);
export const parsed = (facts: readonly unknown[]): Fact[] =>
  facts.flatMap((data) => {
    const fact = parseFact(data);
    return isRefusal(fact) ? [] : [fact];
  });

const isEngines = ({ type }: Fact) => type === 'created' || type === 'suggested' || type === 'closed';

/** The parts of a study. */
interface Resumable<P> {
  readonly make: () => Strategy;
  readonly space: Space<P>;
  readonly study: StudyOptions;
}

/** Cuts a log off, and lets a new study resume it with the same facts of trainers and people. @param begun gets that study at its start */
export function checkResumes<P>(of: Resumable<P>, whole: TestStudy<P>, cut: number, run: number, begun = (_: TestStudy<P>) => {}): void {
  const resumed = createTestStudy(of.space, of.make(), { ...of.study, seed: 1 }, whole.entries.slice(0, cut));
  begun(resumed);
  for (const fact of parsed(factsOf(whole).slice(cut))) if (!isEngines(fact)) resumed.say(fact);
  deepStrictEqual(factsOf(resumed), factsOf(whole), `another log after a cut at ${cut} in run ${run}`);
  compareDirectives(of.space, whole, resumed, cut, run);
}
