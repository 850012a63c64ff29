import type { JetStreamManager } from '@nats-io/jetstream';
import { JetStreamApiError } from '@nats-io/jetstream';
import { afterEach, expect, it, vi } from 'vitest';
import type { EndStatus, OpenTrial } from '../../../../src/ledger/trial.ts';
import { CHUNK } from '../../../../streams/nats/checkpoints/files.ts';
import { keepCheckpoints, neededOf, type Stored, storedOn } from '../../../../streams/nats/checkpoints/keep.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';

afterEach(() => {
  vi.useRealTimers();
});

const named = (id: string) => `nats:${id.replaceAll('.', '/')}/1/${'0'.repeat(64)}`;
const open = (attempt: number, holder: string | undefined, { resumes, last }: { resumes?: string; last?: string } = {}) =>
  ({
    suggestion: { attempt, checkpoint: resumes && named(resumes) },
    checkpoint: last && named(last),
    ...(holder !== undefined && { run: 'r' }),
    runs: new Map(holder === undefined ? [] : [['r', holder]]),
    awaiting: false,
  }) as unknown as OpenTrial;
const ids = (all: Iterable<Stored>) => [...all].map(({ id }) => id).sort();
const subjects = subjectsOf('s', { prefix: 'acme.ml.chunk' });
const storedAs = (...all: readonly string[]) => storedOn(all.map((id) => subjects.chunk(`${id}.0`)));

it('subjects are checkpoints, below any prefix', () => {
  const found = storedOn(['w1.3.1.a.0', 'w1.3.1.a.1', 'w2.3.2.a.0', 'w1.x.1.a.0'].map(subjects.chunk));
  expect(found).toEqual([
    { id: 'w1.3.1.a', trainer: 'w1', trial: 3, attempt: 1 },
    { id: 'w2.3.2.a', trainer: 'w2', trial: 3, attempt: 2 },
    { id: 'w1.x.1.a', trainer: 'w1', trial: Number.NaN, attempt: 1 },
  ]);
});

it('a run may resume from the checkpoint that was named last, and may name the last ones that it has saved', () => {
  const status: Record<number, EndStatus> = { 1: 'completed', 2: 'completed', 3: 'retracted', 4: 'failed' };
  const checkpoint: Record<number, string> = { 1: named('w1.1.1.b'), 3: named('w1.3.1.a') };
  const stored = storedAs(
    ...['w1.1.1.a', 'w1.1.1.b', 'w1.1.1.c', 'w1.2.1.a', 'w1.3.1.a', 'w1.4.1.a'], // ended
    ...['w1.5.1.x', 'w2.5.2.a', 'w2.5.2.b', 'w2.5.2.c', 'w3.5.2.d'], // w2 holds the second attempt
    ...['w3.7.1.a', 'w1.8.1.a', 'w1.8.2.b', 'w1.99.1.a'],
  );
  const needed = neededOf(stored, {
    open: new Map([
      [5, open(2, 'w2', { last: 'w1.5.1.x' })],
      [6, open(1, undefined, { resumes: 'w3.7.1.a' })],
      [8, open(3, undefined, { resumes: 'w1.8.1.a', last: 'w1.8.2.b' })], // handed back a second time: the first one is superseded
    ]),
    status: (id: number) => status[id],
    results: { checkpoint: (id: number) => checkpoint[id] } as never,
  });
  expect(ids(needed)).toEqual(['w1.1.1.b', 'w1.5.1.x', 'w1.8.2.b', 'w2.5.2.b', 'w2.5.2.c', 'w3.7.1.a']);
});

