import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { attemptDirectory } from '../../src/stores/trialFiles.ts';
import { attemptOf } from './support.ts';

it('a worker uses its own checkpoint even if the note about it is truncated', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const reference = `nats:w1/1/1/a/1/${'0'.repeat(64)}`;
  const places = [1, 2].map((attempt) => attemptDirectory(directory, 1, attempt));
  for (const place of places) mkdirSync(join(place, 'checkpoints'), { recursive: true });
  const note = JSON.stringify({ reference, path: 'checkpoints' });
  writeFileSync(join(places[0]!, 'checkpoint.json'), note.slice(0, 40));
  writeFileSync(join(places[1]!, 'checkpoint.json'), note);
  const restored = await attemptOf({ directory }, { attempt: 3, checkpoint: reference }).restore!();
  expect(restored?.checkpoint).toBe(join(places[1]!, 'checkpoints'));
});

it('a checkpoint that was saved while the trial ran is the last one if it cannot be saved at the end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const full = join(directory, 'full');
  const commands = { store: `test ! -e ${full} && echo bucket://$HYPERTIDE_SAVE`, fetch: 'touch "$HYPERTIDE_PATH/fetched"' };
  const warn = vi.fn<(message: string) => void>();
  const { save, conclude } = attemptOf({ directory, commands, warn });
  const checkpoints = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(join(checkpoints, 'epoch-1'), { recursive: true });
  const kept = await save!('epoch-1', new AbortController().signal);
  expect(kept).toBe('store::bucket://r-1');
  mkdirSync(join(checkpoints, 'epoch-2'));
  writeFileSync(full, '');
  const here = join(checkpoints, 'epoch-2');
  const ended = await conclude!({ type: 'failed', trial: 1, attempt: 1, run: 'r', reason: 'preempted', checkpoint: here }, kept);
  expect(ended.checkpoint).toBe(kept);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining(`its checkpoint stays on this machine, at ${here}`), { trial: 1, run: 'r' });
  const { restore } = attemptOf({ directory, commands, warn }, { attempt: 2, checkpoint: kept! });
  expect((await restore!())?.checkpoint).toBe(here);
  rmSync(checkpoints, { recursive: true });
  const fetched = (await restore!())?.checkpoint ?? '';
  expect(existsSync(join(fetched, 'fetched'))).toBe(true);
});

it('a worker without a place begins a trial again whose checkpoint it cannot fetch, and leaves its own where they are', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const warn = vi.fn<(message: string) => void>();
  const { save, conclude } = attemptOf({ directory, resumes: true, warn });
  const checkpoint = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(checkpoint, { recursive: true });
  writeFileSync(join(checkpoint, 'model'), '1');
  expect(await save!(undefined, new AbortController().signal)).toBeUndefined();
  const end = { type: 'failed', trial: 1, attempt: 1, run: 'r', reason: 'preempted', checkpoint } as const;
  expect(await conclude!(end, undefined)).toEqual(end);
  const { restore } = attemptOf({ directory, resumes: true, warn }, { attempt: 2, checkpoint: 'store::bucket://r-1' });
  expect(await restore!()).not.toHaveProperty('checkpoint');
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('give all workers --store and --fetch'), { trial: 1, run: 'r' });
});

it('a worker that is started again uses its own files, which are newer than those that were saved while the trial ran', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const options = { directory, commands: { store: 'echo bucket://$HYPERTIDE_SAVE', fetch: 'true' } };
  const checkpoints = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(checkpoints, 'model'), '1');
  const { save } = attemptOf(options);
  const { signal } = new AbortController();
  const saved = [await save!(undefined, signal), await save!(undefined, signal)];
  for (const checkpoint of saved)
    expect((await attemptOf(options, { attempt: 2, checkpoint: checkpoint! }).restore!())?.checkpoint).toBe(checkpoints);
});
