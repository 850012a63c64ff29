import type { Log } from '../../streams/log/log.ts';
import type { Entry } from '../facts/entry.ts';

/** The functions of a test runner that the contracts need: `{ describe, it, expect }` of vitest or Jest. */
export interface TestRunner {
  describe(name: string, tests: () => void): unknown;
  it(name: string, test: () => void | Promise<void>, timeout?: number): unknown;
  expect(got: unknown): Matchers;
}

interface Matchers {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toMatchObject(expected: object): void;
  toHaveLength(length: number): void;
  toBeGreaterThan(bound: number): void;
  toBeLessThanOrEqual(bound: number): void;
  toThrow(error: string | typeof RangeError): void;
  readonly rejects: { toThrow(message: string): Promise<void> };
}

/** One log for one test. */
export interface LogUnderTest {
  /** Empty at first. */
  readonly log: Log;
  /** Closes it and opens it again, as another process would. Resolves to an empty log if it is not persistent. */
  reopen(): Promise<Log>;
  /** Closes and removes everything. */
  dispose(): Promise<void>;
}

/**
 * The contract of every log, as tests.
 *
 * @param open makes a new, empty log.
 * @example
 * import { describe, expect, it } from 'vitest';
 * logContract({ describe, it, expect }, 'memory', async () => ...);
 */
