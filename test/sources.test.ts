import { describe, expect, it } from 'vitest';
import { conditionalSpreads, factCasts, parseSource, productionFiles, sharedNames } from './support/sources.ts';

describe('the production code', () => {
  const sources = productionFiles().map((path) => parseSource(path));
  const wrong = [
    parseSource('a.ts', 'export const rank = 1; export type Row = string; const x = { ...(rank && { a: 1 }), ...(rank ? { b: 2 } : {}) };'),
    parseSource('b.ts', 'export interface Row { a: 1 } export { rank } from "./a.ts"; const y = fact as SuggestedFact;'),
  ];

  it('exports each name from one declaration', () => {
    expect(sources.length).toBeGreaterThan(400);
    // The main entry names functions of `hypertide/core` again, which have no default strategy there; and each place of studies has its `openStudy`.
    const isAgain = ({ fileName }: { readonly fileName: string }) => fileName === 'streams/index.ts' || fileName.endsWith('/openStudy.ts');
    expect(sharedNames(sources.filter((source) => !isAgain(source)))).toEqual([]);
    expect(sharedNames(wrong)).toEqual(['Row: a.ts, b.ts']);
  });

  it('does not cast to types of facts', () => {
    expect(factCasts(sources)).toEqual([]);
    expect(factCasts(wrong)).toEqual(['b.ts:1']);
  });

  it('has at most 20 conditional spreads: use omitUndefined', () => {
    expect(conditionalSpreads(sources).length).toBeLessThanOrEqual(20);
    expect(conditionalSpreads(wrong)).toEqual(['a.ts:1', 'a.ts:1']);
  });
});
