import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, it } from 'vitest';
import { commandDepot } from '../../../src/cli/trainers/depot.ts';

const place = mkdtempSync(join(tmpdir(), 'hypertide-depot-'));
const of = { nc: {} as NatsConnection, study: 's', trainer: 'w', trial: 3, run: 'r' }; // the connection is not used
const fetch = `cp -r ${place}/\${HYPERTIDE_REFERENCE#depot://}/. "$HYPERTIDE_PATH"`;
const depot = (store: string) => commandDepot({ store, fetch });
const leftOut = () => {};

describe('commands that keep checkpoints', () => {
  it('save under a reference that they print, and restore it', async () => {
    const { save, restore, holds } = depot(
      `echo saving; cp -r "$HYPERTIDE_PATH" ${place}/$HYPERTIDE_STUDY-$HYPERTIDE_TRIAL && echo depot://$HYPERTIDE_STUDY-$HYPERTIDE_TRIAL`,
    );
    const path = join(place, 'checkpoint');
    mkdirSync(path);
    writeFileSync(join(path, 'weights'), '17');
    const reference = await save(of, path, leftOut);
    expect(reference).toBe('depot://s-3');
    expect([holds(reference), holds(path), holds(`nats:w/3/${'0'.repeat(64)}`)]).toEqual([true, false, false]);
    const restored = await restore(of, reference, join(place, 'restored'));
    expect(readFileSync(join(restored, 'weights'), 'utf8')).toBe('17');
    await expect(restore(of, 'depot://none', join(place, 'nothing'))).rejects.toThrow('the command of --fetch exited with 1');
  });

  it.each([
    ['true', 'must print a reference in its last line, but printed ""'],
    ['echo -x', 'but printed "-x"'],
    [`echo nats:w/3/${'0'.repeat(64)}`, 'must print a reference'],
    ['echo depot://1; exit 3', 'the command of --store exited with 3'],
  ])('are refused: %s', (store, message) => expect(depot(store).save(of, place, leftOut)).rejects.toThrow(message));
});
