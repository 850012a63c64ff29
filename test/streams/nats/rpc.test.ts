import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import { past } from '../../../streams/log/past.ts';
import { natsLog, trainer } from '../../../streams/nats/index.ts';
import { natsServer } from '../../support/nats.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { type At, engineOn, factsOf, fresh, handOn, isFact } from './world.ts';

const server = natsOfTests();

const square = ({ x }: At) => x * x;

const hand = (study: string, name?: string) => handOn(server, study, name);

describe('an engine', () => {
  it('refuses requests that it does not know, and to close a study that is closed', async () => {
    const study = fresh();
    await using _engine = await engineOn(server, { study, trials: 1 });
    const { ask } = await hand(study);
    await trainer<At>({ nc: await server.connect(), study }, { name: 'w' }, square).done;
    expect(await ask('nothing')).toMatchObject({ ok: false, code: 'unknown-command' });
    // It would only hide why the study has closed.
    expect(await ask('close')).toMatchObject({ ok: false, code: 'closed' });
    expect((await ask('study')).result).toMatchObject({ closed: 'trials' });
  });

  it('lists open trials next to ended ones', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 3, parallel: 3 });
    const { ask, say } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    await say(2, { type: 'started', attempt: 1, run: 'a' });
    await engine.heard.until(isFact('suggested', { trial: 3 }));
    await say(2, { type: 'reported', run: 'a', step: 4, values: { value: 1 } });
    await say(1, { type: 'started', attempt: 1, run: 'b' });
    await say(1, { type: 'completed', run: 'b', values: { value: 1 } });
    await engine.heard.until(isFact('completed'));
    const statuses = async (request: object) =>
      ((await ask('trials', request)).result as { trials: { trial: number; status: string }[] }).trials.map(({ trial, status }) => [
        trial,
        status,
      ]);
    expect(await statuses({ status: 'open' })).toEqual([
      [2, 'open'],
      [3, 'open'],
    ]);
    expect(await statuses({})).toEqual([
      [1, 'completed'],
      [2, 'open'],
      [3, 'open'],
    ]);
    expect(await statuses({ after: 2 })).toEqual([[3, 'open']]);
    expect(await statuses({ status: 'completed' })).toEqual([[1, 'completed']]);
    const { result } = await ask('trials', { after: 1, status: 'open' });
    expect((result as { trials: object[] }).trials[0]).toMatchObject({ by: 'random', step: 4, params: { n: expect.any(Number) } });
  });

  it('sends its log in answers that fit into a message', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2, parallel: 2 });
    const { ask, say } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    const long = '\u20ac'.repeat(5000); // three bytes each
    for (let n = 0; n < 80; n++) await say(1, { type: 'failed', reason: 'error', run: 'unknown', message: long });
    await say(1, 'no JSON');
    await engine.heard.until(({ position }) => position >= 84);
    const entries: Entry[] = [];
    let pages = 0;
    for (let more = true; more; ) {
      const { result } = await ask('log', { after: entries.length });
      entries.push(...(result as Entry[]));
      more = (result as Entry[]).length > 0;
      pages++;
    }
    expect(pages).toBeGreaterThan(2);
    const all: Entry[] = [];
    for await (const batch of past(await natsLog(engine.nc, study), 1)) all.push(...batch);
    expect(entries).toEqual(JSON.parse(JSON.stringify(all)));
    expect(entries.at(-1)).toMatchObject({ author: 'hand', refusal: { code: 'not-json' } });
  });

  it('sends its trials in answers that fit into a message', async () => {
    const study = fresh();
    const trials = 100;
    await using engine = await engineOn(server, { study, trials, parallel: trials });
    const { ask, say } = await hand(study);
    const metrics = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`layer_${i}_norm`, 0.1]));
    for (let trial = 1; trial <= trials; trial++) {
      await engine.heard.until(isFact('suggested', { trial }));
      await say(trial, { type: 'started', attempt: 1, run: 'a' });
      await say(trial, { type: 'completed', run: 'a', values: { value: trial }, metrics });
    }
    await engine.port.finished;
    const seen: number[] = [];
    let pages = 0;
    for (let after: number | undefined = 0; after !== undefined; pages++) {
      const { ok, result } = await ask('trials', { after });
      expect(ok).toBe(true);
      const { trials: page, next } = result as { trials: { trial: number }[]; next?: number };
      seen.push(...page.map(({ trial }) => trial));
      after = next;
    }
    expect(JSON.stringify(metrics).length * trials).toBeGreaterThan(engine.nc.info!.max_payload);
    expect(seen).toEqual(Array.from({ length: trials }, (_, i) => i + 1));
    expect(pages).toBeGreaterThan(2);
  });

  it('reports an answer or a status that is larger than the server takes, and continues', async () => {
    await using small = await natsServer('max_payload: 12000');
    const study = fresh();
    await using engine = await engineOn(small, { study, trials: 3, parallel: 2, maxMessageBytes: 12000 });
    const { ask, say, next } = await handOn(small, study);
    await next();
    const metrics = { ['m'.repeat(11_900)]: 1 }; // fits into a message with the headers, but not with the parameters
    await say(1, { type: 'started', attempt: 1, run: 'a' });
    await say(1, { type: 'completed', run: 'a', values: { value: 0 }, metrics });
    await engine.heard.until(isFact('suggested', { trial: 3 }));
    for (const method of ['study', 'best', 'trials', 'log']) expect(await ask(method)).toMatchObject({ ok: false, code: 'internal' });
    expect(await ask('trials', { after: 1 })).toMatchObject({ ok: true, result: { trials: [{ trial: 2 }, { trial: 3 }] } });
    expect(await ask('log', { after: 6 })).toMatchObject({ ok: true });
  });

  it('switches its strategy on request, and trials in flight keep their origin', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 3, parallel: 2 });
    const { ask, say } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    for (const strategy of [{ chain: ['sobl'] }, { grid: { levels: { nothing: 3 } } }])
      expect(await ask('change', { strategy })).toMatchObject({ ok: false, code: 'invalid-option' });
    expect(await ask('change', { strategy: 'sobol' })).toMatchObject({ ok: true });
    const complete = async (trial: number) => {
      await say(trial, { type: 'started', attempt: 1, run: 'a' });
      await say(trial, { type: 'completed', run: 'a', values: { value: trial } });
    };
    await complete(1);
    await engine.heard.until(isFact('suggested', { trial: 3 }));
    for (const trial of [2, 3]) await complete(trial);
    await engine.port.finished;
    const { result } = await ask('trials');
    expect((result as { trials: { by: string }[] }).trials.map(({ by }) => by)).toEqual(['random', 'random', '#2/sobol']);
  });

  it('closes on request, and stops running trials', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 3 });
    const { ask } = await hand(study);
    const { done } = trainer<At>(
      { nc: await server.connect(), study },
      {},
      (_, { signal }) => new Promise((resolve) => (signal.onabort = () => resolve(1))),
    );
    await engine.heard.until(isFact('started'));
    expect(await ask('close')).toMatchObject({ ok: true });
    await engine.port.finished;
    await done;
    expect((await factsOf(engine.nc, study)).map(({ type }) => type)).toContain('closed');
  });
});
