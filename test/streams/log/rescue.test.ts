import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { entriesOf, journalPath } from './support.ts';

/** A journal with some facts, and its messages. */
async function written(facts: number) {
  const path = journalPath();
  const said: string[] = [];
  const log = await openJournal(path, { fsync: 'never', warn: (text) => said.push(text), clock: () => 7 });
  for (let n = 1; n <= facts; n++) await log.append({ n });
  return { path, log, said };
}
const numbersIn = async (path: string) =>
  (await entriesOf(readJournal(path, { warn: () => {} }))).map(({ fact }) => (fact as { n?: number }).n);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a journal that is, while it is open,', () => {
  const harms: Readonly<Record<string, (path: string) => void>> = {
    'was removed': (path) => rmSync(path),
    'was replaced by another file': (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
    'was truncated': (path) => truncateSync(path, 20),
    'was written to by another program': (path) => appendFileSync(path, '{"n":99}\n'),
  };
  it.each(Object.keys(harms))('%s: nothing is lost, and it continues in a file next to it', async (what) => {
    const { path, log, said } = await written(30);
    harms[what]!(path);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    await log.append({ n: 31 });
    await log.append({ n: 32 });
    expect(said).toEqual([expect.stringContaining(`${what} while the study was running: it continues in ${log.place()}`)]);
    expect(log.place()).toMatch(/study\.jsonl\.1$/);
    expect(await log.head()).toBe(32);
    await log.close();
    expect(await numbersIn(log.place())).toEqual(upTo(32));
    expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(before); // it belongs to another process now
    expect((await entriesOf(log.read())).map(({ fact }) => (fact as { n: number }).n)).toEqual(upTo(32));
  });

  it.each(Object.keys(harms))('%s after its last write: that is noticed at the end', async (what) => {
    const { path, log, said } = await written(3);
    harms[what]!(path);
    await log.close();
    expect(said).toEqual([expect.stringContaining(what)]);
    expect(await numbersIn(log.place())).toEqual(upTo(3));
  });

  it('harmed twice continues in a third file', async () => {
    const { path, log } = await written(3);
    rmSync(path);
    await log.append({ n: 4 });
    rmSync(log.place());
    await log.append({ n: 5 });
    await log.close();
    expect(await numbersIn(log.place())).toEqual(upTo(5));
  });

  it('cut beyond the entries in memory keeps the positions of lost entries, and reports how many', async () => {
    const { path, log, said } = await written(3000);
    writeFileSync(path, '');
    await log.append({ n: 3001 });
    await log.close();
    expect(said[0]).toMatch(/; \d+ entries are lost$/);
    const numbers = await numbersIn(log.place());
    expect(numbers).toHaveLength(3001);
    expect(numbers[0]).toBeUndefined();
    expect(numbers.slice(-500)).toEqual(upTo(3001).slice(-500));
  });

  it('written to by another program after many appends of one turn loses nothing', async () => {
    const { path, log, said } = await written(0);
    await Promise.all(upTo(3000).map((n) => log.append({ n })));
    appendFileSync(path, '{"n":99}\n');
    await log.append({ n: 3001 });
    await log.close();
    expect(said).toEqual([expect.stringMatching(/what is left of it$/)]); // and not: 1977 entries are lost
    expect(await numbersIn(log.place())).toEqual(upTo(3001));
  });

  it('written to by another program between two appends of one turn loses nothing', async () => {
    const { path, log, said } = await written(3);
    await log.append({ n: 4 }, 'gpu1');
    appendFileSync(path, '{"n":99}\n');
    await log.append({ n: 5 }, 'gpu1');
    await log.append({ n: 6 });
    await log.close();
    expect(said).toEqual([expect.stringContaining('was written to by another program')]);
    expect(await numbersIn(log.place())).toEqual(upTo(6));
    const authors = (await entriesOf(readJournal(log.place(), { warn: () => {} }))).map(({ author }) => author);
    expect(authors).toEqual([undefined, undefined, undefined, 'gpu1', 'gpu1', undefined]);
  });

  it('unharmed is left unchanged', async () => {
    const { path, log, said } = await written(3);
    await log.append({ n: 4 });
    await log.close();
    expect([log.place(), said]).toEqual([path, []]);
  });
});
