import { JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, it, vi } from 'vitest';
import { isForbidden, isPassing, isUnheard, withRetry } from '../../../../streams/nats/connection/retry.ts';

/** An error as another copy of the client makes it, whose classes are not those that we import. */
const foreign = (name: string, cause?: Error): Error => Object.assign(new Error(name, { cause }), { name });

describe('errors of a connection that comes from another copy of the client', () => {
  it('are temporary if the server is away or has no such study yet', () => {
    const noResponders = foreign('RequestError', foreign('NoResponders'));
    for (const error of [
      foreign('TimeoutError'),
      foreign('ConnectionError'),
      foreign('RequestError', foreign('TimeoutError')),
      noResponders,
    ])
      expect(isPassing(error), error.name).toBe(true);
    expect([isUnheard(noResponders), isUnheard(foreign('RequestError', foreign('TimeoutError')))]).toEqual([true, false]);
    for (const error of [foreign('RequestError'), foreign('AuthorizationError'), new Error('TimeoutError')])
      expect(isPassing(error), error.name).toBe(false);
  });

  it('are recognised as a missing right, also as the cause of another error', () => {
    expect([foreign('PermissionViolationError'), foreign('RequestError', foreign('PermissionViolationError'))].map(isForbidden)).toEqual([
      true,
      true,
    ]);
    expect(isForbidden(foreign('RequestError'))).toBe(false);
  });
});

it.each([
  ['too few servers for all copies', 400, 10005, true],
  ['a stream without a leader', 500, 10118, true],
  ['a server that is not in the cluster yet', 500, 10007, true],
  ['copies on a server alone', 500, 10074, false],
  ['too many streams', 400, 10027, false],
])('%s is temporary or not', (description, code, err_code, is) => {
  expect(isPassing(new JetStreamApiError({ code, err_code, description }))).toBe(is);
});

it('a request is not sent if its signal has aborted', async () => {
  const ask = vi.fn(async () => 'answer');
  const nc = { isClosed: () => false } as unknown as NatsConnection;
  await expect(withRetry(nc, ask, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  expect(ask).not.toHaveBeenCalled();
});
