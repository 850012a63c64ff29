import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { applied, processSource } from '../../src/stores/process.ts';
import { defineStrategy, float, memoryLog, space } from '../../streams/core.ts';
import type { Moment } from '../../streams/explanation/moment.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { type Board, board, eventsOf, finished, request } from './support.ts';

let open: Board | undefined;
const start = async (...given: Parameters<typeof board>): Promise<Board> => {
  open = await board(...given);
  return open;
};
afterEach(() => open?.close());

describe('events', () => {
  it('send the state first, then each change', async () => {
    const { url, say } = await start();
    await say(...finished(1, 0.5), ...finished(2, 0.4));
    const due = new Set(['studies', 'trials']);
    let connect!: () => void;
    const connected = new Promise<void>((resolve) => {
      connect = resolve;
    });
    const told = eventsOf(`${url}v1/events?study=net`, ({ event, data }) => {
      if (event === 'trials') connect();
      if (event === 'trials' ? data.position === 13 : event === 'studies' && data[0].completed === 3) due.delete(event);
      return due.size === 0;
    });
    await connected;
    await say(...finished(3, 0.3));
    const events = await told;
    expect(events.map(({ event }) => event).slice(0, 3)).toEqual(['studies', 'study', 'trials']);
    const [first, ...more] = events.filter(({ event }) => event === 'trials');
    expect(first!.id).toBe('9');
    expect(first!.data.rows).toMatchObject([
      { trial: 1, status: 'completed', values: { loss: 0.5 }, curve: [1, 1.5], trainer: 't1' },
      { trial: 2, status: 'completed' },
    ]);
    expect(more.at(-1)!.id).toBe('13');
    expect(more.at(-1)!.data.rows).toMatchObject([{ trial: 3, status: 'completed' }]);
    expect(more.flatMap(({ data }) => data.rows[0].curve ?? [])).toEqual([1, 1.3]);
    expect(events.findLast(({ event }) => event === 'studies')!.data).toMatchObject([
      { id: 'net', study: 'net', phase: 'running', trials: 3, completed: 3, best: { trial: 3, value: 0.3 }, limit: 100 },
    ]);
  });

  it('send a reader that reconnects only what it missed', async () => {
    const { url, say } = await start();
    await say(...finished(1, 0.5));
    const listen = (headers: Record<string, string>, after = '') =>
      eventsOf(`${url}v1/events?study=net${after}`, ({ event }) => event === 'trials', headers);
    const [first] = (await listen({})).filter(({ event }) => event === 'trials');
    await say({ type: 'suggested', trial: 2, attempt: 1, by: 'random', params: { lr: 0.1, layers: 1, kind: 'tanh' } });
    const [next] = (await listen({ 'Last-Event-ID': first!.id! })).filter(({ event }) => event === 'trials');
    expect(next!.data.rows.map(({ trial }: { trial: number }) => trial)).toEqual([2]);
    const [again] = (await listen({}, `&after=${first!.id}`)).filter(({ event }) => event === 'trials');
    expect(again!.data.rows).toEqual(next!.data.rows);
  });

  it('are batched, however fast the study is', async () => {
    const { url, say } = await start();
    const told = eventsOf(`${url}v1/events?study=net`, ({ data, event }) => event === 'trials' && data.position === 1 + 4 * 200);
    await sleep(150);
    const since = performance.now();
    for (let trial = 1; trial <= 200; trial++) await say(...finished(trial, 1 / trial));
    const events = (await told).filter(({ event }) => event === 'trials');
    expect(events.length).toBeLessThanOrEqual(2 + (performance.now() - since) / 100);
  });

  it('send many trials in several messages, and only the last one marks a position to resume from', async () => {
    const { url, say } = await start();
    const facts = Array.from({ length: 4500 }, (_, i) => finished(i + 1, 1 / (i + 1)).filter(({ type }) => type !== 'reported')).flat();
    await say(...facts);
    const events = await eventsOf(`${url}v1/events?study=net`, ({ event, data }) => event === 'trials' && !data.more);
    const told = events.filter(({ event }) => event === 'trials');
    expect(told.map(({ id }) => id)).toEqual([undefined, undefined, `${1 + facts.length}`]);
    expect(told.flatMap(({ data }) => data.rows)).toHaveLength(4500);
  });
});

