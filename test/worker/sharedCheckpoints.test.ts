import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { attemptDirectory } from '../../src/stores/trialFiles.ts';
import { sharedCheckpoints } from '../../src/worker/sharedCheckpoints.ts';

it('a worker uses its own checkpoint even if the note about it is truncated', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const reference = `nats:w1/1/1/a/1/${'0'.repeat(64)}`;
  const places = [1, 2].map((attempt) => attemptDirectory(directory, 1, attempt));
  for (const place of places) mkdirSync(join(place, 'checkpoints'), { recursive: true });
  const note = JSON.stringify({ reference, path: 'checkpoints' });
  writeFileSync(join(places[0]!, 'checkpoint.json'), note.slice(0, 40));
  writeFileSync(join(places[1]!, 'checkpoint.json'), note);
  const { restore } = sharedCheckpoints({ directory, resumes: false, retryErrors: false, warn: () => {} });
  const suggestion = { type: 'suggested', trial: 1, attempt: 3, by: 'random', params: {}, checkpoint: reference } as const;
  const restored = await restore({ study: 's', trainer: 'w2', trial: 1, attempt: 3, run: 'r' }, suggestion);
  expect(restored?.checkpoint).toBe(join(places[1]!, 'checkpoints'));
});

it('a checkpoint that was saved while the trial ran is the last one if it cannot be saved at the end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const full = join(directory, 'full');
  const commands = { store: `test ! -e ${full} && echo bucket://$HYPERTIDE_SAVE`, fetch: 'touch "$HYPERTIDE_PATH/fetched"' };
  const warn = vi.fn<(message: string) => void>();
  const { save, saveAtEnd, restore } = sharedCheckpoints({ directory, resumes: false, retryErrors: false, commands, warn });
  const of = { study: 's', trainer: 'w', trial: 1, attempt: 1, run: 'r' };
  const checkpoints = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(join(checkpoints, 'epoch-1'), { recursive: true });
  const kept = await save(of, 'epoch-1');
  expect(kept).toBe('store::bucket://r-1');
  mkdirSync(join(checkpoints, 'epoch-2'));
  writeFileSync(full, '');
  const here = join(checkpoints, 'epoch-2');
  const ended = await saveAtEnd(of, { type: 'failed', trial: 1, attempt: 1, run: 'r', reason: 'preempted', checkpoint: here }, kept);
  expect(ended.checkpoint).toBe(kept);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining(`its checkpoint stays on this machine, at ${here}`));
  const suggestion = { type: 'suggested', trial: 1, attempt: 2, by: 'random', params: {}, checkpoint: kept! } as const;
  expect((await restore(of, suggestion))?.checkpoint).toBe(here);
  rmSync(checkpoints, { recursive: true });
  const fetched = (await restore(of, suggestion))?.checkpoint ?? '';
  expect(existsSync(join(fetched, 'fetched'))).toBe(true);
});

it('a worker without a place begins a trial again whose checkpoint it cannot fetch, and leaves its own where they are', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const warn = vi.fn<(message: string) => void>();
  const { save, saveAtEnd, restore } = sharedCheckpoints({ directory, resumes: true, retryErrors: false, warn });
  const of = { study: 's', trainer: 'w', trial: 1, attempt: 1, run: 'r' };
  const checkpoint = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(checkpoint, { recursive: true });
  writeFileSync(join(checkpoint, 'model'), '1');
  expect(await save(of, undefined)).toBeUndefined();
  const end = { type: 'failed', trial: 1, attempt: 1, run: 'r', reason: 'preempted', checkpoint } as const;
  expect(await saveAtEnd(of, end, undefined)).toEqual(end);
  const suggestion = { type: 'suggested', trial: 1, attempt: 2, by: 'random', params: {}, checkpoint: 'store::bucket://r-1' } as const;
  expect(await restore(of, suggestion)).not.toHaveProperty('checkpoint');
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('give all workers --store and --fetch'));
});

it('a worker that is started again uses its own files, which are newer than those that were saved while the trial ran', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-checkpoints-'));
  const options = { directory, resumes: false, retryErrors: false, commands: { store: 'echo bucket://$HYPERTIDE_SAVE', fetch: 'true' } };
  const warn = () => {};
  const of = { study: 's', trainer: 'w', trial: 1, attempt: 1, run: 'r' };
  const checkpoints = join(attemptDirectory(directory, 1, 1), 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(checkpoints, 'model'), '1');
  const killed = sharedCheckpoints({ ...options, warn });
  const saved = [await killed.save(of, undefined), await killed.save(of, undefined)];
  const { restore } = sharedCheckpoints({ ...options, warn });
  for (const checkpoint of saved) {
    const suggestion = { type: 'suggested', trial: 1, attempt: 2, by: 'random', params: {}, checkpoint: checkpoint! } as const;
    expect((await restore(of, suggestion))?.checkpoint).toBe(checkpoints);
  }
});
