import { describe, expect, it } from 'vitest';
import { type OutputOptions, outputReader } from '../../src/programs/outputReader.ts';
import type { OutputEvent } from '../../src/programs/structuredLine.ts';
import { canonical } from '../../src/text/names.ts';
import programs from './corpus.json' with { type: 'json' };

/** A program that people have, with what it prints, the objective that they mean, and how it is heard in a study that says only "minimize". */
interface Program {
  readonly name: string;
  readonly want: string;
  /** The value of the run. */
  readonly result: number;
  readonly heard: string;
  readonly output: readonly string[];
}

function hear(output: readonly string[], listening: OutputOptions = {}) {
  const reader = outputReader({ objectives: ['value'], ...listening });
  const events: OutputEvent[] = [...output.flatMap((line) => reader.line(line)), ...reader.end(false)];
  const last = events.findLast(({ type }) => type === 'result') ?? events.findLast(({ type }) => type === 'report' || type === 'value');
  const isUnclear = events.some(({ type }) => type === 'unclear');
  const values = last?.type === 'report' ? last.report.values : last && 'result' in last ? last.result.values : undefined;
  return { reader, result: isUnclear ? undefined : values?.value };
}

/**
 * `once`; `sentence`, if the question lists what is meant; `named`, if only who knows the name can write it; `not`; or `wrong`, if another value is taken
 * or would be written.
 */
function verdictOn({ want, result, output }: Program): string {
  const [direction, name] = want.split(/ (.*)/) as ['minimize' | 'maximize', string];
  const { reader, result: taken } = hear(output);
  if (taken !== undefined)
    return canonical(reader.metric ?? '') === canonical(name) && direction === 'minimize' && taken === result ? 'once' : 'wrong';
  const proposal = reader.proposal();
  const isMeant = proposal?.direction === direction && canonical(proposal.name) === canonical(name);
  if (proposal?.isCertain && !isMeant) return 'wrong';
  if (hear(output, { metric: name, direction }).result !== result) return 'not';
  const options = [...reader.noResult().matchAll(/(m\w+imize) (\S+)/g)].map(([, way, option]) => `${way} ${canonical(option!)}`);
  return isMeant || options.includes(`${direction} ${canonical(name)}`) ? 'sentence' : 'named';
}

describe('programs that people have', () => {
  it.each(programs)('$name', (program) => expect(verdictOn(program)).toBe(program.heard));

  it('are never led to another objective, and most are heard at once or after a sentence', () => {
    const count = (heard: string) => programs.filter((program) => verdictOn(program) === heard).length;
    expect(count('wrong')).toBe(0);
    expect(count('once') + count('sentence')).toBeGreaterThanOrEqual(0.95 * programs.length);
  });
});
