import { lexer, type Token } from 'marked';

/** What may begin or end an emphasis. The time to read a paragraph grows with the square of their number. */
const MARKS = /[*_~!]/g;
const MOST_MARKS = 2000;

/** The parts of a text in Markdown; undefined for a text that takes too long to read or is nested too deeply: it is to be shown as it was written. */
export function tokensIn(text: string): readonly Token[] | undefined {
  if ((text.match(MARKS)?.length ?? 0) > MOST_MARKS) return undefined;
  try {
    return lexer(text);
  } catch {
    return undefined;
  }
}
