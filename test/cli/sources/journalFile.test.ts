import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { begunIn } from '../../../src/cli/sources/journalFile.ts';
import { choice, space } from '../../../streams/index.ts';
import { openJournal } from '../../../streams/log/journal.ts';
import { journalPath } from '../../streams/log/support.ts';

const values = Array.from({ length: 3000 }, (_, n) => `${'value '.repeat(20)}${n}`); // more than a block of the journal
const created = {
  v: 1,
  type: 'created',
  study: 'x',
  space: space({ x: choice(values) }),
  objectives: [{ name: 'loss', direction: 'minimize' }],
  strategy: 'random',
  seed: '1',
  limits: {},
  parallel: 1,
  duplicates: 'allow',
};

it.each([1, 2])('a study with a long first fact is found without its line %s', async (line) => {
  const path = journalPath();
  const log = await openJournal(path, { fsync: 'never' });
  await log.append(created);
  await log.close();
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.with(line - 1, 'rubbish').join('\n'));
  expect(await begunIn(path)).toMatchObject({ type: 'created', study: 'x' });
});

it('a journal of a newer version is refused as such', async () => {
  const path = journalPath();
  writeFileSync(path, '{"at":7,"type":"created","v":2}\n');
  await expect(begunIn(path)).rejects.toThrow('a newer version of hypertide wrote this journal, in format 2');
});

it('a file whose first two lines are something else holds no study', async () => {
  const path = journalPath();
  for (const lines of [1, 2, 3]) {
    writeFileSync(path, '{"at":7,"n":1}\n'.repeat(lines));
    await expect(begunIn(path)).rejects.toThrow('expected a journal, but there is no study in it');
  }
  writeFileSync(path, '{"at":7,"n":1}'); // torn
  await expect(begunIn(path)).rejects.toThrow('expected a journal, but there is no study in it');
  writeFileSync(path, '');
  expect(await begunIn(path)).toBeUndefined();
});
