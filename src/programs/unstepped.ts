import { MOST_NAMES } from '../schema/optionRules.ts';
import type { LineReading } from './readLine.ts';
import { exampleOf, type OutputEvent } from './structuredLine.ts';

/** So many values without a step are usual: one in the middle, and one at the end. */
const USUAL = 2;
/** Kinds of lines that are told apart. */
const MOST_KINDS = 64;

/**
 * Counts the values that a program prints without a step, of which only the last one counts: each may be meant as the result of an epoch, or of an
 * example. Lines of another kind than the last one are left out, since a summary after them is meant to be the result.
 */
export function unstepped() {
  const counts = new Map<string, number>();
  const examples = new Set<string>();
  let last = '';
  let hasSteps = false;
  return {
    /** @param events that a line gave */
    take(reading: LineReading, events: readonly OutputEvent[]): void {
      hasSteps ||= events.some((event) => event.type === 'report' || event.type === 'example');
      if (hasSteps || reading.unfinished || !events.some(({ type }) => type === 'result' || type === 'value')) return;
      const example = reading.said && exampleOf(reading.said);
      if (example !== undefined && examples.size < MOST_NAMES) examples.add(example);
      last = `${reading.said?.form ?? 'text'} ${example !== undefined} ${[...reading.fields.keys()].sort().join(' ')}`;
      if (counts.has(last) || counts.size < MOST_KINDS) counts.set(last, (counts.get(last) ?? 0) + 1);
    },
    /** What to print or to write so that all of them count; undefined if there are as few as usual. @param name of the value */
    advice(name: string): string | undefined {
      if (hasSteps) return undefined;
      if (examples.size > 0) {
        const names = [...examples];
        const areNumbers = names.every((one) => /^\d+$/.test(one) && Number(one) < names.length);
        const [count, [first]] = [names.length, names];
        const listed = areNumbers ? `"examples: ${count}"` : '"examples: FILE" (a name a line)';
        return `it printed results of ${count === 1 ? `the example ${first}` : `${count} examples`}, but the study has no examples, so the last value counts. Write ${listed} in the study file: the result is then the mean of ${name}`;
      }
      const count = counts.get(last) ?? 0;
      if (count <= USUAL) return undefined;
      return `it printed ${count} values of ${name} without a step, and the last one counts. If these are epochs, print the step, as in "epoch=3 ${name}=0.41". If each is an example, such as a question or a fold, write "examples: ${count}" or "examples: FILE" (a name a line) in the study file, and print "example=0 ${name}=0.41"`;
    },
  };
}
