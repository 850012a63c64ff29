import { readFile } from 'node:fs/promises';
import { Lexer, LineCounter, Parser, parse } from 'yaml';
import { UsageError } from './usage.ts';

/** Data that an option holds as YAML or JSON. @throws UsageError */
export function parseData(option: string, text: string): unknown {
  if (tooDeepAt(text)) throw new UsageError(`${option}: it is nested too deeply`);
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** The text of a file that the user named. @throws UsageError */
export const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${path}: cannot be read (${cause.message})`);
  });

/** Levels of the syntax tree. */
const MOST_LEVELS = 500;

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
    if (parser.stack.length > MOST_LEVELS) return lines.linePos(parser.offset);
  }
  return undefined;
}
