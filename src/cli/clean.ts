/**
 * Text from outside as a terminal may show it, in one line: control characters could move the cursor, change colours and titles, or pass for
 * lines of ours, and characters that turn the direction of writing could show something else than there is.
 */
export const clean = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escaped);

function escaped(character: string): string {
  if (character === '\t' || character === '\n') return ' ';
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}
