import { lexer, type Token } from 'marked';

/** Characters that may begin or end an emphasis. The time to parse a paragraph grows with the square of their number. */
const MARKS = /[*_~!]/g;
const MOST_MARKS = 2000;

/** The parts of a text in Markdown; undefined for a text that takes too long to parse or is nested too deeply: it is shown as written. */
export function tokensIn(text: string): readonly Token[] | undefined {
  if ((text.match(MARKS)?.length ?? 0) > MOST_MARKS) return undefined;
  try {
    return lexer(text);
  } catch {
    return undefined;
  }
}
