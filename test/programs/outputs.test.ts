import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OutputOptions, outputReader, splitLines } from '../../src/programs/outputReader.ts';
import type { OutputEvent } from '../../src/programs/structuredLine.ts';

/**
 * Outputs of real programs. The head of each file names the program with its version, and the command that was run or the lines of source
 * that print it (then the numbers are samples); then what should be read from it without and with the name of a value.
 */
const FOLDER = fileURLToPath(new URL('./outputs/', import.meta.url));
const MARK = '\n# output:\n';

interface Recorded {
  readonly name: string;
  readonly head: string;
  readonly bytes: Buffer;
}

const texts = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
const recorded: readonly Recorded[] = texts.map((file) => {
  const all = readFileSync(FOLDER + file);
  const end = all.indexOf(MARK);
  return { name: file.replace(/\.txt$/, ''), head: all.subarray(0, end).toString(), bytes: all.subarray(end + MARK.length) };
});

/** A line of the head. */
const said = ({ head }: Recorded, key: string): string | undefined => new RegExp(`^# ${key}: ?(.*)$`, 'm').exec(head)?.[1];

function hear(bytes: Buffer, listening: Partial<OutputOptions> = {}) {
  const reader = outputReader({ objectives: ['value'], ...listening });
  const lines: OutputEvent[] = [];
  const splitter = splitLines((text, redrawn) => lines.push(...reader.line(text, redrawn)));
  splitter.push(bytes);
  splitter.end();
  lines.push(...reader.end(false));
  const reports = lines.flatMap((line) => (line.type === 'report' ? [line.report] : []));
  const last =
    lines.findLast((line) => line.type === 'result') ?? lines.findLast((line) => line.type === 'report' || line.type === 'value');
  const isClear = !lines.some((line) => line.type === 'unclear');
  const result = isClear && last ? (last.type === 'report' ? last.report : last.result).values.value : undefined;
  return { lines, reports, result, reader, isClear };
}

/** The result of an output whose value nothing names. */
function verdictOn(bytes: Buffer): string {
  const { reader, result, isClear } = hear(bytes);
  if (isClear && reader.metric !== undefined) return `takes ${reader.metric}`;
  if (result !== undefined) return 'hears value';
  return reader.noResult().includes('several could be the result') ? 'several' : 'none';
}

it('each output names its origin, and at least forty were recorded', () => {
  const having = (key: string) => recorded.filter((file) => said(file, key) !== undefined).length;
  const [commands, sources] = [having('command'), having('source')];
  expect(having('program')).toBe(recorded.length);
  expect(commands + sources).toBe(recorded.length);
  expect(commands).toBeGreaterThanOrEqual(40);
  const readme = readFileSync(`${FOLDER}README.md`, 'utf8');
  expect(readme).toContain(`- ${commands} were recorded:`);
  expect(readme).toContain(`- ${sources} come from source`);
});

describe.each(recorded)('the output $name', (file) => {
  it('is understood or explained if the study names no value', () => {
    expect(verdictOn(file.bytes)).toBe(said(file, 'unnamed'));
    const { reader, result } = hear(file.bytes);
    if (result === undefined)
      expect(reader.noResult()).toMatch(/write "objective: m\w+ \S+" in the study file|print a line such as "loss=0\.38"/);
  });

  it('has a result if the study file gets the line that the explanation names', () => {
    const { reader, result } = hear(file.bytes);
    const [, way, metric] = (result === undefined && /write "objective: (m\w+) (\S+)" in the study file/.exec(reader.noResult())) || [];
    if (metric === undefined) return expect(said(file, 'unnamed')).not.toBe('several');
    return expect(hear(file.bytes, { metric, direction: way as 'minimize' | 'maximize' }).result).toBeTypeOf('number');
  });

  const direction = (['minimize', 'maximize'] as const).find((way) => said(file, way) !== undefined);
  it.runIf(direction !== undefined)('gives the steps and the result of a value that is named', () => {
    const { reports, result } = hear(file.bytes, { metric: said(file, direction!)!, direction: direction! });
    expect(reports.map(({ step, values }) => `${step}:${values.value}`).join(' ')).toBe(said(file, 'reports'));
    expect(String(result)).toBe(said(file, 'result'));
    expect(result).toBeTypeOf('number');
  });

  it('gives the same wherever its bytes are split', () => {
    const whole = verdictOn(file.bytes);
    const reader = outputReader({ objectives: ['value'] });
    const splitter = splitLines((text, redrawn) => void reader.line(text, redrawn));
    for (const byte of file.bytes) splitter.push(Buffer.from([byte]));
    splitter.end();
    reader.end(false);
    if (whole.startsWith('takes ')) expect(reader.metric).toBe(whole.slice(6));
    else expect(reader.noResult()).toBe(hear(file.bytes).reader.noResult());
  });
});

it('few give reason to say that only the last value without a step counts, and all of these print three or more', () => {
  const advised = recorded.filter((file) => {
    const named = (['minimize', 'maximize'] as const).flatMap((direction) => {
      const metric = said(file, direction);
      return [{ direction }, ...(metric === undefined ? [] : [{ direction, metric }])];
    });
    return named.some((listening) => hear(file.bytes, listening).lines.some((line) => line.type === 'refused' && line.topic !== undefined));
  });
  expect(advised.map(({ name }) => name)).toEqual(['optuna-log', 'sklearn-cross-validate']);
});

it('any damage to them gives only finite values and whole steps, and throws nothing', () => {
  const texts = recorded.map(({ bytes }) => bytes.toString('latin1'));
  const lines = texts.flatMap((text) => text.split(/[\r\n]/)).filter((line) => line.trim() !== '');
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...lines), fc.nat(200), fc.nat(200))
        .map(([line, a, b]) => line.slice(a % line.length) + line.slice(0, b % line.length)),
    },
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'nan',
      '1e999',
      '-inf',
      'Epoch 3',
      'step=',
      '{',
      '}',
      '"',
      "'",
      ':',
      '=',
      '|',
      '\u001b[31m',
      '9007199254740993',
      'tensor(',
      '[0]\t',
      '100%|',
    ),
  );
  const cut = fc.tuple(piece, fc.constantFrom('\n', '\r', '\r\n', ' ', '', '\t'));
  let reports = 0;
  fc.assert(
    fc.property(
      fc.array(cut, { maxLength: 30 }),
      fc.constantFrom('loss', 'val_loss', undefined),
      fc.constantFrom('last' as const, 'best' as const),
      (cuts, metric, result) => {
        const heard = hear(Buffer.from(cuts.flat().join(''), 'latin1'), { result, ...(metric !== undefined && { metric }) });
        for (const { step, values } of heard.reports) {
          expect(Number.isSafeInteger(step) && step >= 0).toBe(true);
          expect(Object.values(values).every(Number.isFinite)).toBe(true);
          reports++;
        }
        if (heard.result !== undefined) expect(Number.isFinite(heard.result)).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: no control character may pass
        expect(heard.reader.noResult()).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
  expect(reports).toBeGreaterThan(40);
});
