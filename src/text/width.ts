const graphemes = new Intl.Segmenter();
/** Characters that terminals draw two columns wide: emoji, and what East Asian Width calls wide or fullwidth. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\P{ASCII}\ufe0f|[#*0-9]\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
const INVISIBLE = /^[\p{Mark}\p{Format}]+$/u;

const isNarrow = (text: string): boolean => /^[ -~]*$/.test(text);
const columnsOf = (grapheme: string): number =>
  isNarrow(grapheme) ? grapheme.length : WIDE.test(grapheme) ? 2 : INVISIBLE.test(grapheme) ? 0 : 1;

/** How many columns of a terminal a text takes. */
export const widthOf = (text: string): number =>
  isNarrow(text) ? text.length : [...graphemes.segment(text)].reduce((sum, { segment }) => sum + columnsOf(segment), 0);

/** A text in at most so many columns. @param end how many columns of its end are kept */
export function cutTo(text: string, most: number, end = 0): string {
  if (widthOf(text) <= most) return text;
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment);
  const fitting = (some: readonly string[], room: number) => {
    let count = 0;
    for (let left = room; left >= columnsOf(some[count]!); count++) left -= columnsOf(some[count]!);
    return some.slice(0, count);
  };
  const tail = fitting(parts.toReversed(), end).toReversed();
  return `${fitting(parts, most - 1 - end).join('')}…${tail.join('')}`;
}
