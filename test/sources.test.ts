import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const files = ['src', 'machines', 'streams'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(folder, path)),
);
/** Facts are checked where they are read: a cast would skip that. */
const castsToFacts = (code: string): readonly string[] => code.match(/\bas (readonly )?\w*Fact\b/g) ?? [];

it('the production code does not cast to types of facts', () => {
  expect(files.length).toBeGreaterThan(400);
  expect(files.filter((path) => castsToFacts(readFileSync(path, 'utf8')).length > 0)).toEqual([]);
  expect(castsToFacts('const y = fact as SuggestedFact;')).toEqual(['as SuggestedFact']);
});
