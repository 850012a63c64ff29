import { expect, it } from 'vitest';
import { isState, stateIn, stateTag } from '../../src/strategy/messages.ts';
import { notesIn } from '../../src/study/notes.ts';

const strategy = JSON.stringify({ chain: [{ asha: { max: 27 } }, 'de'] });

it('has the tags that are not marked as state, whatever their names', () => {
  const notes = { origin: 'parents 3, 5', de: '7', 'model/size': '12' };
  expect(notesIn({ ...notes, ...stateTag('asha', 2), ...stateTag('mine', 'exploring') }, strategy)).toEqual(notes);
});

it('in a log without marks, tells state by the path of its stage and its JSON', () => {
  const tags = { asha: '2', 'auto/bo/phase': '"exploring"', origin: '7', de: 'from the archive' };
  expect(notesIn(tags, strategy)).toEqual({ origin: '7', de: 'from the archive' });
});

it('reads state with a mark and without', () => {
  const tags = stateTag('de', { target: 3 });
  expect(isState(tags.de!)).toBe(true);
  expect(stateIn(tags, 'de')).toEqual({ target: 3 });
  expect(stateIn({ de: tags.de!.trim() }, 'de')).toEqual({ target: 3 });
});
