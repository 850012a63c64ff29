import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fillTemplate, parseTemplate } from '../../src/programs/template.ts';
import { draftStudy } from '../../src/studyFile/draft.ts';
import { programHelp } from '../../src/studyFile/programHelp.ts';
import { parseStudy, wordsOf } from '../../src/studyFile/studyFile.ts';

/** A program: what it prints for --help, files that `init` reads, and what it takes, of which `!` is required. */
interface Program {
  readonly name: string;
  readonly words: string;
  readonly help: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly takes: readonly string[];
}

interface Parameter {
  readonly type: string;
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly (string | number)[];
  readonly when?: Readonly<Record<string, string>>;
}

const programs = parse(readFileSync(new URL('programs.yaml', import.meta.url), 'utf8')) as Program[];

/** Both ends of all ranges, and all values of choices, as far as they exist. */
function configurationsOf(parameters: Readonly<Record<string, Parameter>>) {
  return [0, 1, 2].map((k) => {
    const params: Record<string, string | number> = {};
    for (const [name, { type, low, high, values, when = {} }] of Object.entries(parameters))
      if (Object.entries(when).every(([other, value]) => params[other] === value))
        params[name] = values ? values[k % values.length]! : [low!, high!, type === 'int' ? low! : (low! + high!) / 2][k]!;
    return params;
  });
}

/** What of these words a program does not take, or lacks. */
function refused(words: readonly string[], takes: readonly string[]): string {
  const left = takes.map((each) =>
    each
      .replace('!', '')
      .replace(/\bNUM$/, String.raw`-?\d+(?:\.\d+)?(?:e[-+]?\d+)?`)
      .replace(/\bUNIT$/, String.raw`(?:0(?:\.\d+)?|\d(?:\.\d+)?e-\d+|1)`)
      .replace(/\bINT$/, String.raw`\d+`),
  );
  let rest = words.join(' ');
  while (rest !== '') {
    const k = left.findIndex((pattern) => pattern !== '' && new RegExp(`^${pattern}(?: |$)`).test(rest));
    if (k < 0) return rest;
    rest = rest.replace(new RegExp(`^${left[k]}(?: |$)`), '');
    left[k] = '';
  }
  return takes.filter((each, k) => each.startsWith('!') && left[k] !== '').join(', ');
}

describe('init for programs of many kinds', () => {
  it.each(programs.map((program) => [program.name, program] as const))('%s', (_, { words: text, help, files = {}, takes }) => {
    const words = text.split(' ');
    const sources = words.flatMap((word) => files[word.replace('./', '')] ?? []);
    const file = parse(draftStudy(words, programHelp(help, words, sources), {}));
    expect(parseStudy(file).command).toBeDefined();
    const command = parseTemplate(wordsOf(file.command), Object.keys(file.parameters));
    for (const params of configurationsOf(file.parameters)) {
      const filled = fillTemplate(command, { params }).filter((word) => word !== 'env');
      expect(filled.filter((word) => words.includes(word))).toEqual(words);
      expect(
        refused(
          filled.filter((word) => !words.includes(word)),
          takes,
        ),
      ).toBe('');
    }
  });

  it.each([
    ['--gamma', '0.99', 0.9, 0.999],
    ['--gamma', '0.7', 0, 0.99],
    ['--discount', '0.95', 0.5, 0.995],
    ['--momentum', '0.9', 0.5, 0.99],
    ['--momentum', '0.0', 0, 0.99],
    ['--rho', '0.5', 0, 0.99],
    ['--alpha', '0.3', 0, 0.99],
    ['--alpha', '0.01', 0.0001, 0.99],
    ['--dropout', '0.5', 0, 0.9],
    ['--dropout', '0.95', 0, 0.975],
    ['--l1-ratio', '0.5', 0.1, 1],
    ['--warmup_ratio', '0.0', 0, 0.3],
    ['--lr', '1.0', 0.01, 10],
    ['--subsample', '1', 0.1, 1],
    ['--offset', '-0.5', -2, 2],
    ['--weight-decay', '0.0', 0, 0.1],
    ['--beta', '4.0', 0, 16],
    ['--layers', '1', 1, 4],
  ])('searches %s with the default %s from %f to %f', (option, value, low, high) => {
    const help = programHelp(`options:\n  ${option} X  it (default: ${value})\n`, ['train'], []);
    const [parameter] = Object.values<Parameter>(parse(draftStudy(['train'], help, {})).parameters);
    expect(parameter).toMatchObject({ low, high });
  });

  it('tunes nothing that does not change the training', () => {
    const names = 'test-batch-size per_device_eval_batch_size num_workers log-interval seed device output_dir save_steps local_rank n_jobs';
    const options = names.split(' ').map((name) => `  --${name} N  it (default: 3)\n`);
    expect(programHelp(`options:\n${options.join('')}`, [], []).found).toEqual([]);
  });
});
