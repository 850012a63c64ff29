import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { JournalLockedError } from '../../../streams/log/errors.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { coded } from '../../support/coded.ts';
import { entriesOf, journalPath } from './support.ts';

const quiet = { warn: () => {} };

/** Runs one of the programs next to this file. */
const run = (program: string, path: string) =>
  spawn(process.execPath, ['--import', 'tsx', new URL(`programs/${program}`, import.meta.url).pathname, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

describe('the writer of a journal', () => {
  it('has one holder: a second is refused with the name of the first, and accepted afterwards', async () => {
    const path = journalPath();
    const first = await openJournal(path);
    await first.append({ n: 0 });
    const refused = await openJournal(path).catch((error) => error);
    expect(refused).toBeInstanceOf(JournalLockedError);
    expect(refused).toMatchObject({ path, pid: process.pid, lock: expect.stringMatching(/study\.jsonl\.lock$/) });
    expect(refused.message).toContain(`process ${process.pid}`);
    expect(refused.message).toMatch(/It runs now: stop it, or wait until it ends$/); // to delete its lock would be unsafe
    await first.append({ n: 1 });
    await first.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
    const second = await openJournal(path);
    expect(await second.head()).toBe(2);
    await second.close();
  });

  it('is refused while another process writes; when that is killed, all that it stored is there', async () => {
    const path = journalPath();
    const child = run('appender.ts', path);
    const gone = once(child, 'exit');
    let stored = -1;
    for await (const line of createInterface(child.stdout)) {
      stored = Number(line);
      if (stored === 20) {
        await expect(openJournal(path)).rejects.toThrow(`process ${child.pid}`);
        expect((await entriesOf(readJournal(path))).length).toBeGreaterThanOrEqual(21);
      }
      if (stored === 50) child.kill('SIGKILL');
    }
    await gone;
    expect(stored).toBeGreaterThanOrEqual(50);
    expect(existsSync(`${path}.lock`)).toBe(true);
    const log = await openJournal(path, quiet);
    expect(await log.head()).toBeGreaterThan(stored);
    await log.close();
    const facts = (await entriesOf(log.read())).map((e) => e.fact);
    expect(facts).toEqual(Array.from(facts, (_, n) => ({ n })));
  });

  it('releases the lock at the exit of its process', async () => {
    const path = journalPath();
    const child = run('leaver.ts', path);
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    expect(await once(child, 'close')).toEqual([3, null]);
    expect(printed).toBe('true\n');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('takes over from a process whose pid another one has now', async () => {
    const path = journalPath();
    const first = await openJournal(path);
    const lock = JSON.parse(readFileSync(`${path}.lock`, 'utf8'));
    await first.close();
    writeFileSync(`${path}.lock`, JSON.stringify({ ...lock, started: `${lock.started}0` }));
    const second = await openJournal(path);
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toEqual(lock);
    await second.close();
  });

  it('does not take over from another machine', async () => {
    const path = journalPath();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', started: '' }));
    await expect(openJournal(path)).rejects.toThrow('process 1 on elsewhere');
  });

  it('takes over an empty lock file, as a power cut leaves it, but not one that is being created', async () => {
    const path = journalPath();
    writeFileSync(`${path}.lock`, '');
    await expect(openJournal(path)).rejects.toThrow(JournalLockedError);
    utimesSync(`${path}.lock`, 0, 0);
    await (await openJournal(path)).close();
  });

  it('refuses a lock that is no file, such as a dangling symbolic link, instead of waiting for it for ever', async () => {
    const path = journalPath();
    symlinkSync(`${path}.none`, `${path}.lock`);
    await expect(openJournal(path)).rejects.toThrow(coded('journal'));
    rmSync(`${path}.lock`);
    mkdirSync(`${path}.lock`);
    await expect(openJournal(path)).rejects.toThrow(coded('journal'));
  });

  it('does not say that another machine holds a lock that names no process', async () => {
    const path = journalPath();
    writeFileSync(`${path}.lock`, '{"pid":-1}');
    const refused = await openJournal(path).catch((error) => error);
    expect(refused).toBeInstanceOf(JournalLockedError);
    expect(refused.message).toMatch(/names no process/);
    expect(refused.message).not.toMatch(/machine|host/);
    utimesSync(`${path}.lock`, 0, 0);
    await (await openJournal(path)).close();
  });
});
