import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { copy } from '../../src/cli/commands/study/copy.ts';
import type { Fact } from '../../src/facts/facts.ts';
import { folderPlace } from '../../src/stores/folder.ts';
import { lock } from '../../streams/log/lock.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { directory, endedStudy, expectRefused, hypertide, journalOf, studyIn, TRAINER } from './support.ts';

const copyOfOriginal = endedStudy();

describe('list', () => {
  it('shows the studies of a folder, and no other files', async () => {
    const place = copyOfOriginal();
    writeFileSync(join(place, 'metrics.jsonl'), '{"loss":1}\n');
    const { code, out } = await hypertide(place, 'study', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^study +status +ended +open +best/);
    expect(out).toMatch(/\nstudy +closed: trials +6\/6 +0 +value=\S+ \(trial \d\)/);
    expect(out).not.toContain('metrics');
    expect(JSON.parse((await hypertide(place, 'study', 'list', '.', '--json')).out)).toMatchObject([
      { name: 'study', completed: 6, closed: 'trials', running: false },
    ]);
    expect((await hypertide(directory(), 'study', 'list')).out).toBe('there is no study in .\n');
    expectRefused(await hypertide(place, 'study', 'list', 'nowhere'));
    expectRefused(await hypertide(place, 'study', 'list', 'study.jsonl'));
  });

  it('compares the limit with configurations, not with trials that resume them', async () => {
    const place = copyOfOriginal();
    expect((await hypertide(place, 'change', 'study.jsonl', '--trials', '9')).code).toBe(0);
    const first = journalOf(place).find(({ type }) => type === 'suggested');
    const log = await openJournal(join(place, 'study.jsonl'));
    await log.append({ type: 'suggested', trial: 7, attempt: 1, by: 'asha', params: first!.params, resumes: 1 } as Fact);
    await log.append({ type: 'completed', trial: 7, values: { value: 1 } });
    await log.close();
    expect((await hypertide(place, 'study', 'list')).out).toMatch(/\nstudy +not running +6\/9 \(7 trials\) +0 /);
  });

  it('distinguishes a study that a process runs from one whose process was killed', async () => {
    const place = copyOfOriginal();
    expect((await hypertide(place, 'change', 'study.jsonl', '--trials', '9')).code).toBe(0);
    const release = lock(join(place, 'study.jsonl'));
    expect((await hypertide(place, 'study', 'list')).out).toMatch(/\nstudy +running +6\/9/);
    release();
    const gone = { pid: 2 ** 22 + 1, host: hostname(), started: '' };
    writeFileSync(join(place, 'study.jsonl.lock'), JSON.stringify(gone));
    expect((await hypertide(place, 'study', 'list')).out).toMatch(/\nstudy +not running +6\/9/);
    expect(JSON.parse((await hypertide(place, 'study', 'list', '.', '--json')).out)).toMatchObject([{ phase: 'running', running: false }]);
    expect(existsSync(join(place, 'study.jsonl.lock'))).toBe(true); // listing changes nothing
  });
});

