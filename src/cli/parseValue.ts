import { parse } from 'yaml';
import type { Params } from '../facts/facts.ts';
import type { Dimension, Dimensions, Value } from '../space/dimension.ts';
import { UsageError } from './usage.ts';

/** The value of a parameter as it is written in a table or on a command line. What it cannot be stays text, for the space to refuse. */
export function typed(dimension: Dimension | undefined, text: string): Value {
  switch (dimension?.type) {
    case 'float':
    case 'int':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return [true, false].find((value) => String(value) === text.toLowerCase()) ?? text;
    case 'choice':
    case 'ordinal':
      return dimension.values.find((value) => String(value) === text) ?? text;
    case 'constant':
      return String(dimension.value) === text ? dimension.value : text;
    case undefined:
      return text;
  }
}

/** Parameters as JSON, or as name=value. @throws UsageError */
export function paramsOf(words: readonly string[], dimensions: Dimensions): Params {
  if (words[0]?.trimStart().startsWith('{')) return dataOf('parameters', words.join(' ')) as Params;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`${word}: expected name=value`);
      const name = word.slice(0, at);
      return [name, typed(dimensions[name], word.slice(at + 1))];
    }),
  );
}

/** Data that an option holds as YAML or JSON. @throws UsageError */
export function dataOf(option: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message.split('\n')[0]}`);
  }
}
