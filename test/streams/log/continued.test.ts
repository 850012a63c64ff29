import { existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { continuedIn, leftoversOf } from '../../../streams/log/continued.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { coded } from '../../support/coded.ts';
import { journalPath, quiet, visit } from './support.ts';

const created = { type: 'created' };

/** A journal that was harmed while it was open, so that its entries are in a file next to it. */
async function harmed(harm: (path: string) => void) {
  const path = journalPath();
  const log = await openJournal(path, quiet);
  await log.append(created);
  for (let n = 1; n <= 9; n++) await log.append({ n });
  harm(path);
  await log.append({ n: 10 });
  await log.close();
  return { path, other: log.place() };
}

describe('a journal whose study continued in another file', () => {
  const harms: Readonly<Record<string, (path: string) => void>> = {
    removed: (path) => rmSync(path),
    'removed, and begun again by another program': (path) => writeFileSync(path, ''),
    truncated: (path) => truncateSync(path, readFileSync(path).indexOf('{"at":7,"n":5')),
    edited: (path) => {
      const text = readFileSync(path, 'utf8').replace('"n":4', '"n":40');
      rmSync(path);
      writeFileSync(path, text);
    },
  };
  it.each(Object.keys(harms))('is not opened, and names the file: %s', async (name) => {
    const { path, other } = await harmed(harms[name]!);
    const before = existsSync(path) ? readFileSync(path) : undefined;
    await expect(openJournal(path, quiet)).rejects.toThrow(coded('journal'));
    await expect(openJournal(path, quiet)).rejects.toThrow(`${other} has 12 entries of this study`);
    expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before);

    if (before) renameSync(path, `${path}.2`);
    renameSync(other, path);
    const { facts, said } = await visit(path);
    expect([facts.slice(2).map((fact) => (fact as { n: number }).n), said]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], []]);
  });

  it('is opened as usual if the other file has no more, or is of another study', async () => {
    const { path, other } = await harmed((path) => rmSync(path));
    const log = await openJournal(`${path}.x`, quiet);
    await log.append({ ...created, study: 'other' });
    await log.close();
    writeFileSync(path, readFileSync(`${path}.x`));
    expect(await continuedIn(path)).toBeUndefined();
    expect(await leftoversOf(path)).toEqual([]);
    writeFileSync(path, readFileSync(other));
    expect(await continuedIn(path)).toBeUndefined();
    expect(await leftoversOf(path)).toEqual([other]);
  });

  it('is also found in what opening set aside', async () => {
    const { path, other } = await harmed((path) => rmSync(path));
    writeFileSync(`${path}.torn`, readFileSync(other, 'utf8').replaceAll('\n', ''));
    rmSync(other);
    for (const end of ['', '\n']) {
      writeFileSync(`${path}.torn`, end, { flag: 'a' }); // as opening does
      expect(await continuedIn(path)).toEqual({ path: `${path}.torn`, entries: 12, left: 0 });
    }
  });

  it('is opened as usual if it has all entries without line feeds', async () => {
    const { path, other } = await harmed((path) => rmSync(path));
    const text = readFileSync(other, 'utf8').replaceAll('\n', '');
    writeFileSync(path, text);
    expect(await continuedIn(path)).toBeUndefined();
  });
});
