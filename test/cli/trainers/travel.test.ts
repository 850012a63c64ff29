import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, it } from 'vitest';
import { travel } from '../../../src/cli/trainers/travel.ts';
import { attemptDirectory } from '../../../src/cli/trainers/trialFiles.ts';

it('a truncated note does not keep a worker from using its own checkpoint', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-travel-'));
  const reference = `nats:w1/1/${'0'.repeat(64)}`;
  const places = [1, 2].map((attempt) => attemptDirectory(directory, 1, attempt));
  for (const place of places) mkdirSync(join(place, 'checkpoints'), { recursive: true });
  const note = JSON.stringify({ reference, path: 'checkpoints' });
  writeFileSync(join(places[0]!, 'checkpoint.json'), note.slice(0, 40));
  writeFileSync(join(places[1]!, 'checkpoint.json'), note);
  const { arrive } = travel({ directory, resumes: false, retryErrors: false, warn: () => {} });
  const nc = {} as NatsConnection; // it needs none
  const suggestion = { type: 'suggested', trial: 1, attempt: 3, by: 'random', params: {}, checkpoint: reference } as const;
  const arrived = await arrive({ nc, study: 's', trainer: 'w2', trial: 1, run: 'r' }, suggestion);
  expect(arrived.checkpoint).toBe(join(places[1]!, 'checkpoints'));
});
