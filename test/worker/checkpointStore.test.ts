import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, it } from 'vitest';
import { commandStore, parseStored } from '../../src/worker/checkpointStore.ts';
import { directory, until } from '../cli/support.ts';
import { attemptOf } from './support.ts';

const place = directory();
const of = { nc: {} as NatsConnection, study: 's', trainer: 'w', trial: 3, attempt: 1, run: 'r' }; // the connection is not used
const store = `echo saving; cp -r "$HYPERTIDE_PATH" ${place}/$HYPERTIDE_STUDY-$HYPERTIDE_TRIAL && echo bucket://$HYPERTIDE_STUDY-$HYPERTIDE_TRIAL`;
const fetch = `cp -r ${place}/\${HYPERTIDE_REFERENCE#bucket://}/. "$HYPERTIDE_PATH"`;
const leftOut = () => {};
const isRunning = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('commands that keep checkpoints', () => {
  it('save a directory under a reference that they print, and restore it', async () => {
    const { save, restore } = commandStore({ store, fetch });
    const path = join(place, 'checkpoint');
    mkdirSync(path);
    writeFileSync(join(path, 'weights'), '17');
    const reference = await save(of, path, leftOut);
    expect(reference).toBe('store::bucket://s-3');
    const restored = await restore(of, reference, join(place, 'restored'));
    expect(readFileSync(join(restored, 'weights'), 'utf8')).toBe('17');
    await expect(restore(of, 'store::bucket://none', join(place, 'nothing'))).rejects.toThrow('the command of --fetch exited with 1');
  });

  it('get a new name for each save, so that none is written into one that the log names', async () => {
    const { save } = commandStore({ store: 'echo "bucket://$HYPERTIDE_SAVE"', fetch });
    const other = { ...of, run: 'r2' };
    const saved = [await save(of, place, leftOut), await save(of, place, leftOut), await save(other, place, leftOut)];
    expect(new Set(saved).size).toBe(3);
  });

  it('save a file, which is a file with its name again when it is restored', async () => {
    const { save, restore } = commandStore({ store, fetch });
    const of4 = { ...of, trial: 4 };
    const own = join(place, 'trial-4');
    mkdirSync(own);
    writeFileSync(join(own, 'my model: 1.pt'), '18');
    const reference = await save(of4, join(own, 'my model: 1.pt'), leftOut);
    expect(readdirSync(own)).toEqual(['my model: 1.pt']);
    const restored = await restore(of4, reference, join(place, 'restored-4'));
    expect(restored).toBe(join(place, 'restored-4', 'my model: 1.pt'));
    expect(readFileSync(restored, 'utf8')).toBe('18');
    await expect(restore(of4, 'store:other.pt:bucket://s-4', join(place, 'restored-5'))).rejects.toThrow('has not written the file');
  });

  it.each(['s3://bucket/17', '/shared/17', 'store:17', 'store::-x', 'store:..:x', 'store:a%2Fb:x', 'store:%:x'])(
    'leave others alone: %s',
    (reference) => {
      expect(parseStored(reference)).toBeUndefined();
      const restore = (checkpoint: string) => attemptOf({ directory: place, commands: { store, fetch } }, { checkpoint }).restore!();
      expect(restore(reference)).toBeUndefined();
      expect(restore('store::s3://bucket/17')).toBeDefined();
    },
  );

  it.each([
    ['true', 'must print a reference in its last line'],
    ['echo -x', 'that does not begin with -'],
    ['echo bucket://1; exit 3', 'the command of --store exited with 3'],
  ])('are refused: %s', (command, message) =>
    expect(commandStore({ store: command, fetch }).save(of, place, leftOut)).rejects.toThrow(message),
  );

  it('do not show what they print, which may be secret', async () => {
    const { save } = commandStore({ store: 'echo "-https://bucket?signature=17"', fetch });
    await expect(save(of, place, leftOut)).rejects.not.toThrow('signature');
  });

  it.each(['abort', 'limit'])('end with all that they have started: %s', async (how) => {
    const pid = join(place, how);
    const stop = new AbortController();
    const hangs = { store: `sleep 600 & echo $! > ${pid}.new; mv ${pid}.new ${pid}; wait; echo x`, fetch };
    const saving = commandStore(hangs, how === 'limit' ? 1000 : undefined).save({ ...of, signal: stop.signal }, place, leftOut);
    const ended = expect(saving).rejects.toThrow(how === 'limit' ? 'it took longer than' : 'aborted');
    if (how === 'abort') {
      await until(() => existsSync(pid));
      stop.abort();
    }
    await ended;
    if (existsSync(pid)) await until(() => !isRunning(Number(readFileSync(pid, 'utf8')))); // with a limit, it may end before it starts
  });
});
