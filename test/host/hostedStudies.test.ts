import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { HostedStudies } from '../../src/host/hostedStudies.ts';
import { parseStudy } from '../../src/studyFile/studyFile.ts';
import { random } from '../../streams/index.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { digits } from '../server/support.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hypertide-hosted-'));
});

function hosted() {
  const warnings: string[] = [];
  return { studies: new HostedStudies({ directory, line: (line) => warnings.push(line) }), warnings };
}

it('resumes the studies of a directory, and lists the files that it skips', async () => {
  const before = hosted();
  await before.studies.host(parseStudy(digits), directory);
  await before.studies.close();
  copyFileSync(join(directory, 'digits.jsonl'), join(directory, 'older.jsonl'));
  writeFileSync(join(directory, 'metrics.jsonl'), '{"loss":1}\n{"loss":2}\n');
  const { space, options } = parseStudy({ ...digits, name: 'My Study' });
  const log = await openJournal(join(directory, 'My Study.jsonl'));
  for (const fact of [1, 2].map(() => createdOf(space, random(), options))) await log.append(fact);
  await log.close();
  const { studies, warnings } = hosted();
  await studies.resumeAll(directory);
  expect(studies.served.names).toEqual(['digits']);
  expect(warnings.toSorted()).toEqual([
    expect.stringMatching(/My Study\.jsonl: not resumed: name: expected/),
    expect.stringMatching(/older\.jsonl: not resumed: the study digits runs from .*digits\.jsonl$/),
    expect.stringMatching(/^skipped: .*metrics\.jsonl: expected a journal/),
  ]);
  await studies.close();
});

it('closes every study, though one of them cannot be closed', async () => {
  const { studies } = hosted();
  const broken = await studies.host(parseStudy(digits), directory);
  const other = await studies.host(parseStudy({ ...digits, name: 'other' }), directory);
  vi.spyOn(broken, 'close').mockRejectedValue(new Error('the disk is gone'));
  const closing = vi.spyOn(other, 'close');
  await expect(studies.close()).rejects.toThrow('the disk is gone');
  expect(closing).toHaveBeenCalledOnce();
  vi.restoreAllMocks();
  await broken.close();
});

it('makes the directory of a study file', async () => {
  const { studies } = hosted();
  const place = join(directory, 'new', 'studies');
  const { study } = (await studies.host(parseStudy(digits), place)).ledger.settings;
  expect(study).toBe('digits');
  await studies.close();
  expect(readdirSync(place)).toContain('digits.jsonl');
});

it('says why each study could not be closed, not only the first', async () => {
  const { studies, warnings } = hosted();
  for (const name of ['one', 'two', 'three']) {
    const study = await studies.host(parseStudy({ ...digits, name }), directory);
    const close = study.close.bind(study);
    vi.spyOn(study, 'close').mockImplementation(async () => {
      await close();
      throw new Error(`${name}: 3 results went elsewhere`);
    });
  }
  await expect(studies.close()).rejects.toThrow('one: 3 results went elsewhere');
  expect(warnings).toEqual(['two: 3 results went elsewhere', 'three: 3 results went elsewhere']);
});