export function logContract({ describe, it, expect }: TestRunner, name: string, open: () => Promise<LogUnderTest>): void {
  const withLog = (test: (log: Log, made: LogUnderTest) => Promise<void>) => async () => {
    const made = await open();
    try {
      await test(made.log, made);
    } finally {
      await made.dispose();
    }
  };

  describe(`${name} keeps the contract of a log`, () => {
    it(
      'is empty at first',
      withLog(async (log) => expect(await log.head()).toBe(0)),
    );

    it(
      'reads what was appended: the same facts, numbered from 1 without gaps, with times',
      withLog(async (log) => {
        const before = Date.now() - 1000; // the clock of a server may differ a little
        for (const fact of facts(5)) expect(await log.append(fact)).toBe('stored');
        expect(await log.head()).toBe(5);
        const entries = await take(log, 5);
        expect(entries.map((e) => e.fact)).toEqual(facts(5));
        expect(entries.map((e) => e.position)).toEqual([1, 2, 3, 4, 5]);
        for (const { at } of entries) expect(at).toBeGreaterThan(before);
      }),
    );

    it(
      'keeps every kind of JSON as it is',
      withLog(async (log) => {
        for (const fact of awkward) await log.append(fact);
        expect((await take(log, awkward.length)).map((e) => e.fact)).toEqual(awkward);
      }),
    );

    it(
      'stores appends in the order of the calls, even if they are not awaited',
      withLog(async (log) => {
        const outcomes = await Promise.all(facts(500).map((fact) => log.append(fact)));
        expect(new Set(outcomes)).toEqual(new Set(['stored']));
        expect((await take(log, 500)).map((e) => e.fact)).toEqual(facts(500));
      }),
    );

    it(
      'reads later entries live',
      withLog(async (log) => {
        await log.append({ n: 0 });
        const reading = take(log, 3);
        await log.append({ n: 1 });
        await log.append({ n: 2 });
        expect((await reading).map((e) => e.fact)).toEqual(facts(3));
      }),
    );

    it(
      'lets a reader append, as an engine does',
      withLog(async (log) => {
        await log.append({ n: 0 });
        const seen: unknown[] = [];
        for await (const entries of log.read()) {
          for (const { position, fact } of entries) {
            seen.push(fact);
            if (position < 20) await log.append({ n: position });
          }
          if (seen.length === 20) break;
        }
        expect(seen).toEqual(facts(20));
      }),
    );

    it(
      'reads from any position, even one that does not exist yet',
      withLog(async (log) => {
        const later = take(log, 2, 4);
        for (const fact of facts(5)) await log.append(fact);
        expect((await take(log, 3, 3)).map((e) => e.position)).toEqual([3, 4, 5]);
        expect((await later).map((e) => [e.position, e.fact])).toEqual([
          [4, { n: 3 }],
          [5, { n: 4 }],
        ]);
      }),
    );

    it(
      'refuses to read from an invalid position',
      withLog(async (log) => {
        for (const from of [0, -1, 1.5, Number.NaN]) expect(() => log.read(from)).toThrow(RangeError);
      }),
    );

    it(
      'serves several readers, each at its own pace',
      withLog(async (log) => {
        const slow = log.read()[Symbol.asyncIterator]();
        const n = 3000;
        const quick = take(log, n);
        await log.append({ n: 0 });
        const first = (await slow.next()).value as readonly Entry[];
        await Promise.all(
          facts(n)
            .slice(1)
            .map((fact) => log.append(fact)),
        );
        const seen = [...first];
        while (seen.length < n) seen.push(...((await slow.next()).value as readonly Entry[]));
        await slow.return?.();
        expect(seen).toEqual(await quick);
        expect(seen.map((e) => e.fact)).toEqual(facts(n));
      }),
    );

    it(
      'ends only the reader whose signal aborts',
      withLog(async (log) => {
        const stop = new AbortController();
        const reading = log.read(1, stop.signal)[Symbol.asyncIterator]();
        const other = take(log, 2);
        await log.append({ n: 0 });
        expect((await reading.next()).value).toHaveLength(1);
        const next = reading.next(); // waits for an entry that does not exist yet
        stop.abort();
        expect(await next).toEqual({ done: true, value: undefined });
        await log.append({ n: 1 });
        expect((await other).map((e) => e.fact)).toEqual(facts(2));
        expect(await all(log, AbortSignal.abort())).toEqual([]);
      }),
    );

    it(
      'ends all readers at its close, after the entries that were appended before',
      withLog(async (log) => {
        const reading = all(log);
        const appends = facts(3).map((fact) => log.append(fact));
        await log.close();
        expect(await Promise.all(appends)).toEqual(['stored', 'stored', 'stored']);
        expect((await reading).map((e) => e.fact)).toEqual(facts(3));
      }),
    );

    it(
      'refuses appends after its close, and may be closed twice',
      withLog(async (log) => {
        await log.close();
        await log.close();
        await expect(log.append({ n: 0 })).rejects.toThrow('closed');
      }),
    );

    it(
      'continues after it was reopened',
      withLog(async (log, { reopen }) => {
        for (const fact of facts(3)) await log.append(fact);
        const past = await take(log, 3);
        const again = await reopen();
        expect(await again.head()).toBe(3);
        expect(await again.append({ n: 3 })).toBe('stored');
        const entries = await take(again, 4);
        expect(entries.slice(0, 3)).toEqual(past);
        expect(entries[3]).toMatchObject({ position: 4, fact: { n: 3 } });
      }),
    );
  });
}

const facts = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

/** Facts that a careless encoding would corrupt. */
const awkward: readonly object[] = [
  {},
  { text: 'line\nfeed, "quotes", \\, tab\t, nul \u0000, \u2028, ümlaut, 漢字, 😀' },
  { numbers: [0, 1e-300, 1.7976931348623157e308, 0.1 + 0.2, 2 ** 53 - 1, -5e-324] },
  { nested: { list: [[], {}, null, true, [1, [2, [3]]]] } },
  { '': 1, 'a.b': 2, 'with blank': 3, length: 4, constructor: 5 },
  { long: '😀'.repeat(60_000) },
];

/** Reads a number of entries and stops. */
async function take(log: Log, count: number, from?: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of log.read(from)) {
    entries.push(...batch);
    if (entries.length >= count) break;
  }
  return entries.slice(0, count);
}

/** Reads until the reading ends. */
async function all(log: Log, signal?: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of log.read(1, signal)) entries.push(...batch);
  return entries;
}
