import { parse } from 'yaml';
import { UsageError } from './usage.ts';

/** YAML within the command line. */
export function dataOf(what: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${what}: ${(error as Error).message.split('\n')[0]!.replace(/:$/, '')}`);
  }
}
