import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openJournal } from '../../../../streams/log/journal.ts';
import { readJournal } from '../../../../streams/log/readJournal.ts';
import { auditJournal } from '../../../../streams/log/repair/audit.ts';
import { repairJournal } from '../../../../streams/log/repair/repair.ts';
import { coded } from '../../../support/coded.ts';
import { entriesOf, journalPath } from '../support.ts';

const created = { type: 'created', study: 'x' };

async function written() {
  const path = journalPath();
  const log = await openJournal(path, { fsync: 'never', clock: () => 7 });
  await Promise.all([created, ...Array.from({ length: 1200 }, (_, n) => ({ n }))].map((fact) => log.append(fact)));
  await log.close();
  return { path, lines: readFileSync(path, 'utf8').split('\n').slice(0, -1) };
}
const write = (path: string, lines: readonly string[]) => writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
const factsOf = async (path: string) => (await entriesOf(readJournal(path))).map(({ fact }) => fact);

it('a copy has what can be restored, at its position, and the journal stays as it is', async () => {
  const { path, lines } = await written();
  const facts = await factsOf(path);
  write(path, lines.with(9, lines[9]!.replace('"n":7', '"n":6')).with(19, 'rubbish').toSpliced(29, 1).toSpliced(1100, 0, lines[1100]!));
  const before = readFileSync(path);
  const { damage, lost, entries } = await repairJournal(path, `${path}.copy`);
  expect(damage.map(({ line }) => line)).toEqual([10, 20, 30, 1101]);
  expect([lost, entries]).toEqual([[10, 20, 30], facts.length]);
  expect(await factsOf(`${path}.copy`)).toEqual(facts.with(9, {}).with(19, {}).with(29, {}));
  expect(auditJournal(readFileSync(`${path}.copy`)).damage).toEqual([]);
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('a journal without damage is copied byte by byte', async () => {
  const { path } = await written();
  expect(await repairJournal(path, `${path}.copy`)).toMatchObject({ damage: [], lost: [] });
  expect(readFileSync(`${path}.copy`).equals(readFileSync(path))).toBe(true);
});

it.each([1, 2])('of the two lines of created, %s is restored from the other one', async (line) => {
  const { path, lines } = await written();
  write(path, lines.with(line - 1, 'rubbish'));
  expect((await repairJournal(path, `${path}.copy`)).lost).toEqual([]);
  expect((await factsOf(`${path}.copy`)).slice(0, 2)).toEqual([created, created]);
});

it('a journal from before checksums has created once, so a lost second line stays lost', async () => {
  const path = journalPath();
  write(path, [JSON.stringify({ at: 7, ...created }), 'rubbish', '{"at":7,"n":1}']);
  expect((await repairJournal(path, `${path}.copy`)).lost).toEqual([2]);
  expect(await factsOf(`${path}.copy`)).toEqual([created, {}, { n: 1 }]);
});

it('the copy of a journal from before checksums has created once, so that a second line that is lost later stays lost', async () => {
  const path = journalPath();
  write(path, [JSON.stringify({ at: 7, ...created }), '{"at":7,"n":1}', 'rubbish', '{"at":7,"n":3}']);
  await repairJournal(path, `${path}.copy`);
  const lines = readFileSync(`${path}.copy`, 'utf8').split('\n').slice(0, -1);
  write(`${path}.copy`, lines.with(1, 'rubbish'));
  expect((await repairJournal(`${path}.copy`, `${path}.again`)).lost).toEqual([2]);
  expect(await factsOf(`${path}.again`)).toEqual([created, {}, {}, { n: 3 }]);
});

it('an object without fields keeps its position in a copy that is all JSON', async () => {
  const path = journalPath();
  write(path, ['{"at":7,"n":1}', '{}', ' { }', 'rubbish', ' {"at":7,"n":2}']);
  expect((await repairJournal(path, `${path}.copy`)).lost).toEqual([4]);
  const objects = readFileSync(`${path}.copy`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects.map(({ at, n }) => [at, n])).toEqual([
    [7, 1],
    [0, undefined],
    [0, undefined],
    [0, undefined],
    [7, 2],
  ]);
});

it('a file that exists is not overwritten', async () => {
  const { path } = await written();
  writeFileSync(`${path}.copy`, 'mine');
  await expect(repairJournal(path, `${path}.copy`)).rejects.toThrow(coded('journal'));
  await expect(repairJournal(`${path}.none`, `${path}.new`)).rejects.toThrow(coded('journal'));
  expect([readFileSync(`${path}.copy`, 'utf8'), existsSync(`${path}.new`)]).toEqual(['mine', false]);
});