/** A server with room for ten chunks, on which trial 1 has ended and trial 2 is open. */
function world() {
  const there = new Set<string>();
  const asked: string[] = [];
  let afterList = () => {};
  const limit = 10 * CHUNK;
  const info = async (_: string, { subjects_filter: filter = '' }) => {
    asked.push(filter);
    if (there.size === 0) throw new JetStreamApiError({ code: 404, err_code: 10059, description: 'stream not found' });
    const state = {
      ...(filter && { subjects: Object.fromEntries([...there].map((subject) => [subject, 1])) }),
      ...{ bytes: there.size * CHUNK, messages: there.size, last_seq: there.size },
    };
    if (filter) afterList();
    return { state, config: { max_bytes: limit, max_msgs: -1 } };
  };
  const purge = async (_: string, { filter = '' }) => {
    for (const subject of there) if (subject.startsWith(filter.slice(0, -1))) there.delete(subject);
  };
  const ended = new Map<number, string>();
  const ledger = {
    created: {},
    position: 1,
    settings: { objectives: [{ name: 'v', direction: 'minimize' }] },
    open: new Map([
      [1, open(1, 'w')],
      [2, open(1, 'w')],
    ]),
    status: (trial: number) => (ended.has(trial) ? 'completed' : undefined),
    results: { checkpoint: (trial: number) => ended.get(trial) },
  };
  const rows: object[] = [];
  const log = { leads: true, head: async () => ledger.position };
  const jsm = { streams: { info, purge } } as unknown as JetStreamManager;
  const of = subjectsOf('s');
  const keeper = keepCheckpoints<unknown>(jsm, of, log, { ledger, rows } as never, { maxBytes: limit, leastBytes: 1, replicas: 1 });
  return {
    ...{ there, asked, log, ledger, ...keeper },
    put: (id: string, chunks = 1) => {
      for (let i = 0; i < chunks; i++) there.add(of.chunk(`${id}.${i}`));
    },
    /** Trial 1 ends with a result and a checkpoint. */
    end: (id: string, value: number, trial = 1) => {
      ledger.open.delete(trial);
      ended.set(trial, named(id));
      rows.push({ trial, status: 'completed', values: { v: value } });
      ledger.position++;
    },
    retract: () => {
      ended.clear();
      ledger.position++;
    },
    afterList: (act: () => void) => {
      afterList = () => {
        afterList = () => {};
        act();
      };
    },
    left: () => [...new Set([...there].map((subject) => subject.split('.').slice(-5, -1).join('.')))].sort(),
  };
}

it('a checkpoint that is finished and named after the list was made is kept', async () => {
  const { put, end, afterList, makeRoom, left } = world();
  put('w.1.1.a');
  put('w.1.1.b');
  put('w.1.1.c');
  afterList(() => {
    put('w.1.1.d');
    end('w.1.1.d', 1);
  });
  await makeRoom(1);
  expect(left()).toContain('w.1.1.d');
  await makeRoom(8 * CHUNK).catch(() => {});
  expect(left()).toContain('w.1.1.d');
});

it('an engine that has not read the whole log deletes nothing', async () => {
  const { put, log, left, makeRoom } = world();
  put('w.3.1.a');
  log.head = async () => 2;
  await makeRoom(1);
  expect(left()).toEqual(['w.3.1.a']);
});

it('makes room by the checkpoints that are least likely to be resumed, but never by the best, and refuses what does not fit', async () => {
  const { put, end, makeRoom, left } = world();
  put('w.1.1.a', 3);
  end('w.1.1.a', 5);
  put('w.2.1.a', 4);
  await makeRoom(CHUNK); // 8 of 10
  expect(left()).toEqual(['w.1.1.a', 'w.2.1.a']);
  await expect(makeRoom(6 * CHUNK)).rejects.toMatchObject({ code: 'no-room' }); // more than half
  await expect(makeRoom(4 * CHUNK)).rejects.toMatchObject({ code: 'no-room' }); // the best result stays
  expect(left()).toEqual(['w.1.1.a', 'w.2.1.a']);
  end('w.2.1.a', 3, 2);
  await makeRoom(4 * CHUNK); // trial 1 is no longer the best
  expect(left()).toEqual(['w.2.1.a']);
});

it('looks seldom while a study has no checkpoints, and deletes what no trial needs', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { asked, put, end, retract, left, close } = world();
  const looks = async (seconds: number) => {
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(1000 * seconds);
    return asked.length - before;
  };
  expect(await looks(300)).toBe(5);
  put('w.1.1.a');
  put('w.9.1.a');
  end('w.1.1.a', 1);
  await looks(60); // finds it
  expect(left()).toEqual(['w.1.1.a']);
  expect(await looks(60)).toBeLessThanOrEqual(13); // nothing has changed
  retract();
  await looks(10);
  expect(left()).toEqual([]);
  close();
});
