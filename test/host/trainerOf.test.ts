import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acceptCommands } from '../../src/host/plugins.ts';
import { journalSeats } from '../../src/host/sharedStudy.ts';
import { trainerOf } from '../../src/host/trainerOf.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { random } from '../../streams/strategies/random.ts';
import { eventually } from '../support/eventually.ts';

it('tells the seat that it has now when its process is about to end, not the one that it had', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const described = {
    name: 'shared',
    space: space({ x: float(0, 1) }),
    strategy: random(),
    options: { study: 'shared', trials: 9 },
    hasBegun: false,
  };
  const take = journalSeats(
    { path: join(folder, 'shared.jsonl'), describe: async () => described },
    { plugins: [acceptCommands], line: () => {}, apply: () => {} },
  );
  const first = await trainerOf(take);
  const told: { readonly isOwn: boolean }[] = [];
  const second = await trainerOf(async (name, isAgain) => {
    const seat = await take(name, isAgain);
    return Object.assign(seat, { leaving: () => void told.push(seat) });
  });
  expect(second.seat.isOwn).toBe(false);
  await first.close();
  await eventually(() => expect(second.seat.isOwn).toBe(true));
  second.leaving();
  expect(told).toEqual([second.seat]);
  await second.close();
});
