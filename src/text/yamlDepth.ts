import { Lexer, LineCounter, Parser } from 'yaml';

/** Levels of the syntax tree. */
const DEEPEST = 500;

/**
 * The place where YAML is nested more deeply than any study is.
 *
 * The parser of `yaml` recurses over the levels: at the end of the stack it throws, or V8 ends the process while it compiles a regular expression.
 */
export function tooDeepAt(source: string): { readonly line: number; readonly col: number } | undefined {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(source)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > DEEPEST) return lines.linePos(parser.offset);
  }
  return undefined;
}
