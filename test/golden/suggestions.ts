import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import { runFleet } from '../../src/testing/fleet.ts';
import { createTestStudy } from '../../src/testing/testStudy.ts';
import { caseOf } from '../contract/cases.ts';

/** The first suggestions of each strategy. */
export type Golden = Readonly<Record<string, readonly object[]>>;

export const goldenFile = fileURLToPath(new URL('recorded.json', import.meta.url));
export const recorded = (): Golden => JSON.parse(readFileSync(goldenFile, 'utf8'));

/** The first 20 suggestions of a row of the contract's table, in a study with one seed and one fleet. */
export function suggestionsOf(name: string): readonly object[] {
  const { make, space, study, fleet } = caseOf(name);
  const world = createTestStudy(space, make(), { ...study, trials: Math.max(24, study.trials ?? 0), seed: 'golden' });
  runFleet(world, 'golden', fleet);
  return world.entries
    .map(({ fact }) => fact as SuggestedFact)
    .filter(({ type }) => type === 'suggested')
    .slice(0, 20)
    .map(({ trial, attempt, by, params, budget, resumes }) => ({ trial, attempt, by, params, budget, resumes }));
}

/** As JSON, a suggestion a line. */
export const written = (golden: Golden): string => {
  const rows = Object.entries(golden).map(([name, suggestions]) => {
    const lines = suggestions.map((suggestion) => `    ${JSON.stringify(suggestion)}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${rows.join(',\n')}\n}\n`;
};
