import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { repairJournal } from '../../../streams/log/repair.ts';
import { entriesOf, journalPath, quiet, visit } from './support.ts';

describe('the file of a journal', () => {
  it('stores the fact of each line next to its time', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    await log.append({ type: 'completed', values: { loss: 0.5 } });
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('{"at":7,"type":"completed","values":{"loss":0.5},"sum":"1.00000000.46343aa9"}\n');
  });

  it('reads a time that no date can show as unknown', async () => {
    const path = journalPath();
    writeFileSync(path, '{"at":1e300,"n":1}\n{"at":-8.7e15,"n":1}\n{"at":8.64e15,"n":1}\n');
    const { entries } = await visit(path);
    expect(entries.map(({ at }) => at)).toEqual([0, 0, 8.64e15]);
  });

  it('may be cut off anywhere in its last two lines', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    const facts = ['one', 'zwölf', '😀'].map((text) => ({ text }));
    for (const fact of facts) await log.append(fact);
    await log.close();
    const whole = readFileSync(path);
    const ends = [...whole.keys()].filter((i) => whole[i] === 10).map((i) => i + 1);

    const near = ends.flatMap((end) => [end - 2, end - 1, end, end + 1]);
    for (let size = ends[0]!; size <= whole.length; size++) {
      if (size % 25 !== 0 && !near.includes(size)) continue;
      writeFileSync(path, whole.subarray(0, size));
      const stored = facts.filter((_, i) => size >= ends[i]! - 1); // a line that lacks only its line feed is complete
      const { entries, said, ...found } = await visit(path);
      expect(found).toEqual({ head: stored.length, facts: stored });
      expect(said).toHaveLength(ends.includes(size) ? 0 : 1);

      const again = await openJournal(path, quiet);
      await again.append({ text: 'next' });
      await again.close();
      expect((await visit(path)).facts).toEqual([...stored, { text: 'next' }]);
    }
  });

  it('keeps the positions of damaged lines, and reports each once', async () => {
    const path = journalPath();
    const invalid = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 10]); // {"\xff":1}
    writeFileSync(path, Buffer.concat([Buffer.from('{"n":0}\n{"n":\n\n[1]\n\0\0\n'), invalid, Buffer.from('{"at":3,"n":1}\r\n')]));
    const said: string[] = [];
    const log = await openJournal(path, { ...quiet, warn: (message) => said.push(message) });
    await log.close();
    const entries = await entriesOf(log.read());
    await entriesOf(log.read());
    expect(entries).toEqual([
      { position: 1, at: 0, fact: { n: 0 } },
      { position: 2, at: 0, fact: '{"n":' },
      { position: 3, at: 0, fact: '' },
      { position: 4, at: 0, fact: '[1]' },
      { position: 5, at: 0, fact: '\0\0' },
      { position: 6, at: 0, fact: '{"\ufffd":1}' },
      { position: 7, at: 3, fact: { n: 1 } },
    ]);
    expect(said).toHaveLength(5);
    expect(said[0]).toContain(`${path}:2: `);
  });

  it('must be a file: a pipe, which may never end, is refused at once', async () => {
    const path = journalPath();
    execFileSync('mkfifo', [path]);
    const message = 'expected a file for the journal, got a pipe or a device';
    await expect(openJournal(path)).rejects.toThrow(message);
    await expect(readJournal(path).next()).rejects.toThrow(message);
    await expect(repairJournal(path, `${path}.copy`)).rejects.toThrow(message);
  });

  it('keeps the position of a line that is too long', async () => {
    const path = journalPath();
    writeFileSync(path, `{"n":0}\n{"text":"${'x'.repeat(16 * 2 ** 20)}"}\n{"n":2}\n`);
    const { facts, said } = await visit(path);
    expect(facts).toEqual([{ n: 0 }, undefined, { n: 2 }]);
    expect(said).toEqual([expect.stringMatching(/:2: .*16777216.*16777228/)]);
  });

  it('is read correctly if lines and characters cross the borders of blocks', async () => {
    const path = journalPath();
    const facts = Array.from({ length: 400 }, (_, n) => ({ n, text: '漢😀é'.repeat((n * 7919) % 1500) }));
    const log = await openJournal(path, { fsync: 'never' });
    await Promise.all(facts.map((fact) => log.append(fact)));
    await log.close();
    expect(statSync(path).size).toBeGreaterThan(2 * 2 ** 20);
    expect((await entriesOf(log.read())).map((e) => e.fact)).toEqual(facts);
    const again = await visit(path);
    expect(again.facts).toEqual(facts);
    expect((await entriesOf(log.read(301))).map((e) => e.position)).toEqual(Array.from({ length: 100 }, (_, i) => 301 + i));

    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.map((line, i) => (i % 7 === 3 || i % 50 < 5 ? line : `${line}\n`)).join(''));
    const joined = await visit(path);
    expect([joined.facts, joined.head]).toEqual([facts, facts.length]);
    expect((await entriesOf(readJournal(path, { ...quiet, from: 301 }))).map((e) => e.position)).toEqual(
      Array.from({ length: 100 }, (_, i) => 301 + i),
    );
  });
});

describe('reading a journal next to its writer', () => {
  it('reads only complete lines, with or without a line feed, and changes nothing', async () => {
    const path = journalPath();
    const [text, facts] = ['{"n":0}\n{"n":1}\n{"n":2}', [{ n: 0 }, { n: 1 }, { n: 2 }]];
    writeFileSync(path, text);
    expect((await entriesOf(readJournal(path))).map((e) => e.fact)).toEqual(facts);
    expect((await entriesOf(readJournal(path, { from: 2 }))).map((e) => e.position)).toEqual([2, 3]);
    expect(await entriesOf(readJournal(path, { from: 4 }))).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(text);
    writeFileSync(path, `${text.slice(0, -1)}`);
    expect((await entriesOf(readJournal(path))).map((e) => e.fact)).toEqual(facts.slice(0, 2));
  });

  it('follows what is appended until it is told to stop', async () => {
    const path = journalPath();
    const log = await openJournal(path);
    await log.append({ n: 0 });
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const entries of readJournal(path, { follow: true, signal: stop.signal })) {
      seen.push(...entries.map((e) => e.fact));
      if (seen.length < 3) await log.append({ n: seen.length });
      else stop.abort();
    }
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    await log.close();
  });
});
