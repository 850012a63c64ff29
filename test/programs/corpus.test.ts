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
 * `once`; `sentence`, if the question lists what is meant; `named`, if only who knows the name can write it; `misled`, if the question names another
 * value; `not`; or `wrong`, if another value is taken or would be written.
 */
function verdictOn({ want, result, output }: Program): string {
  const [direction, name] = want.split(/ (.*)/) as ['minimize' | 'maximize', string];
  const { reader, result: taken } = hear(output);
  if (taken !== undefined)
    return canonical(reader.metric ?? '') === canonical(name) && direction === 'minimize' && taken === result ? 'once' : 'wrong';
  const proposal = reader.proposal();
  const isEither = reader.noResult().includes('(or maximize, if more is better)');
  const isMeant = canonical(proposal?.name ?? '') === canonical(name) && (isEither || proposal?.direction === direction);
  if (proposal?.isCertain && !isMeant) return 'wrong';
  if (hear(output, { metric: name, direction }).result !== result) return 'not';
  const options = [...reader.noResult().matchAll(/(m\w+imize) (\S+)/g)].map(([, way, option]) => `${way} ${canonical(option!)}`);
  const printed = [...reader.noResult().matchAll(/(\S+)=/g)].map(([, option]) => canonical(option!));
  const isListed = options.includes(`${direction} ${canonical(name)}`) || (proposal === undefined && printed.includes(canonical(name)));
  if (isMeant || isListed) return 'sentence';
  return proposal === undefined && options.length === 0 ? 'named' : 'misled';
}

describe('programs that people have', () => {
  it.each(programs)('$name', (program) => expect(verdictOn(program)).toBe(program.heard));

  it('are never led to another objective, and most are heard at once or after a sentence', () => {
    const count = (heard: string) => programs.filter((program) => verdictOn(program) === heard).length;
    expect([count('wrong'), count('misled')]).toEqual([0, 0]);
    expect([count('once'), count('sentence'), count('not')]).toEqual([31, 26, 2]);
  });
});
