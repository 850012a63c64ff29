import { expect, it } from 'vitest';
import { parentsIn } from '../../src/page/lib/parentsIn.ts';

it('links the parents of a tag, not the number of its generation', () => {
  expect(parentsIn('generation 2, parents 3, 5')).toEqual({ before: 'generation 2, parents ', parents: [3, 5] });
  expect(parentsIn('parent 12')).toEqual({ before: 'parent ', parents: [12] });
  for (const text of ['founder', 'place 3, F 0.5, CR 0.9', 'run 1, generation 4', 'apparent 7']) {
    expect(parentsIn(text)).toEqual({ before: text, parents: [] });
  }
});
