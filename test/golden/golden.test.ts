import { describe, expect, it } from 'vitest';
import { cases } from '../contract/cases.ts';
import { recorded, suggestionsOf } from './suggestions.ts';

describe('the recorded suggestions', () => {
  const golden = recorded();
  it('cover every strategy (npx tsx tools/golden)', () => expect(Object.keys(golden)).toEqual(Object.keys(cases)));
  it.each(Object.keys(golden))('%s', (name) => {
    expect(golden[name]).toHaveLength(20);
    expect(JSON.parse(JSON.stringify(suggestionsOf(name)))).toEqual(golden[name]);
  });
});
