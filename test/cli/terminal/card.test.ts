import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { card, repetitionLine } from '../../../src/cli/terminal/card.ts';
import { bestFirst } from '../../../src/study/bestFirst.ts';
import type { CompletedRow, TrialRow } from '../../../src/study/trials.ts';

const objective = { name: 'loss', direction: 'minimize' } as const;
const row = (trial: number, loss: number, lr = trial / 1000): TrialRow => ({
  trial,
  params: { lr, note: "it's" },
  status: 'completed',
  values: { loss },
  step: 27,
  attempt: 1,
  by: 'auto/bo',
  suggested: 1,
  suggestedAt: 0,
});
const rows = Array.from({ length: 30 }, (_, i) => row(i + 1, 30 - i));
const cardOf = (all: readonly TrialRow[], directory = '/nowhere', of?: TrialRow) => {
  const ranked = bestFirst(all, objective);
  return card({ row: of ?? ranked[0]!, objective, ranked, rows: all, directory });
};

describe('the card of a trial', () => {
  it('has its value, the gain, a parameter a line, and what trains it again', () => {
    expect(cardOf(rows)).toMatchInlineSnapshot(`
      "loss 1: trial 30 (30 have ended), 27 steps, by auto/bo
      96 % better than the median of the first 10 results (25.5)

        lr    0.03
        note  it's

      as arguments:
        --lr 0.03 --note 'it'\\''s'"
    `);
  });

  it('has the command that it ran, quoted for a shell, unless the files are those of another study', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hypertide-card-'));
    const files = join(directory, 'trial-30');
    mkdirSync(files);
    writeFileSync(join(files, 'command.json'), JSON.stringify(['python3', 'train.py', '--note', "it's"]));
    writeFileSync(join(files, 'params.json'), JSON.stringify({ lr: 0.03, note: "it's" }));
    expect(cardOf(rows, directory).split('\n').at(-1)).toBe(`  python3 train.py --note 'it'\\''s'`);
    writeFileSync(join(files, 'params.json'), '{}');
    expect(cardOf(rows, directory)).not.toContain('python3');
  });

  it('moves no cursor, whatever the names and values are', () => {
    const evil = '\x1b[2J';
    const all = [row(1, 3), row(2, 1)].map((one) => ({
      ...one,
      by: evil,
      params: { [evil]: evil },
      values: { [evil]: one.values!.loss! },
    }));
    const named = { ...objective, name: evil };
    const text = card({ row: all[1]!, objective: named, ranked: bestFirst(all, named), rows: all, directory: evil });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('compares only the best trial with the first ones', () => {
    expect(cardOf(rows, '/nowhere', rows[3])).not.toContain('better than');
  });

  it('says what repetitions of its configuration gave', () => {
    const repeated = [...rows, row(31, 7.5, 0.03), row(32, 3, 0.03)];
    expect(cardOf(repeated)).toContain('this configuration ran 3 times: loss from 1 to 7.5');
    expect(cardOf([...rows, row(31, 1, 0.03)])).toContain('this configuration ran 2 times: loss 1 each time');
    expect(cardOf(rows)).not.toContain('this configuration');
  });

  it('says which trial to deploy if repetitions tell that it is not the one shown', () => {
    const repeated = bestFirst([...rows, row(31, 7.5, 0.03), row(32, 9, 0.03)], objective);
    const told = (shown: TrialRow) => repetitionLine({ row: rows[28]! as CompletedRow }, shown, repeated, '--recommended');
    expect(told(rows[29]!)).toContain('trial 29 ');
    expect(told(rows[28]!)).toBeUndefined();
    expect(repetitionLine({ row: rows[28]! as CompletedRow }, rows[29]!, rows, '--recommended')).toBeUndefined();
  });
});
