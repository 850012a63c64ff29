import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStudy, float, random, space, tpe } from '../../../streams/index.ts';
import { openJournal, openStudy } from '../../../streams/journal.ts';

const line = space({ x: float(0, 1) });
const journal = () => join(mkdtempSync(join(tmpdir(), 'open-')), 'study.jsonl');

it('opens the study of a journal, and continues it as the journal says', async () => {
  const path = journal();
  const first = createStudy(line, { strategy: tpe({ startup: 2 }), trials: 3, seed: 7, log: await openJournal(path) });
  for (let next = await first.ask(); next; next = await first.ask()) await first.tell(next.trial, next.params.x);
  const { best } = await first.result();
  await first.close();

  await using study = await openStudy(path);
  expect(study.best()).toEqual(best);
  expect(await study.result()).toMatchObject({ reason: 'trials', completed: 3 });
  await study.change({ more: 2 });
  const next = (await study.ask())!;
  expect(next).toMatchObject({ trial: 4, by: 'tpe' });
  await study.tell(next.trial, 0.5);
  await expect(openStudy(path, { space: space({ y: float(0, 1) }) })).rejects.toThrow(); // it is open here
  expect(await study.why(4)).toMatchObject({ trial: 4, by: 'tpe', recomputed: 'equal' });
});

it('refuses a journal without a study, and one of another space, and leaves both as they are', async () => {
  const path = journal();
  const absent = { code: 'unknown-study', message: expect.stringContaining(`createStudy with log: await openJournal('${path}')`) };
  await expect(openStudy(path)).rejects.toMatchObject(absent);
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, 'a letter\n');
  await expect(openStudy(path)).rejects.toMatchObject(absent);
  rmSync(path);
  const study = createStudy(line, { strategy: random(), log: await openJournal(path) });
  await study.ready();
  await study.close();
  await expect(openStudy(path, { space: space({ y: float(0, 1) }) })).rejects.toThrow('another study');
  await using opened = await openStudy(path, { space: line });
  expect(opened.trials()).toEqual([]);
});

it('opens a study by the second copy of its first fact, if the first one is damaged', async () => {
  const path = journal();
  const study = createStudy(line, { strategy: random(), study: 'digits', log: await openJournal(path) });
  await study.ready();
  await study.close();
  writeFileSync(path, readFileSync(path, 'utf8').replace('created', 'crated'));
  await using opened = await openStudy(path, { warn: () => {} });
  expect(opened.trials()).toEqual([]);
});