describe('a trial', () => {
  it('has its facts in order, with the rejected ones', async () => {
    const { url, say } = await start();
    await say(
      ...finished(1, 0.5),
      ...finished(2, 0.4),
      { type: 'completed', trial: 1, run: 'r1', values: { loss: 9 } },
      { type: 'retracted', trial: 1 },
    );
    const facts = JSON.parse((await request(`${url}v1/studies/net/trials/1/log`)).text);
    expect(facts.map(({ fact }: { fact: { type: string } }) => fact.type)).toEqual([
      'suggested',
      'started',
      'reported',
      'completed',
      'completed',
      'retracted',
    ]);
    expect((await request(`${url}v1/studies/net/trials/7/log`)).status).toBe(404);
    expect((await request(`${url}v1/studies/none/trials/1/log`)).status).toBe(404);
  });

  it('is explained by recomputing its suggestion', async () => {
    const { url, say } = await start();
    await say(...finished(1, 0.5), ...finished(2, 0.4), ...finished(3, 0.3), ...finished(4, 0.2));
    await say({ type: 'suggested', trial: 5, attempt: 1, by: 'random', params: { lr: 0.001, layers: 3, kind: 'tanh' }, after: 17 });
    const why = JSON.parse((await request(`${url}v1/studies/net/trials/5/why`)).text);
    expect(why).toMatchObject({ trial: 5, by: 'random', phases: { random: 'sequence.drawing' }, results: { random: 4 } });
    expect(why.recomputed).toMatchObject({ field: 'params.lr', logged: 0.001 });
  });

  it('is not recomputed if other decisions made it', async () => {
    const { url, say } = await start();
    await say({
      type: 'suggested',
      trial: 1,
      attempt: 1,
      by: 'random',
      params: { lr: 0.001, layers: 3, kind: 'tanh' },
      after: 1,
      decisions: 2,
    });
    const why = JSON.parse((await request(`${url}v1/studies/net/trials/1/why`)).text);
    expect(why.recomputed).toBeUndefined();
    expect(why.impossible).toContain('version 2 of the decisions');
  });
});

describe('metrics', () => {
  it('count the facts of the log', async () => {
    const { url, say } = await start();
    await say(...finished(1, 0.5), ...finished(2, 0.4), { type: 'completed', trial: 2, run: 'r2', values: { loss: 9 } });
    await say({ type: 'suggested', trial: 3, attempt: 1, by: 'random', params: { lr: 0.001, layers: 3, kind: 'tanh' }, after: 10 });
    const { text, headers } = await request(`${url}metrics`);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    for (const line of [
      'hypertide_facts_total{study="net",kind="completed"} 2',
      'hypertide_suggestions_total{study="net",by="random"} 3',
      'hypertide_rejected_total{study="net",code="ended"} 1',
      'hypertide_open_trials{study="net"} 1',
      'hypertide_ask_seconds_count{study="net"} 1',
    ])
      expect(text).toContain(line);
    expect((await request(`${url}healthz`)).text).toBe('ok');
  });
});

describe('a moment', () => {
  it('is replayed from the log, and again when the strategy changes', async () => {
    const { url, say } = await start();
    const moment = async (query = '') => JSON.parse((await request(`${url}v1/studies/net/moment${query}`)).text) as Moment;
    await say(...finished(1, 0.5));
    const first = await moment();
    expect(first.machines).toMatchObject([
      { path: 'random', chart: { id: 'sequence', initial: 'drawing', states: { drawing: { exhausted: 'spent' }, spent: 'final' } } },
    ]);
    await say({ type: 'changed', strategy: { chain: [{ percentileStop: { warmup: 3 } }, { ga: { population: 4 } }] } });
    const next = await moment();
    expect(next.position).toBeGreaterThan(first.position);
    expect(next.news.find(({ path }) => path.endsWith('ga'))!.phase).toBe('founding');
    expect(next.machines.find(({ path }) => path.endsWith('percentileStop'))!.chart.id).toBe('answering');
    expect(await moment(`?at=${first.position}`)).toEqual(first);
  });

  it('is refused if the strategy is code, and the next study is replayed', async () => {
    const { url, studies, say } = await start();
    const code = defineStrategy({ name: 'code', init: () => undefined, tell: () => undefined, ask: () => undefined });
    const log = memoryLog();
    await log.append(createdOf(space({ x: float(0, 1) }), code, { study: 'coded' }));
    studies.show('coded', processSource('memory', log, (await applied(log)).submit));
    const refused = await request(`${url}v1/studies/coded/moment`);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      409,
      { code: 'out-of-place', error: expect.stringContaining('code') },
    ]);
    await say(...finished(1, 0.5));
    expect((await request(`${url}v1/studies/net/moment`)).status).toBe(200);
  });
});
