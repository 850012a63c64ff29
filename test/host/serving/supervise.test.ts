import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MismatchError, OptionError, StalledError, StrategyError, StudyError } from '../../../src/errors.ts';
import { errorKind, nextStart, type Supervised, supervise } from '../../../src/host/serving/supervise.ts';
import { deleted } from '../../../streams/nats/studyError.ts';
import { withResolvers } from '../../../streams/promises.ts';

const named = (name: string, cause?: Error) => Object.assign(new Error(name, { cause }), { name });

describe('an error', () => {
  it.each([
    ['a TypeError', new TypeError('undefined')],
    ['a server that does not answer', named('TimeoutError')],
    ['a request that timed out', new StudyError('no answer', { cause: named('TimeoutError') })],
    ['text that a strategy throws', 'out of luck'],
  ])('is unexpected: %s', (_, error) => expect(errorKind(error)).toBe('unexpected'));

  it.each([
    ['a strategy that breaks its contract', new StrategyError('it did not answer')],
    ['a strategy that waits for nothing', new StalledError('it waits')],
    ['a log of another study', new MismatchError('seed')],
    ['a strategy that this version does not know', new OptionError('strategy', 'a name', 'tpe9')],
    ['a stream with wrong settings', new StudyError('settings')],
    ['a missing right', new Error('publish', { cause: named('PermissionViolationError') })],
  ])('lasts: %s', (_, error) => expect(errorKind(error)).toBe('lasting'));

  it('is no failure if the study was deleted', () => expect(errorKind(deleted('HT_s'))).toBe('deleted'));
});

it('a study starts again after .5 to 5 s, and has failed after ten starts in a row without a minute of service', () => {
  const pauses: number[] = [];
  let next = { tries: 0, hasFailed: false, pause: 0 };
  for (let start = 1; start <= 10; start++) {
    next = nextStart(next.tries, start === 1 ? 59_999 : 0, 'unexpected');
    pauses.push(next.pause);
    expect(next.hasFailed).toBe(start === 10);
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 600_000]);
  expect(nextStart(next.tries, 1000, 'unexpected')).toEqual(next); // a short service does not mend it
  expect(nextStart(next.tries, 60_000, 'unexpected')).toEqual({ tries: 0, hasFailed: false, pause: 500 });
  expect(nextStart(0, 3_600_000, 'lasting')).toEqual({ tries: 10, hasFailed: true, pause: 600_000 });
});

describe('a supervisor', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Supervises engines that the test starts and ends. */
  function supervised() {
    const heard: string[] = [];
    const engines: { readonly started: () => void; readonly end: (error?: unknown) => void }[] = [];
    const ending = new AbortController();
    const begin = async () => {
      const started = withResolvers<void>();
      const ended = withResolvers<unknown>();
      engines.push({ started: started.resolve, end: ended.resolve });
      return { started: started.promise, ended: ended.promise };
    };
    const hear = (now: Supervised) => void heard.push(now.is);
    const done = supervise({ begin, hear, signal: ending.signal });
    const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
    return { heard, engines, ending, done, pass, last: () => engines.at(-1)! };
  }

  it('starts an engine again until it serves, and no sooner than after its pause', async () => {
    const { heard, engines, pass, last } = supervised();
    await pass(0);
    for (const pause of [500, 1000, 2000]) {
      const before = engines.length;
      last().end(new TypeError('unexpected'));
      await pass(pause - 1);
      expect(engines.length).toBe(before);
      await pass(1);
      expect(engines.length).toBe(before + 1);
    }
    last().started();
    await pass(60_000);
    last().end(new TypeError('unexpected'));
    await pass(500);
    expect(engines.length).toBe(5);
    expect(heard).toEqual(['restarting', 'restarting', 'restarting', 'serving', 'restarting']);
  });

  it('tries a study again every ten minutes after it has failed', async () => {
    const { heard, engines, pass, last } = supervised();
    await pass(0);
    for (let start = 1; start <= 10; start++) {
      last().end(new TypeError('unexpected'));
      await pass(5000);
    }
    expect([engines.length, heard.filter((is) => is === 'restarting').length, heard.at(-1)]).toEqual([10, 9, 'failed']);
    await pass(594_999);
    expect(engines.length).toBe(10);
    await pass(1);
    last().started();
    await pass(1000);
    last().end(new TypeError('unexpected'));
    await pass(0);
    expect(heard.slice(-2)).toEqual(['serving', 'failed']); // a second of service changes nothing
    await pass(600_000);
    last().started();
    await pass(60_000);
    last().end(new TypeError('unexpected'));
    await pass(500);
    expect([heard.at(-1), engines.length]).toEqual(['restarting', 13]);
  });

  it('ends when a study is deleted, and when an engine was closed', async () => {
    const one = supervised();
    await one.pass(0);
    one.last().end(deleted('HT_s'));
    await one.done;
    expect(one.heard).toEqual(['deleted']);
    const other = supervised();
    await other.pass(0);
    other.last().end();
    await other.done;
    expect(other.heard).toEqual([]);
  });

  it('starts no engine once its process ends', async () => {
    const { ending, engines, pass, last, done } = supervised();
    await pass(0);
    last().end(new StrategyError('wrong'));
    await pass(1000);
    ending.abort();
    await done;
    expect(engines.length).toBe(1);
  });
});
