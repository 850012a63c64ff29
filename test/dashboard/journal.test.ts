import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inbox } from '../../src/cli/controlSocket.ts';
import { act } from '../../src/dashboard/actions.ts';
import { Feed } from '../../src/dashboard/feed.ts';
import { journalSource } from '../../src/dashboard/source.ts';
import type { Fact } from '../../src/facts/facts.ts';
import { float } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';
import { openJournal } from '../../streams/log/journal.ts';
import { createdOf } from '../../streams/options.ts';
import { random } from '../../streams/strategies/random.ts';

it('actions write to a journal that no process runs, and are refused while a process runs it that takes no commands', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-board-')), 's.jsonl');
  const log = await openJournal(path);
  await log.append(createdOf(space({ x: float(0, 1) }), random(), { study: 's', seed: 1 }));
  const feed = new Feed('s', journalSource(path));
  await feed.caughtUp;
  expect(await act(feed, { type: 'change', paused: true })).toEqual({
    ok: false,
    error: expect.stringContaining('it hears nothing, as "hypertide run" would'),
  });
  await log.close();
  expect(await act(feed, { type: 'change', paused: true })).toMatchObject({ ok: true, position: 2 });
  expect(feed.headline()).toMatchObject({ phase: 'paused', position: 2 });
  expect(await act(feed, { type: 'enqueue', params: { x: 0.5 } })).toMatchObject({ ok: true, position: 3 });
  expect(feed.detail()).toMatchObject({ queued: 1 });
  feed.close();
});

it('actions on a journal that hypertide run writes go through that process', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-board-')), 's.jsonl');
  const log = await openJournal(path);
  await log.append(createdOf(space({ x: float(0, 1) }), random(), { study: 's', seed: 1 }));
  const box = await inbox(path, async (fact) => {
    await log.append(fact);
    box!.note({ position: await log.head(), at: 0, effect: 'noted', fact: fact as Fact });
  });
  const feed = new Feed('s', journalSource(path));
  await feed.caughtUp;
  expect(await act(feed, { type: 'change', paused: true })).toMatchObject({ ok: true, position: 2 });
  expect(await act(feed, { type: 'close' })).toMatchObject({ ok: true, position: 3 });
  expect(feed.headline()).toMatchObject({ closed: 'person' });
  feed.close();
  box!.close();
  await log.close();
});
