import { expect, it, onTestFinished } from 'vitest';
import { openShared } from '../../../src/host/serving/placeToServe.ts';
import type { Quota } from '../../../src/host/serving/quota.ts';
import { servePlace } from '../../../src/host/serving/servePlace.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { eventsOf } from '../../dashboard/support.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const server = natsOfTests();

let teams = 0;
/** A team of its own on the server, whose studies are served until the end of the test. */
async function teamOf(quota: Quota) {
  const lines: string[] = [];
  const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };
  const ending = new AbortController();
  const shared = await openShared({ monitor: '0', http: '0' }, screen);
  const monitor = /http\S+(?=metrics,)/.exec(lines.join('\n'))![0];
  const page = /dashboard: (\S+)/.exec(lines.join('\n'))![1]!;
  const prefix = `quota${teams++}`;
  shared.declare('vision', quota, { unloadAfter: 3600 });
  const served = servePlace({ nats: `${server.url}?prefix=${prefix}`, access: {}, team: 'vision' }, shared, ending.signal);
  const nc = await server.connect();
  const metrics = async () => (await fetch(`${monitor}metrics`)).text();
  const usedOf = async (of: string) => Number(new RegExp(`team_used\\{team="vision",of="${of}"\\} (\\S+)`).exec(await metrics())![1]);
  const create = (study: string, more: object = {}) => {
    const data = { parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', objective: 'minimize loss', ...more };
    return request(nc, subjectsOf(study, { prefix }), 'create', { study: data });
  };
  const status = (study: string) =>
    request(nc, subjectsOf(study, { prefix }), 'study') as Promise<{ ended: number; open: number; waits?: string; trials: number }>;
  const close = (study: string) => request(nc, subjectsOf(study, { prefix }), 'close');
  const work = (study: string, name: string, f: (x: number, signal: AbortSignal) => Promise<number>) =>
    trainer({ nc, study, prefix }, { name }, async ({ x }: { readonly x: number }, { signal }) => ({
      values: { loss: await f(x, signal) },
      metrics: { usd: 1 },
    }));
  onTestFinished(async () => {
    ending.abort();
    await served;
    await shared.close();
  });
  await eventually(() => create('first', { trials: 30, parallel: 4 }));
  const limit = (to: Quota) => shared.declare('vision', to, { unloadAfter: 3600 });
  return { page, lines, usedOf, create, status, close, work, limit };
}

it('studies of a team share the trials that may be open, and what they may spend in all', async () => {
  const { page, lines, usedOf, create, status, work, limit } = await teamOf({ parallel: 3, spend: { usd: 20 } });
  const shown = eventsOf(`${page}v1/events`, ({ event, data }) => {
    const waits = event === 'studies' ? (data as { waits?: string }[]).map(({ waits }) => waits) : [];
    return waits.length === 2 && waits.every((why) => /spend\.usd \d+ of 20/.test(why ?? ''));
  });
  await create('second', { trials: 30, parallel: 4 });
  let running = 0;
  let most = 0;
  const f = async (x: number) => {
    most = Math.max(most, ++running);
    await new Promise((later) => setTimeout(later, 20));
    running--;
    return x;
  };
  for (const study of ['first', 'second']) for (const name of ['w1', 'w2']) work(study, name, f).done.catch(() => {});
  const ended = async () => (await status('first')).ended + (await status('second')).ended;
  const allEnded = (least: number) =>
    eventually(async () => {
      expect(await ended()).toBeGreaterThanOrEqual(least);
      expect((await status('first')).open + (await status('second')).open).toBe(0);
    });
  await allEnded(20);
  expect(await ended()).toBeLessThanOrEqual(22); // what a trial spends is known when it has ended
  expect(most).toBe(3);
  const [first, second] = [await status('first'), await status('second')];
  expect(first.ended).toBeGreaterThan(0);
  expect(second.ended).toBeGreaterThan(0);
  expect(first.waits).toMatch(/^the quota of the team is used: spend\.usd 2\d of 20$/);
  expect(lines.filter((line) => line.includes('waits: the quota of the team is used'))).toHaveLength(2);
  expect((await shown).at(-1)!.data).toMatchObject([{ id: 'vision.first' }, { id: 'vision.second' }]);
  expect(await (await fetch(`${page}v1/studies/vision.first`)).json()).toMatchObject({ waits: first.waits });
  expect(await usedOf('spend.usd')).toBe(await ended());
  limit({ parallel: 3, spend: { usd: 40 } });
  await allEnded(40);
  expect(most).toBe(3);
});

it('an engine says at once what of the limits of a new study exceeds the quota', async () => {
  const { create } = await teamOf({ parallel: 3, spend: { usd: 5 } });
  expect(await create('fits', { trials: 30, parallel: 3, spend: { usd: 5 } })).toEqual({});
  const { warning } = (await create('large', { trials: 400, parallel: 4, spend: { usd: 6 } })) as { readonly warning: string };
  expect(warning).toMatch(/: parallel 4, of which 3 are left; spend\.usd 6, of which 5 are left$/);
});

it('a study that has closed does not wait', async () => {
  const { status, work, close } = await teamOf({ parallel: 1, spend: { usd: 2 } });
  work('first', 'w1', async (x) => x).done.catch(() => {});
  await eventually(async () =>
    expect(await status('first')).toMatchObject({ ended: 2, waits: expect.stringContaining('spend.usd 2 of 2') }),
  );
  await close('first');
  await eventually(async () => expect((await status('first')).waits).toBeUndefined());
});

it('a lost attempt is repeated although the quota is used', async () => {
  const { status, work } = await teamOf({ parallel: 1 });
  let attempts = 0;
  const f = async (x: number, signal: AbortSignal) => {
    if (attempts++ === 0) throw new Error('the first attempt fails');
    signal.throwIfAborted();
    return x;
  };
  work('first', 'w1', f).done.catch(() => {});
  await eventually(async () => expect((await status('first')).ended).toBe(30));
});

it('amounts that open trials require are shared', async () => {
  const { usedOf, create, status } = await teamOf({ slots: { gpu: 4 }, spend: { usd: 1 } });
  await create('gpus', { trials: 30, parallel: 9, requires: { gpu: 3 } });
  await create('plain', { trials: 3 });
  await eventually(async () => expect((await status('gpus')).open).toBe(1));
  await eventually(async () => expect((await status('gpus')).waits).toBe('the quota of the team is used: slots.gpu 3 of 4'));
  expect(await usedOf('slots.gpu')).toBe(3);
  expect(await usedOf('spend.usd')).toBe(0);
});
