import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { copyFiles } from '../../src/stores/copyFiles.ts';
import { endedStudy, expectRefused, hypertide, journalOf } from './support.ts';

const copyOfOriginal = endedStudy();

const bytes = (...path: string[]) => readFileSync(join(...path));

describe('archive and restore', () => {
  it('bring back journal and files byte for byte', async () => {
    const place = copyOfOriginal();
    expect(await hypertide(place, 'study', 'archive', 'study.jsonl')).toMatchObject({
      code: 0,
      err: expect.stringContaining('study.tar.gz: '),
    });
    mkdirSync(join(place, 'else'));
    expect((await hypertide(place, 'study', 'restore', 'study.tar.gz', 'else')).code).toBe(0);
    expect(bytes(place, 'else', 'study.jsonl')).toEqual(bytes(place, 'study.jsonl'));
    const log = ['study.trials', 'trial-2', 'attempt-1.log'];
    expect(bytes(place, 'else', ...log)).toEqual(bytes(place, ...log));
    expect(await hypertide(join(place, 'else'), 'verify', 'study.jsonl')).toMatchObject({ code: 0 });
    const again = () => hypertide(place, 'study', 'restore', 'study.tar.gz', 'else');
    expectRefused(await again());
    rmSync(join(place, 'else', 'study.jsonl'));
    expectRefused(await again());
  });

  it('without files of trials are restored next to a folder of trials', async () => {
    const place = copyOfOriginal();
    const files = join(place, 'study.trials');
    renameSync(files, join(place, 'elsewhere'));
    expect((await hypertide(place, 'study', 'archive', 'study.jsonl', '-o', 'log.tar.gz')).code).toBe(0);
    renameSync(join(place, 'elsewhere'), files);
    const [journal, kept] = [bytes(place, 'study.jsonl'), readdirSync(files)];
    rmSync(join(place, 'study.jsonl'));
    expect(await hypertide(place, 'study', 'restore', 'log.tar.gz')).toMatchObject({ code: 0 });
    expect([bytes(place, 'study.jsonl'), readdirSync(files)]).toEqual([journal, kept]);
  });

  it('refuse an output in a folder that does not exist, before they pack anything', async () => {
    const place = copyOfOriginal();
    const { code, err } = await hypertide(place, 'study', 'archive', 'study.jsonl', '-o', join(place, 'none', 'a.tgz'));
    expect({ code, err }).toEqual({
      code: 2,
      err: `hypertide: ${join(place, 'none', 'a.tgz')}: there is no folder ${join(place, 'none')}\n`,
    });
  });

  it('take the files of trials from several folders', async () => {
    const place = copyOfOriginal();
    for (const trial of ['trial-1', 'trial-77']) {
      mkdirSync(join(place, 'second', trial), { recursive: true });
      writeFileSync(join(place, 'second', trial, 'attempt-1.log'), 'of another machine\n');
    }
    const archive = (...folders: string[]) => hypertide(place, 'study', 'archive', 'study.jsonl', '--directory', ...folders);
    expectRefused(await archive('study.trials', 'none'));
    const { code, err } = await archive('study.trials', 'second');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`${join('second', 'trial-1', 'attempt-1.log')}: left out`) });
    expect((await hypertide(place, 'study', 'restore', 'study.tar.gz', 'b.jsonl')).code).toBe(0);
    expect(bytes(place, 'b.trials', 'trial-1', 'attempt-1.log')).toEqual(bytes(place, 'study.trials', 'trial-1', 'attempt-1.log'));
    expect(bytes(place, 'b.trials', 'trial-77', 'attempt-1.log').toString()).toBe('of another machine\n');
  });

  it('leave out files without data and files that vanish meanwhile, with a message', async () => {
    const place = copyOfOriginal();
    const pipe = join(place, 'study.trials', 'trial-1', 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { code, err } = await hypertide(place, 'study', 'archive', 'study.jsonl');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`${pipe}: left out`) });
    expect((await hypertide(place, 'study', 'restore', 'study.tar.gz', 'b.jsonl')).code).toBe(0);
    const names = readdirSync(join(place, 'study.trials', 'trial-1'));
    expect(readdirSync(join(place, 'b.trials', 'trial-1'))).toEqual(names.filter((name) => name !== 'pipe'));
    const [many, copied] = [join(place, 'many'), join(place, 'copied')];
    mkdirSync(many);
    for (let n = 0; n < 300; n++) writeFileSync(join(many, String(n)), '');
    const written = readdirSync(many);
    const copying = copyFiles(many, copied);
    while (!existsSync(join(copied, written[0]!))) await setImmediate();
    rmSync(join(many, written.at(-1)!));
    expect(await copying).toEqual([join(many, written.at(-1)!)]);
  });

  it('detect each kind of damage before anything is restored', async () => {
    const place = copyOfOriginal();
    await hypertide(place, 'study', 'archive', 'study.jsonl');
    const tar = gunzipSync(bytes(place, 'study.tar.gz'));
    const at = tar.indexOf('"type":"completed"');
    const changed = Buffer.from(tar);
    changed[at + 9]! ^= 1;
    writeFileSync(join(place, 'changed.tar.gz'), gzipSync(changed));
    writeFileSync(join(place, 'torn.tar.gz'), bytes(place, 'study.tar.gz').subarray(0, 500));
    writeFileSync(join(place, 'none.tar.gz'), 'no archive');
    for (const [file, message] of [
      ['changed.tar.gz', 'log.jsonl is damaged: its checksum does not match'],
      ['torn.tar.gz', 'expected an archive of a study'],
      ['none.tar.gz', 'expected an archive of a study'],
      ['missing.tar.gz', 'there is no such file'],
    ] as const) {
      const { code, err } = await hypertide(place, 'study', 'restore', file, 'else');
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
      expect(existsSync(join(place, 'else'))).toBe(false);
    }
  });

  it('under another name, the log names its origin', async () => {
    const place = copyOfOriginal();
    await hypertide(place, 'study', 'archive', 'study.jsonl');
    expect((await hypertide(place, 'study', 'restore', 'study.tar.gz', 'other.jsonl')).code).toBe(0);
    const head = journalOf(place).length;
    expect(journalOf(place, 'other.jsonl')[0]).toMatchObject({
      type: 'created',
      study: 'other',
      origin: { study: 'study', position: head },
    });
    expect(existsSync(join(place, 'other.trials', 'trial-1'))).toBe(true);
  });
});
