import { describe, expect, it } from 'vitest';
import { MismatchError, OptionError, StalledError, StrategyError, StudyError } from '../../../src/errors.ts';
import { errorKind, nextStart } from '../../../src/host/serving/supervise.ts';
import { deleted } from '../../../streams/nats/studyError.ts';

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
