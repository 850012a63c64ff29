import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { createJournal } from '../../../streams/log/createJournal.ts';
import { coded } from '../../support/coded.ts';
import { journalPath } from './support.ts';

it('a new journal gets its name once it is complete, so that a kill leaves none', async () => {
  const path = journalPath();
  const seen: boolean[] = [];
  const lines = async function* () {
    for (const piece of ['a', 'b'].map((letter) => Buffer.alloc(2 ** 21, letter))) {
      yield piece;
      seen.push(existsSync(path));
    }
  };
  writeFileSync(`${path}.part`, 'of a process that was killed');
  await createJournal(path, lines());
  expect(seen).toEqual([false, false]);
  expect(readFileSync(path).length).toBe(2 * (2 ** 21 + 1));
  expect(readdirSync(dirname(path))).toEqual(['study.jsonl']);
});

it('on an error, or next to a file of its name, nothing is left or changed', async () => {
  const path = journalPath();
  const broken = async function* () {
    yield Buffer.from('{}');
    throw new Error('the disk broke');
  };
  await expect(createJournal(path, broken())).rejects.toThrow('the disk broke');
  expect(readdirSync(dirname(path))).toEqual([]);
  const late = async function* () {
    yield Buffer.from('{}');
    writeFileSync(path, 'of another program');
  };
  await expect(createJournal(path, late())).rejects.toThrow(coded('journal'));
  await expect(createJournal(path, late())).rejects.toThrow(coded('journal'));
  expect(readFileSync(path, 'utf8')).toBe('of another program');
  expect(readdirSync(dirname(path))).toEqual(['study.jsonl']);
});
