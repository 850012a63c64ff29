import { expect, it } from 'vitest';
import { isState, stateIn, stateTag } from '../../src/strategy/messages.ts';
import { notesIn } from '../../src/study/notes.ts';

it('has the tags that are not marked as state, whatever their names', () => {
  const notes = { origin: 'parents 3, 5', pbt: '7', 'model/size': '12' };
  expect(notesIn({ ...notes, ...stateTag('asha', 2), ...stateTag('mine', 'exploring') })).toEqual(notes);
});

it('are not read as state', () => {
  const tags = stateTag('pbt', { target: 3 });
  expect(isState(tags.pbt!)).toBe(true);
  expect(stateIn(tags, 'pbt')).toEqual({ target: 3 });
  expect(stateIn({ pbt: tags.pbt!.trim() }, 'pbt')).toBeUndefined();
});
