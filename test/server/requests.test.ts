import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { StrategyError } from '../../src/errors.ts';
import { operationIds } from '../../src/server/routes.ts';
import { operations } from '../../src/server/serverOperations.ts';
import { openStream, openStreams } from '../support/eventStream.ts';
import { eventually } from '../support/eventually.ts';
import { digits, open, sendTo, users } from './support.ts';

describe('over HTTP', () => {
  it('says which trials are best, which to deploy, and why', async () => {
    const { get, post } = await open();
    expect((await get('studies/digits/recommend')).body).toBeNull();
    for (const loss of [2, 1, 1]) {
      const { trial, run } = (await post('studies/digits/ask')).body as { trial: number; run: string };
      await post(`studies/digits/trials/${trial}/tell`, { run, values: { loss } });
    }
    expect((await get('studies/digits/front')).body).toMatchObject([{ trial: 2 }, { trial: 3 }]);
    expect((await get('studies/digits/recommend')).body).toMatchObject({ trial: 2 });
    const { text } = (await get('studies/digits/trials/2/why')).body as { text: string[] };
    expect(text[0]).toMatch(/^trial 2 was suggested by random: /);
    expect(text.at(-1)).toBe('recomputed from the log: the suggestion is the same');
  });

  it('the list of studies shows that one has failed, and clients only see errors that they can correct', async () => {
    const { directory, get, hosted, warnings } = await open();
    expect((await get('studies')).body[0]).not.toHaveProperty('error');
    hosted.failure = { error: new Error(`${directory}: the disk is gone`) };
    expect((await get('studies')).body).toMatchObject([{ study: 'digits', error: 'the server failed; its output says why' }]);
    hosted.failure = { error: new StrategyError('grid: all of it is tried') };
    expect((await get('studies')).body).toMatchObject([{ study: 'digits', error: 'grid: all of it is tried' }]);
    expect(warnings).toEqual([]);
  });

  it('a request gives no study more trials, or more at once, than the server accepts', async () => {
    const { get, post } = await open({}, digits, { atMost: { parallel: 8, trials: 100 } });
    const refused = { status: 409, body: { code: 'allowance' } };
    const { trials: _, ...endless } = digits;
    for (const wanted of [{ ...digits, parallel: 9 }, { ...digits, trials: 101 }, endless])
      expect(await post('studies', { ...wanted, name: 'wide' })).toMatchObject(refused);
    expect(await post('studies', { ...digits, name: 'wide', parallel: 8, trials: 100 })).toMatchObject({ status: 200 });
    expect(await post('studies/wide/change', { parallel: 9 })).toMatchObject(refused);
    expect(await post('studies/wide/change', { more: 1 })).toMatchObject(refused);
    expect(await post('studies/wide/change', { parallel: 7 })).toMatchObject({ status: 200 });
    expect((await get('studies')).body).toHaveLength(2);
  });

  it('lists trials in pages', async () => {
    const { get, post } = await open();
    const first = (await post('studies/digits/ask', { trainer: 'curl' })).body;
    await post('studies/digits/trials/1/tell', { run: first.run, values: { loss: 1 } });
    await post('studies/digits/ask');
    const page = (await get('studies/digits/trials?limit=1')).body;
    expect(page).toMatchObject({ trials: [{ trial: 1, status: 'completed', trainer: 'curl' }], next: 1 });
    expect((await get(`studies/digits/trials?after=${page.next}`)).body).toMatchObject({ trials: [{ trial: 2, status: 'open' }] });
    expect((await get('studies/digits/trials?after=2')).body).toEqual({ trials: [] });
    expect((await get('studies/digits/trials?status=failed')).body).toEqual({ trials: [] });
    expect((await get('studies/digits/trials/2')).body).toMatchObject({ trial: 2, running: true });
    expect(await get('studies/digits/trials?status=lost')).toMatchObject({ status: 400, body: { code: 'bad-field' } });
  });

  it('a command without fields needs no body, and a heartbeat says that a trial stops', async () => {
    const { get, post, url } = await open();
    const { body } = await post('studies/digits/ask');
    await post('studies/digits/trials/1/tell', { run: body.run, values: { loss: 1 } });
    const { run } = (await post('studies/digits/ask')).body;
    const beat = async () => (await post('studies/digits/trials/2/heartbeat', { run })).body;
    expect(await beat()).toEqual({ stop: false });
    for (const path of ['trials/1/retract', 'close'])
      expect(await sendTo(`${url}v1/studies/digits/${path}`, { method: 'POST' })).toMatchObject({ status: 200 });
    expect(await beat()).toMatchObject({ stop: true, by: 'closed' });
    expect((await get('studies/digits/trials/1')).body).toMatchObject({ status: 'retracted' });
    expect((await get('studies/digits')).body).toMatchObject({ closed: 'person' });
  });

  it('a study is created, found on its disk, and created once', async () => {
    const { directory, get, post } = await open();
    const made = await post('studies', { ...digits, name: 'other', trials: 1 });
    expect(made).toMatchObject({ status: 200, body: { study: 'other', limit: 1 } });
    expect((await post('studies/other/ask')).body).toMatchObject({ next: 'trial' });
    expect(readFileSync(`${directory}/other.jsonl`, 'utf8')).toContain('"type":"started"');
    expect(await post('studies', { ...digits, name: 'other' })).toMatchObject({ status: 409, body: { code: 'study-exists' } });
    expect(await post('studies', { ...digits, name: '../other' })).toMatchObject({ status: 400, body: { code: 'invalid-option' } });
    expect(await post('studies', { ...digits, name: 'third', strategy: 'tpee' })).toMatchObject({ status: 400 });
    expect((await get('studies')).body).toHaveLength(2);
  });

  it('a study is created only if a log can hold it and no worker runs what it says', async () => {
    const { directory, post } = await open();
    for (const wrong of [{ seed: 's'.repeat(300) }, { objective: `minimize ${'o'.repeat(300)}` }]) {
      expect(await post('studies', { ...digits, name: 'other', ...wrong })).toMatchObject({ status: 400, body: { code: 'bad-field' } });
      expect(existsSync(`${directory}/other.jsonl`)).toBe(false);
    }
    for (const program of [{ command: 'rm -rf /' }, { timeLimit: 5 }, { atTimeLimit: 'fail' }])
      expect(await post('studies', { ...digits, name: 'other', ...program })).toMatchObject({ status: 400, body: { code: 'usage' } });
  });

  it('the log is read from a position, and followed', async () => {
    const { get, post, url } = await open();
    await post('studies/digits/ask');
    const facts = (await get('studies/digits/log?after=2')).body;
    expect(facts.map(({ position, fact }: { position: number; fact: { type: string } }) => [position, fact.type])).toEqual([
      [3, 'suggested'],
      [4, 'started'],
    ]);
    const following = await fetch(`${url}v1/studies/digits/log`, { headers: { Accept: 'text/event-stream', 'Last-Event-ID': '3' } });
    expect(following.headers.get('content-type')).toContain('text/event-stream');
    const reader = following.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (part: string) => {
      while (!text.includes(part)) text += (await reader.read()).value ?? '';
    };
    await until('"started"');
    expect(text).toMatch(/^id: 4\ndata: \{"position":4,/);
    await post('studies/digits/enqueue', { params: {} });
    await until('"enqueued"');
    await reader.cancel();
  });

  it('the log is not followed after its headers alone', async () => {
    const { hosted, url } = await open();
    const read = vi.spyOn(hosted.log, 'read');
    const { status } = await fetch(`${url}v1/studies/digits/log`, { method: 'HEAD', headers: { Accept: 'text/event-stream' } });
    expect(status).toBe(200);
    await eventually(() => expect(read.mock.lastCall?.[1]?.aborted).toBe(true));
  });

  it('a user may follow studies and logs as often as in the tabs of browsers, but not without limit', async () => {
    const { url, get, as } = await open({ users });
    const warned = vi.fn();
    process.on('warning', warned);
    const facts = `${url}v1/studies/digits/log`;
    const watched = await openStreams(100, `${url}v1/events?study=digits`, as('board'));
    const streams = [...watched, ...(await openStreams(101, facts, as('board')))];
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
    const refused = streams.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(JSON.parse(refused[0]!.first)).toMatchObject({ code: 'busy', error: expect.stringContaining('board') });
    const other = await openStream(facts, as('ada'));
    expect(other.status).toBe(200);
    expect((await get('studies/digits/log', as('board'))).status).toBe(200);
    for (const { close } of [...streams, other]) close();
    await eventually(async () => {
      const again = await openStream(facts, as('board'));
      again.close();
      expect(again.status).toBe(200);
    });
  });

  it('a repeated request does nothing more', async () => {
    const { hosted, post } = await open();
    const once = { 'Idempotency-Key': 'ask-1' };
    const first = (await post('studies/digits/ask', {}, once)).body;
    expect((await post('studies/digits/ask', {}, once)).body).toEqual(first);
    const told = { run: first.run, values: { loss: 1 } };
    const [one, two] = await Promise.all([1, 2].map(() => post('studies/digits/trials/1/tell', told, { 'Idempotency-Key': 'tell-1' })));
    expect([one!.status, two!.status]).toEqual([200, 200]);
    const head = await hosted.log.head();
    expect(await post('studies/digits/trials/1/tell', told, { 'Idempotency-Key': 'tell-1' })).toMatchObject({ status: 200 });
    expect(await hosted.log.head()).toBe(head);
    expect(await post('studies/digits/trials/1/tell', told)).toMatchObject({ status: 409, body: { code: 'ended' } });
    const reused = await post('studies/digits/close', {}, { 'Idempotency-Key': 'tell-1' });
    expect(reused).toMatchObject({ status: 409, body: { code: 'request-reused' } });
    expect(await post('studies/digits/close', {}, { 'Idempotency-Key': 'x'.repeat(129) })).toMatchObject({ status: 400 });
  });

  it('an ask waits for a trial for its `wait` seconds', async () => {
    const { post } = await open();
    const [first] = [(await post('studies/digits/ask')).body, (await post('studies/digits/ask')).body];
    expect((await post('studies/digits/ask', { wait: 0 })).body).toEqual({ next: 'wait' });
    const waiting = post('studies/digits/ask', { wait: 60 });
    await post('studies/digits/trials/1/fail', { run: first.run });
    expect((await waiting).body).toMatchObject({ next: 'trial', trial: 3 });
  });
});

describe('an invalid request is refused, and changes nothing:', () => {
  const bad: readonly (readonly [what: string, path: string, body: unknown, status: number, code: string])[] = [
    ['a body that is no JSON', 'ask', '{', 400, 'not-json'],
    ['a body that is a list', 'ask', '[]', 400, 'not-json'],
    ['a body that is null', 'ask', 'null', 400, 'not-json'],
    ['a deep body', 'enqueue', `{"params":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`, 400, 'too-deep'],
    ['a very deep body', 'enqueue', `{"params":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, 'too-deep'],
    ['a body of two megabytes', 'enqueue', { params: {}, pad: 'x'.repeat(2 ** 21) }, 413, 'too-large'],
    ['a wait that is too long', 'ask', { wait: 1e9 }, 400, 'bad-field'],
    ['a wait that is text', 'ask', { wait: '1' }, 400, 'bad-field'],
    ['a result without a run', 'trials/1/tell', { values: { loss: 1 } }, 400, 'missing-field'],
    ['a report without values', 'trials/1/report', { run: 'r', step: 1 }, 400, 'missing-field'],
    ['a result of a trial that there is not', 'trials/9/tell', { run: 'r', values: { loss: 1 } }, 404, 'unknown-trial'],
    ['a trial that is no number', 'trials/1e3/tell', { run: 'r', values: { loss: 1 } }, 404, 'unknown-trial'],
    ['a trial 0', 'trials/0/cancel', {}, 404, 'unknown-trial'],
    ['fixed values without a claim', 'ask', { fixed: { lr: 0.01 } }, 400, 'missing-field'],
    ['fixed values that are none', 'ask', { fixed: 3, run: 'r' }, 400, 'bad-field'],
    ['parameters that are none', 'match', { parameters: 3 }, 400, 'bad-field'],
    ['a parameter that is none', 'match', { parameters: { lr: 3 } }, 400, 'invalid-space'],
    ['a reason that there is not', 'trials/1/fail', { run: 'r', reason: 'boredom' }, 400, 'bad-field'],
  ];

  it.each(bad)('%s', async (_, path, body, status, code) => {
    const { hosted, post } = await open();
    const before = await hosted.log.head();
    const refused = await post(`studies/digits/${path}`, body);
    expect(refused).toMatchObject({ status, body: { code } });
    expect(refused.body.error.length).toBeLessThan(10_000);
    if (status !== 404) expect(await hosted.log.head()).toBe(before);
  });

  it('a study that does not exist, in each request', async () => {
    const { get, post } = await open();
    for (const id of operationIds) {
      const { method, input, consumes } = operations[id];
      const { required = [] } = input ?? {};
      if (!operations[id].path.includes('{study}')) continue;
      const place = operations[id].path.replace('/v1/', '').replace('{study}', 'none').replace('{trial}', '1').replace('{file}', 'a.txt');
      const fields: Record<string, unknown> = { run: 'r', step: 1, values: {}, params: {}, proposer: 'x', trainer: 'w', to: 'pause' };
      const needed = Object.fromEntries(required.map((name) => [name, fields[name]]));
      const type = consumes === undefined ? undefined : { 'Content-Type': consumes };
      const answer =
        method === 'get' ? await get(`${place}?${required.map((name) => `${name}=x`).join('&')}`) : await post(place, needed, type);
      expect(answer, id).toMatchObject({ status: 404, body: { code: 'unknown-study' } });
    }
  });

  it.each(['author', 'user', 'request', 'at', 'sum', 'trial', 'type', '__proto__'])(
    'the field %s, which the interface does not have',
    async (name) => {
      const { hosted, post } = await open();
      const { body } = await post('studies/digits/ask');
      const head = await hosted.log.head();
      const fields = JSON.parse(`{"run": "${body.run}", "values": {"loss": 1}, "${name}": "x"}`);
      expect(await post('studies/digits/trials/1/tell', fields)).toMatchObject({ status: 400, body: { code: 'bad-field' } });
      expect(await hosted.log.head()).toBe(head);
    },
  );

  it('a misspelt field, and claims no trial', async () => {
    const { hosted, get, post } = await open();
    expect(await post('studies/digits/ask', { rum: 'x' })).toMatchObject({
      status: 400,
      body: { error: 'rum: there is no such field; the request has wait, run, trainer, fixed; did you mean run?' },
    });
    expect(await get('studies/digits/trials?limt=3')).toMatchObject({ status: 400, body: { code: 'bad-field' } });
    expect(hosted.ledger.open.size).toBe(0);
  });

  it('a result without its objective, and writes nothing', async () => {
    const { hosted, post } = await open();
    const { body } = await post('studies/digits/ask');
    const head = await hosted.log.head();
    for (const [verb, more] of [
      ['tell', {}],
      ['tell', { values: undefined }],
      ['report', { step: 1 }],
    ] as const)
      expect(await post(`studies/digits/trials/1/${verb}`, { run: body.run, values: { los: 0.5 }, ...more })).toMatchObject({
        status: 400,
        body: { code: 'missing-field', error: expect.stringMatching(/^values.loss is missing; got (los|none)$/) },
      });
    expect(await hosted.log.head()).toBe(head);
  });

  it('a route that does not exist, and a body without a length', async () => {
    const { get, url } = await open();
    expect(await get('nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    expect(await sendTo(`${url}v1/studies/digits/ask`, { method: 'POST', text: '{}', headers })).toMatchObject({ status: 413 });
    const form = { 'Content-Type': 'text/plain' };
    for (const text of ['{}', undefined])
      expect(await sendTo(`${url}v1/studies/digits/ask`, { method: 'POST', text, headers: form })).toMatchObject({ status: 400 });
    expect(await sendTo(`${url}v1/studies/digits/ask`, { method: 'POST', text: '{}' })).toMatchObject({ status: 400 });
  });
});
