import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readingFeed } from '../../src/server/feed/feed.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { controlSocket } from '../../src/stores/controlSocket.ts';
import { journalSource } from '../../src/stores/journalSource.ts';
import { applied } from '../../src/stores/process.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { emptyServer, request } from './support.ts';

it('commands change a journal that no process writes, and are refused if the process that writes it takes none', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-board-')), 's.jsonl');
  const log = await openJournal(path);
  await log.append(createdOf(space({ x: float(0, 1) }), random(), { study: 's', seed: 1 }));
  const source = journalSource(path);
  const feed = readingFeed('s', source);
  await feed.caughtUp;
  await expect(source.submit({ type: 'change', paused: true })).rejects.toThrow(
    'which does not accept commands (only "hypertide run" and Python do)',
  );
  await log.close();
  expect(await source.submit({ type: 'change', paused: true })).toMatchObject({ position: 3, running: false });
  await feed.reached(3);
  expect(feed.headline()).toMatchObject({ phase: 'paused', position: 3 });
  expect(await source.submit({ type: 'enqueue', params: { x: 0.5 } })).toMatchObject({ position: 4 });
  await feed.reached(4);
  expect(feed.detail()).toMatchObject({ queued: 1 });
  feed.close();
  const made = await emptyServer();
  made.studies.show('s', journalSource(path));
  const answer = await request(`${made.url}v1/studies/s/enqueue`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ params: { x: 0.25 } }),
  });
  expect(JSON.parse(answer.text)).toMatchObject({ position: 5, running: false }); // the page says that it waits for the next run
  await made.close();
});

it('commands on a journal that hypertide run writes go through its socket', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-board-')), 's.jsonl');
  const log = await openJournal(path);
  await log.append(createdOf(space({ x: float(0, 1) }), random(), { study: 's', seed: 1 }));
  const study = await applied(log);
  const close = await controlSocket(path, study.submit, () => ({ answer: async () => ({}), close: () => {} }));
  const source = journalSource(path);
  const feed = readingFeed('s', source);
  await feed.caughtUp;
  expect(await source.submit({ type: 'change', paused: true })).toMatchObject({ position: 3, running: true });
  expect(await source.submit({ type: 'close' })).toMatchObject({ position: 4, fact: { type: 'closed' } });
  await expect(source.submit({ type: 'close' })).rejects.toThrow('closed already (person); change a limit to reopen it');
  await feed.reached(4);
  expect(feed.headline()).toMatchObject({ closed: 'person' });
  feed.close();
  close!();
  study.end();
  await log.close();
});
