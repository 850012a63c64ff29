import { expect, it } from 'vitest';
import { tokensIn } from '../../src/page/lib/markdown.ts';

/** The length of a note, at most. */
const LONGEST = 16384;

it('reads a long note', () => {
  const paragraph = 'The **loss** of `wide_net` *falls* until epoch 40, see [the paper](https://example.org/a_b).\n\n';
  const note = paragraph.repeat(LONGEST / paragraph.length);
  expect(tokensIn(note)?.filter(({ type }) => type === 'paragraph')).toHaveLength(Math.floor(LONGEST / paragraph.length));
});

it.each(['**a_', '_a*', '~a*', '!'])('does not parse a note of %j alone, which would take seconds', (piece) => {
  expect(tokensIn(piece.repeat(LONGEST / piece.length))).toBeUndefined();
});

it('does not parse a note that is nested too deeply', () => {
  expect(tokensIn('> '.repeat(LONGEST / 2))).toBeUndefined();
});
