import { describe, expect, it } from 'vitest';
import { clipped, displayWidth, labelled, messageLines, wrapped } from '../../src/text/layout.ts';

const sentence = 'the study is in a/rather/long/path/of/study.jsonl; "hypertide change study.jsonl --more 10" adds 10 trials';

describe('a text in lines', () => {
  it.each([40, 60, 80])('breaks between words, and never in a word, a number or a command, at %i columns', (columns) => {
    const lines = wrapped(sentence, columns, '  ');
    expect(lines.map((line) => line.trim()).join(' ')).toBe(sentence);
    expect(lines.join('\n')).toContain('"hypertide change study.jsonl --more 10"');
    expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
    for (const line of lines) if (!line.includes('hypertide')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('keeps the command at the end of a message in one piece', () => {
    const command = 'hypertide run study.yaml -- python3 train.py --lr {lr} --layers {layers}';
    expect(wrapped(`to resume: ${command}`, 60)).toEqual(['to resume:', command]);
  });

  it('is left as it is in a file', () => {
    expect(messageLines(sentence, { isTTY: false, columns: 20 })).toEqual([sentence]);
    expect(messageLines(sentence, { isTTY: true, columns: 60 }).length).toBeGreaterThan(1);
  });

  it('has a column of its own beside a name', () => {
    const rows = [
      ['value', 'loss = 0.4'],
      ['steps', 'none reported; print a line after each epoch'],
    ];
    expect(labelled(rows, { isTTY: true, columns: 30 })).toEqual([
      'value  loss = 0.4',
      'steps  none reported; print a',
      '       line after each epoch',
    ]);
  });
});

it('a text that is cut keeps its colours, which take no columns', () => {
  const text = '\x1b[1mbest\x1b[22m 深い 学習';
  expect(displayWidth(text)).toBe(14);
  expect(clipped(text, 7)).toBe('\x1b[1mbest\x1b[22m 深');
  expect(clipped(text, 6)).toBe('\x1b[1mbest\x1b[22m ');
});
