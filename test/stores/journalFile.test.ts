import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { begunIn } from '../../src/stores/journalFile.ts';
import { choice, space } from '../../streams/index.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { journalPath } from '../streams/log/support.ts';

const values = Array.from({ length: 3000 }, (_, n) => `${'value '.repeat(20)}${n}`); // more than a block of the journal
const created = {
  format: 1,
  rules: 1,
  decisions: 1,
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

it.each([
  [{ format: 2 }, 'a newer version of hypertide wrote this log, with format 2; open it with that version'],
  [{ rules: 2 }, 'a newer version of hypertide wrote this log, with rules 2; open it with that version'],
  [
    { format: undefined, v: 1, rules: 5 },
    'an unreleased version of hypertide wrote this log; commit a2bcf21b is the last one that reads it',
  ],
])('a journal of another version is refused as such: %j', async (versions, message) => {
  const path = journalPath();
  writeFileSync(path, `${JSON.stringify({ at: 7, ...created, ...versions })}\n`);
  await expect(begunIn(path)).rejects.toThrow(`${path}: ${message}`);
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