describe('copy', () => {
  it('begins a study up to a position, which continues with the same suggestions', async () => {
    const place = copyOfOriginal();
    const entries = journalOf(place);
    const at = entries.findIndex(({ type }) => type === 'completed') + 1;
    expect((await hypertide(place, 'study', 'copy', 'study.jsonl', 'b', '--at', String(at))).code).toBe(0);
    const begun = journalOf(place, 'b.jsonl');
    expect(begun).toHaveLength(at);
    expect(begun.slice(0, 2)).toMatchObject([0, 1].map(() => ({ type: 'created', study: 'b', origin: { study: 'study', position: at } })));
    expect(begun.map(({ at: time }) => time)).toEqual(entries.slice(0, at).map(({ at: time }) => time));
    const text = readFileSync(join(place, 'study.yaml'), 'utf8');
    writeFileSync(join(place, 'b.yaml'), text);
    expect((await hypertide(place, 'run', 'b.yaml', '--', ...TRAINER)).code).toBe(0);
    const suggestions = (name: string) => journalOf(place, name).flatMap(({ type, params }) => (type === 'suggested' ? [params] : []));
    expect(suggestions('b.jsonl')).toEqual(suggestions('study.jsonl'));
    expect(await hypertide(place, 'verify', 'b.jsonl')).toMatchObject({ code: 0 });
  });

  it('refuses a name that is taken, and a position that is not there', async () => {
    const place = copyOfOriginal();
    await hypertide(place, 'study', 'copy', 'study.jsonl', 'b.jsonl'); // a file means the study in it
    expectRefused(await hypertide(place, 'study', 'copy', 'study.jsonl', 'b'));
    mkdirSync(join(place, 'left.trials'));
    expect((await hypertide(place, 'study', 'copy', 'study.jsonl', 'left')).err).toContain(
      'left.trials: a folder with this name exists already',
    );
    expectRefused(await hypertide(place, 'study', 'copy', 'study.jsonl', 'c', '--at', '999'));
    for (const name of ['../c', '', '..']) expectRefused(await hypertide(place, 'study', 'copy', 'study.jsonl', name));
  });

  it('keeps the authors of facts, and the names that trainers show', async () => {
    const place = folderPlace(directory());
    const { at: _, sum: __, ...fact } = journalOf(copyOfOriginal())[0]!;
    const facts = [
      { fact },
      { fact: { type: 'suggested', trial: 1, attempt: 1, by: 'random', params: { x: 0.5 } } },
      { fact: { type: 'started', trial: 1, attempt: 1, run: 'r1', trainer: 'node-7' }, author: 'ann' },
      { fact: { type: 'completed', trial: 1, run: 'r1', values: { value: 1 } }, author: 'ann' },
    ].map((entry, i) => ({ position: i + 1, at: i, ...entry }));
    await place.begin('study', { entries: facts.length, longest: 999 }, Readable.from(facts));
    expect(await copy({ place, name: 'study' }, 'b', {})).toBe(0);
    expect(journalOf(place.place, 'b.jsonl').slice(2)).toMatchObject([
      { author: 'ann', trainer: 'node-7' },
      { author: 'ann', type: 'completed' },
    ]);
  });

  it('says that the original is damaged', async () => {
    const place = copyOfOriginal();
    const path = join(place, 'study.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"type":"completed"', '"type":"comqleted"')); // one bit
    expect((await hypertide(place, 'study', 'copy', 'study.jsonl', 'b')).err).toMatch(/^study\.jsonl:\d+: .*"hypertide study repair"/);
  });

  it('renames a study, if the original is deleted', async () => {
    const place = copyOfOriginal();
    expect((await hypertide(place, 'study', 'copy', 'study.jsonl', 'b')).code).toBe(0);
    const release = lock(join(place, 'study.jsonl'));
    expectRefused(await hypertide(place, 'study', 'delete', 'study.jsonl', '--yes'));
    release();
    expect((await hypertide(place, 'study', 'delete', 'study.jsonl', '--yes')).code).toBe(0);
    const left = ['study.jsonl', 'study.trials', 'b.jsonl', 'b.trials'].map((name) => existsSync(join(place, name)));
    expect(left).toEqual([false, false, true, true]);
    expect(await hypertide(place, 'trial', 'logs', 'b.jsonl', '1')).toMatchObject({ code: 0, out: expect.stringContaining('value') });
  });
});

describe('delete', () => {
  it('leaves a journal that has grown', async () => {
    const place = copyOfOriginal();
    const entries = journalOf(place).length;
    await expect(folderPlace(place).delete('study', entries - 1)).rejects.toThrow('a process has written to it');
    expect(existsSync(join(place, 'study.jsonl'))).toBe(true);
    await folderPlace(place).delete('study', entries);
    expect(existsSync(join(place, 'study.jsonl'))).toBe(false);
  });

  it('deletes journal and files with --yes, and nothing without a terminal or while the study runs', async () => {
    const place = copyOfOriginal();
    expectRefused(await hypertide(place, 'study', 'delete', 'study.jsonl'));
    const release = lock(join(place, 'study.jsonl'));
    expectRefused(await hypertide(place, 'study', 'delete', 'study.jsonl', '--yes'));
    release();
    expect(['study.jsonl', 'study.trials'].map((name) => existsSync(join(place, name)))).toEqual([true, true]);
    expect((await hypertide(place, 'study', 'delete', 'study.jsonl', '--yes')).code).toBe(0);
    expect(['study.jsonl', 'study.trials'].map((name) => existsSync(join(place, name)))).toEqual([false, false]);
    writeFileSync(join(place, 'data.jsonl'), '{"loss":1}\n');
    expect((await hypertide(place, 'study', 'delete', 'data.jsonl', '--yes')).code).toBe(2);
    expect(existsSync(join(place, 'data.jsonl'))).toBe(true);
  });
});

describe('create', () => {
  it('begins a study that run continues', async () => {
    const place = studyIn('trials: 2\n');
    expect(await hypertide(place, 'study', 'create', 'study.yaml', '.')).toMatchObject({
      code: 0,
      err: 'study: created in .\n',
    });
    expect(journalOf(place)).toMatchObject([0, 1].map(() => ({ type: 'created', study: 'study', seed: '7' })));
    expectRefused(await hypertide(place, 'study', 'create', 'study.yaml'));
    expect((await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
  });

  it('refuses what decides about the machine of a worker', async () => {
    for (const line of ['command: rm -rf x', 'timeLimit: 3', 'metricFile: /etc/passwd']) {
      const place = studyIn(`${line}\n`);
      const { code, err } = await hypertide(place, 'study', 'create', 'study.yaml');
      expect(code, err).toBe(2);
      expect(existsSync(join(place, 'study.jsonl'))).toBe(false);
    }
  });
});

it('a study file without a priority sets it back to 1, once', async () => {
  const place = studyIn('trials: 1\npriority: 3\n');
  const run = async (more: string) => {
    studyIn(more, place);
    expect((await hypertide(place, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
    return journalOf(place).flatMap((fact) => (fact.type === 'changed' ? [(fact as { priority?: number }).priority] : []));
  };
  expect(await run('trials: 1\npriority: 3\n')).toEqual([]);
  expect(await run('trials: 1\n')).toEqual([1]);
  expect(await run('trials: 1\n')).toEqual([1]);
});
