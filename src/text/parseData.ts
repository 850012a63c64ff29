import { parse } from 'yaml';
import { UsageError } from './usage.ts';
import { tooDeepAt } from './yamlDepth.ts';

/** Data that an option holds as YAML or JSON. @throws UsageError */
export function parseData(option: string, text: string): unknown {
  if (tooDeepAt(text)) throw new UsageError(`${option}: it is nested too deeply`);
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message.split('\n')[0]}`);
  }
}
