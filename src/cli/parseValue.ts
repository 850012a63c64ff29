import type { Params } from '../facts/facts.ts';
import { type Dimensions, parseValue } from '../space/types/dimension.ts';
import { parseData } from '../text/parseData.ts';
import { UsageError } from '../text/usage.ts';

/** Parameters as JSON, or as name=value. @throws UsageError */
export function parseParams(words: readonly string[], dimensions: Dimensions): Params {
  if (words[0]?.trimStart().startsWith('{')) return parseData('parameters', words.join(' ')) as Params;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`${word}: expected name=value`);
      const name = word.slice(0, at);
      return [name, parseValue(dimensions[name], word.slice(at + 1))];
    }),
  );
}
