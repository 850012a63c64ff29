import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterEach, expect, it, vi } from 'vitest';
import { collector, type KeptStudy } from '../../../../streams/nats/checkpoints/collector.ts';
import { keepCheckpoints } from '../../../../streams/nats/checkpoints/keeper.ts';
import { digestOf } from '../../../../streams/nats/checkpoints/manifest.ts';
import { ADMITTED, subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';

afterEach(() => {
  vi.useRealTimers();
});

const OPTIONS = { maxBytes: 1e9, leastBytes: 1, replicas: 1 };
const subjects = subjectsOf('s');
const digests = [1, 2, 3, 4].map((byte) => digestOf(new Uint8Array([byte])));
const text = JSON.stringify({ name: 'm', files: [{ path: '', size: 4 }], empty: [], chunks: digests.map((sha256) => [sha256, 1]) });
const manifest = new TextEncoder().encode(text);

interface Answer {
  readonly headers?: { readonly code: number };
  readonly data: Uint8Array;
}

/** Whether a subject has the tokens of a pattern. */
function fits(subject: string, pattern: string): boolean {
  const tokens = subject.split('.');
  return pattern.split('.').every((token, i) => token === '*' || token === tokens[i]);
}

/** A server on which trainer w saves trial 1 and then trial 2. @param read answers the request for a manifest */
function world(read: () => Answer = () => ({ data: manifest })) {
  const there = new Set<string>();
  const asked: string[] = [];
  /** Called once, after the server has made a list and before the engine has it. */
  let afterList = () => {};
  const info = async (_: string, { subjects_filter: filter = '' }) => {
    asked.push(filter);
    if (there.size === 0) throw new JetStreamApiError({ code: 404, err_code: 10059, description: 'stream not found' });
    const isIn = (subject: string) => fits(subject, filter);
    const found = Object.fromEntries([...there].filter(isIn).map((subject) => [subject, 1]));
    const state = { subjects: found, bytes: there.size, messages: there.size, last_seq: there.size };
    const then = afterList;
    afterList = () => {};
    then();
    return { state, config: { max_bytes: 1e9, max_msgs: -1 } };
  };
  const purge = async (_: string, { filter = '' }) => {
    for (const subject of there) if (fits(subject, filter)) there.delete(subject);
  };
  const open = (run: string) => ({ suggestion: {}, runs: new Map([[run, 'w']]) });
  const ended = new Map<number, string>();
  const ledger = {
    created: { objectives: [{ name: 'v', direction: 'minimize' }] },
    position: 1,
    settings: { objectives: [{ name: 'v', direction: 'minimize' }] },
    open: new Map([1, 2].map((trial) => [trial, open(`r${trial}`)])),
    status: (trial: number) => (ended.has(trial) ? 'completed' : undefined),
    results: { checkpoint: (trial: number) => ended.get(trial) },
  };
  const study = { ledger, rows: [], leads: () => true, head: async () => ledger.position, warn: () => {} } as unknown as KeptStudy<unknown>;
  const request = async (subject: string) => {
    if (subject.startsWith('$JS.API')) return read();
    there.add(subject);
    return { json: () => ({}) };
  };
  const nc = { request, subscribe: () => ({ unsubscribe: () => {} }) } as unknown as NatsConnection;
  const jsm = { streams: { info, purge } } as unknown as JetStreamManager;
  return {
    ...{ there, asked, study, nc, jsm },
    ...collector(nc, jsm, subjects, OPTIONS, () => study),
    put: (...parts: string[]) => {
      for (const part of parts) there.add(subjects.chunk('w', 1, part));
    },
    /** Ends trial 1. */
    name: (sha256: string) => {
      ledger.open.delete(1);
      ended.set(1, `nats:w/1/${sha256}`);
      ledger.position++;
    },
    retract: () => {
      ended.clear();
      ledger.position++;
    },
    afterList: (act: () => void) => {
      afterList = act;
    },
  };
}

const sha256 = digestOf(manifest);
const all = [...digests, sha256];

it.each(['admit', 'sweep'] as const)('a checkpoint that is finished and named after the list was made is kept: %s', async (act) => {
  const { put, name, afterList, admit, sweep, study, there } = world();
  put(digests[0]!);
  afterList(() => {
    put(...all);
    name(sha256);
  });
  await (act === 'admit' ? admit(study, { trainer: 'w', trial: 2, bytes: 1 }) : sweep());
  put('earlier');
  await sweep();
  expect([...there].filter((subject) => !subject.includes(ADMITTED))).toHaveLength(all.length);
});

it('parts that come after their manifest was read are kept', async () => {
  const { put, name, sweep, there } = world();
  put(digests[0]!, sha256);
  name(sha256);
  await sweep();
  put(...all);
  await sweep();
  expect(there.size).toBe(all.length);
});

it.each([404, 408])('a server that answers %i for a manifest that it lists deletes nothing until it returns it', async (code) => {
  let answer: Answer = { headers: { code }, data: new Uint8Array() };
  const { put, name, sweep, there } = world(() => answer);
  put(...all, 'earlier');
  name(sha256);
  await sweep();
  expect(there.size).toBe(all.length + 1);
  answer = { data: manifest };
  await sweep();
  expect(there.size).toBe(all.length);
});

it('a reference to something that is not a manifest, or is gone, keeps no parts', async () => {
  const data = new TextEncoder().encode('{}');
  const none = digestOf(data);
  const broken = world(() => ({ data }));
  broken.put(...digests, none);
  broken.name(none);
  await broken.sweep();
  expect([...broken.there]).toEqual([subjects.chunk('w', 1, none)]);
  const gone = world();
  gone.put(...digests);
  gone.name(sha256);
  await gone.sweep();
  expect(gone.there.size).toBe(0);
});

it('what was admitted is known as long as a run may need it', async () => {
  const { put, name, retract, sweep, admit, most, study, there } = world();
  const known = () => [...there].filter((subject) => subject.includes(`${ADMITTED}.1.`));
  const of = { trainer: 'w', trial: 1, sha256 };
  expect(await most(of)).toBe(OPTIONS.maxBytes / 2); // what any trainer may save
  there.add(subjects.admitted(1, 'w=7'));
  there.add(subjects.admitted(1, 'x=900'));
  there.add(subjects.chunk('y', 1, 'w=900'));
  expect(await most(of)).toBe(7);
  await admit(study, { trainer: 'w', trial: 1, bytes: 8 });
  expect(known().sort()).toEqual([subjects.admitted(1, 'w=8'), subjects.admitted(1, 'x=900')]);
  expect(await most(of)).toBe(8);
  await admit(study, { trainer: 'w', trial: 1, bytes: 5 });
  put(...all);
  name(sha256);
  await sweep();
  expect(known()).toEqual([subjects.admitted(1, 'w=8')]);
  retract();
  await sweep();
  expect([...there]).toEqual([]);
});

it('an engine seldom looks for checkpoints while its study has none', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { nc, jsm, study, asked, put } = world();
  const keeper = keepCheckpoints<unknown>(nc, jsm, subjects, OPTIONS);
  keeper.watch(study);
  const looks = async (seconds: number) => {
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(1000 * seconds);
    return asked.length - before;
  };
  expect(await looks(300)).toBe(5);
  put(digests[0]!);
  await looks(60); // finds it
  expect(await looks(60)).toBeGreaterThanOrEqual(12);
  keeper.close();
});
