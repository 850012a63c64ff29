import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StudyError } from '../../../src/errors.ts';
import { random } from '../../../streams/index.ts';
import { natsLog, trainer } from '../../../streams/nats/index.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { fresh, plane } from './world.ts';

type Options = { readonly warn?: (message: string) => void; readonly signal?: AbortSignal };

/** Each function that waits for a server. */
const waits = {
  serve: (nc: NatsConnection, study: string, options: Options) => serve(nc, plane, { study, strategy: random(), trials: 3, ...options }),
  natsLog: (nc: NatsConnection, study: string, options: Options) => natsLog(nc, study, options),
  trainer: (nc: NatsConnection, study: string, options: Options) => trainer({ nc, study }, options, () => 1).done,
};
const each = Object.entries(waits);

/** What a function prints until it is aborted, and the reason with which it ends, if with one. */
async function saidBy(wait: (typeof waits)['serve' | 'natsLog' | 'trainer'], nc: NatsConnection) {
  const said: string[] = [];
  const stop = new AbortController();
  const reason = new Error('enough');
  const ended = wait(nc, fresh(), { warn: (text) => said.push(text), signal: stop.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await eventually(() => expect(said).not.toEqual([]));
  stop.abort(reason);
  const error = await ended;
  expect([undefined, reason]).toContain(error);
  expect(said).toHaveLength(1);
  return { said: said[0]!, error };
}

describe.concurrent('on a server without JetStream', () => {
  let bare: NatsServer;
  let poor: NatsServer;
  beforeAll(async () => {
    [bare, poor] = await Promise.all([
      natsServer(undefined, false),
      natsServer('accounts { A { users: [{ user: a, password: a }] }, B { jetstream: enabled, users: [{ user: b, password: b }] } }'),
    ]);
  });
  afterAll(() => Promise.all([bare.dispose(), poor.dispose()]));

  it.each(each)('%s says what to do, and ends when its signal aborts', async (_, wait) => {
    const { said } = await saidBy(wait, await bare.connect());
    expect(said).toMatch(/the server,? (which )?has no JetStream: start it with nats-server -js$/);
  });

  it.each(each)('%s says that only the account is without', async (_, wait) => {
    const { said } = await saidBy(wait, await poor.connect({ user: 'a', pass: 'a' }));
    expect(said).toContain('has no JetStream for the account of this login');
  });

  it('a trainer names the account in which there is no study', async () => {
    const { said, error } = await saidBy(waits.trainer, await poor.connect({ user: 'b', pass: 'b' }));
    expect(said).toMatch(/which is not in the account B of this server yet$/);
    expect(error).toBeUndefined();
  });

  it('each of them warns on the console by default', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const stop = new AbortController();
    const studies = each.map(fresh);
    const nc = await bare.connect();
    const ended = each.map(([, wait], i) => wait(nc, studies[i]!, { signal: stop.signal }).catch(() => {}));
    const about = (study: string) => warn.mock.calls.flat().filter((text) => String(text).includes(study)).length;
    await eventually(() => expect(studies.map(about)).toEqual([1, 1, 1]));
    stop.abort();
    await Promise.all(ended);
    warn.mockRestore();
  });

  it.each(each)('%s does not begin if its signal has aborted', async (name, wait) => {
    const ended = wait(await bare.connect(), fresh(), { signal: AbortSignal.abort(new Error('before')) });
    if (name === 'trainer') await ended;
    else await expect(ended).rejects.toThrow('before');
  });
});

describe.concurrent('a login without the rights of an engine', () => {
  it('is told which right it lacks', async () => {
    await using server = await natsServer(
      `accounts { B { jetstream: enabled, users: [
        { user: c, password: c, permissions: { publish: ["$JS.API.STREAM.CREATE.>", "$JS.API.STREAM.INFO.>"], subscribe: ["_INBOX.>"] } },
        { user: d, password: d, permissions: { publish: [">"], subscribe: ["other"] } } ] } }`,
    );
    const failed = async (user: string) => {
      const nc = await server.connect({ user, pass: user });
      return serve(nc, plane, { study: 's', strategy: random(), trials: 3 }).then(
        ({ ended }) => ended,
        (error: unknown) => error,
      );
    };
    const [may, mayNot] = [await failed('c'), await failed('d')];
    expect(may).toBeInstanceOf(StudyError);
    expect(may).toMatchObject({ code: 'forbidden', message: expect.stringContaining('publish to $JS.API.STREAM.MSG.GET.HT_s') });
    expect(mayNot).toMatchObject({ code: 'forbidden', todo: expect.stringContaining('inboxPrefix') });
  });
});

describe.concurrent('a signal that aborts later', () => {
  it('ends an engine and a trainer, also while the server is away', async () => {
    await using server = await natsServer();
    const stop = new AbortController();
    const study = fresh();
    const engine = await serve(await server.connect(), plane, { study, strategy: random(), trials: 1000, signal: stop.signal });
    const gone = new AbortController();
    const one = trainer({ nc: await server.connect(), study }, { signal: gone.signal }, async () => sleep(20, 1));
    await engine.started;
    await eventually(() => expect(engine.port.ledger.position).toBeGreaterThan(5));
    gone.abort();
    await one.done;
    await server.kill();
    await sleep(500); // the engine waits for a confirmation
    stop.abort();
    expect(await engine.ended).toBeUndefined();
    await engine.port.finished;
  });
});
