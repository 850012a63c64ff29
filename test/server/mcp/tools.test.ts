import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toolIds, toolOf } from '../../../src/server/mcp/tools.ts';
import { digits, open, type server, type tokens, users } from '../support.ts';

type Server = Awaited<ReturnType<typeof server>>;

/** A client of the SDK, which calls tools and reads their answers. */
async function connect(at: Server, user?: keyof typeof tokens) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: user ? at.as(user) : {} };
  await client.connect(new StreamableHTTPClientTransport(new URL('mcp', at.url), { requestInit }));
  onTestFinished(() => client.close());
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { content, isError = false } = await client.callTool({ name, arguments: args });
    const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const data = isError ? undefined : JSON.parse(text);
    return { isError, text, data };
  };
  return { client, call };
}

const study = 'digits';

describe('an agent', () => {
  it('creates a study, enqueues, cancels a suggestion and closes the study, in its own name', async () => {
    const at = await open({}, digits, { atMost: { parallel: 8 } });
    const { call } = await connect(at);
    expect((await call('create_study', { ...digits, name: 'own', trials: 9 })).data).toMatchObject({ study: 'own', limit: 9 });
    expect((await call('create_study', { ...digits, name: 'wide', parallel: 9 })).text).toContain('at most 8');
    await call('enqueue', { study, params: { lr: 0.01, units: 8 } });
    expect((await call('ask', { study })).data).toMatchObject({ params: { lr: 0.01, units: 8 } });
    expect((await call('cancel', { study, trial: 1 })).data).toMatchObject({ fact: { type: 'cancelled' } });
    await call('close', { study });
    const by: unknown[] = [];
    for await (const entries of at.hosted.log.read(1)) {
      for (const { fact, author } of entries) by.push([(fact as { type: string }).type, author ?? (fact as { user?: string }).user]);
      if (by.length >= 7) break;
    }
    expect(by.slice(2)).toEqual([
      ['enqueued', 'agent'],
      ['suggested', undefined],
      ['started', 'agent'],
      ['cancelled', 'agent'],
      ['closed', 'agent'],
    ]);
  });

  it('can make dry runs', async () => {
    const at = await open();
    const { call } = await connect(at);
    const head = await at.hosted.log.head();
    const dry = { study, dry_run: true };
    expect((await call('close', dry)).data).toMatchObject({ dry_run: true, fact: { type: 'closed', reason: 'person' } });
    expect((await call('enqueue', { ...dry, params: { lr: 0.01 } })).data).toMatchObject({ fact: { type: 'enqueued' } });
    expect((await call('change', { ...dry, more: 5 })).data).toMatchObject({ fact: { limits: { trials: 10 } } });
    expect((await call('ask', dry)).data).toEqual({ dry_run: true, open: 0, parallel: 2 });
    expect(await call('enqueue', { ...dry, params: { lr: 7 } })).toMatchObject({ isError: true });
    expect(await call('tell', { ...dry, trial: 1, run: 'r', values: { loss: 1 } })).toMatchObject({ isError: true });
    expect((await call('create_study', { ...digits, name: 'own', dry_run: true })).data).toMatchObject({ creates: { study: 'own' } });
    expect(await at.hosted.log.head()).toBe(head);
    expect((await call('list_studies')).data).toHaveLength(1);
  });

  it('reads resources, and is notified when they change', async () => {
    const at = await open();
    const { client, call } = await connect(at);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain('hypertide://studies/digits/best');
    const uri = 'hypertide://studies/digits/state';
    const { contents } = await client.readResource({ uri });
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ study, trials: 0 });
    const changed = new Promise((resolve) =>
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
    );
    await client.listen({ resourceSubscriptions: [uri] });
    await call('ask', { study });
    expect(await changed).toBe(uri);
  });
});

describe('a request of an agent', () => {
  it('writes no other fields into the log', async () => {
    const at = await open();
    const { call } = await connect(at);
    const { run } = (await call('ask', { study })).data;
    const told = { study, trial: 1, run, values: { loss: 1 } };
    expect((await call('tell', { ...told, junk: 'x'.repeat(100_000) })).text).toContain('junk: there is no such field');
    await call('tell', told);
    const text = readFileSync(join(at.directory, 'digits.jsonl'), 'utf8');
    expect(text).toContain('"completed"');
    expect(text).not.toContain('junk');
    const large = await call('enqueue', { study, params: { lr: 0.01, note: 'x'.repeat(2 ** 20) } });
    expect(large).toMatchObject({ isError: true, text: expect.stringContaining('too-large: ') });
  });

  it('is answered without internal errors of the server', async () => {
    const at = await open();
    const { call } = await connect(at);
    at.hosted.status = () => {
      throw new Error('no space left at /secret');
    };
    expect(await call('best', { study })).toMatchObject({ isError: true, text: 'internal: the server failed; its output says why' });
    expect(await at.get('studies/digits/best')).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(at.warnings).toEqual(Array(2).fill('a request failed: no space left at /secret'));
  });
});

describe('an agent with a token', () => {
  it('has an allowance of trials', async () => {
    const at = await open({ users });
    const { call } = await connect(at, 'agent');
    const first = (await call('ask', { study })).data;
    await call('tell', { study, trial: 1, run: first.run, values: { loss: 1 } });
    await call('enqueue', { study, params: {} });
    const used = { isError: true, text: 'allowance: agent has used its allowance of 2 trials' };
    expect(await call('ask', { study })).toMatchObject(used);
    expect(await call('enqueue', { study, params: {} })).toMatchObject(used);
    expect(await call('enqueue', { study, params: {}, dry_run: true })).toMatchObject(used);
    const others = { isError: true, text: 'allowance: agent has an allowance, so it cannot create or change studies' };
    expect(await call('create_study', { ...digits, name: 'own' })).toMatchObject(others);
    expect(await call('change', { study, more: 5 })).toMatchObject(others);
    expect(await call('close', { study })).toMatchObject({ isError: false });
  });

  it('with dry runs only changes nothing', async () => {
    const at = await open({ users });
    const { call } = await connect(at, 'dry');
    const head = await at.hosted.log.head();
    expect((await call('close', { study })).data).toMatchObject({ dry_run: true });
    expect((await call('ask', { study })).data).toMatchObject({ dry_run: true });
    expect(await at.hosted.log.head()).toBe(head);
  });

  it('of another role has the tools of that role', async () => {
    const at = await open({ users });
    const names = async (user: keyof typeof tokens) => (await (await connect(at, user)).client.listTools()).tools.map(({ name }) => name);
    expect(await names('w1')).toEqual(['ask', 'report', 'heartbeat', 'tell', 'stopped', 'fail', 'list_studies', 'get_study']);
    expect(await names('board')).not.toContain('close');
    expect(await names('ada')).not.toContain('ask');
    await expect(connect(at)).rejects.toThrow();
  });
});

describe('each tool', () => {
  it('answers in short unless asked for all', async () => {
    const at = await open({}, { ...digits, trials: 20, strategy: 'tpe' });
    const { client, call } = await connect(at);
    const { tools } = await client.listTools();
    const check = async (name: string, args: Record<string, unknown> = {}) => {
      const { data, text, isError } = await call(name, name === 'list_studies' ? args : { study, ...args });
      expect(isError, text).toBe(false);
      return { data, size: text.length };
    };
    for (let trial = 1; trial <= 12; trial++) {
      const { run, params } = (await check('ask')).data;
      await check('report', { trial, run, step: 1, values: { loss: 1 } });
      await check('tell', { trial, run, values: { loss: Math.log(params.lr) ** 2 + params.units } });
    }
    for (const name of ['list_studies', 'get_study', 'best', 'front', 'list_trials', 'importance', 'list_trainers', 'recommend']) {
      const { size } = await check(name);
      if (!Object.hasOwn(tools.find((tool) => tool.name === name)!.inputSchema.properties!, 'detail')) continue;
      const full = await check(name, name === 'list_studies' ? {} : { detail: 'full' });
      expect(full.size, name).toBeGreaterThanOrEqual(size);
    }
    await check('get_trial', { trial: 2 });
    await check('why', { trial: 2 });
    await check('enqueue', { params: { lr: 0.01 } });
    await check('enqueue', { params: { lr: 0.02 }, dry_run: true });
    await check('ask', { dry_run: true });
    await check('close');
    expect((await check('ask')).data).toEqual({ next: 'over', reason: 'person' });
    expect((await check('importance')).size).toBeLessThan(1000);
    const { trials } = (await check('list_trials')).data;
    for (const left of ['suggestedAt', 'tags', 'run']) {
      expect(trials[0]).not.toHaveProperty(left);
      expect((await check('list_trials', { detail: 'full' })).data.trials[0]).toHaveProperty(left);
    }
  });

  it('takes little of the context of an agent', async () => {
    const sizeFor = async (at: Server, user?: keyof typeof tokens) =>
      JSON.stringify((await (await connect(at, user)).client.listTools()).tools).length;
    const all = await sizeFor(await open());
    const ofTrials = await sizeFor(await open({ users }), 'w1');
    expect(all).toBeLessThan(25_000);
    expect(ofTrials).toBeLessThan(9_100); // a trainer has the tools of trials alone
  });

  it('of a study shows an example that it creates', async () => {
    const { client, call } = await connect(await open());
    const { tools } = await client.listTools();
    const [example] = /\{.*\}(?=\. )/.exec(tools.find(({ name }) => name === 'create_study')!.description!)!;
    expect((await call('create_study', { ...JSON.parse(example), name: 'second' })).data).toMatchObject({
      study: 'second',
      created: { limits: { trials: 60 } },
    });
  });

  it('names all mistakes', async () => {
    const { call } = await connect(await open());
    const { text } = await call('tell', { study: 7, trial: 0, stderrr: { loss: 1 } });
    for (const mistake of ['run is missing', 'study must be', 'trial must be', 'stderrr: there is no such field'])
      expect(text).toContain(mistake);
    const enqueued = await call('enqueue', { study, params: { lr: 7, unitz: 8, units: 900 } });
    for (const mistake of ['lr: expected', 'unitz: expected', 'units: expected']) expect(enqueued.text).toContain(mistake);
  });

  it('describes what it does, and whether it can be undone', async () => {
    const { client } = await connect(await open());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(toolIds.map(toolOf));
    const [, named] = /\n## Tools\n\n([\s\S]+?)\n\n/.exec(readFileSync('docs/guides/agents.md', 'utf8'))!;
    expect([...named!.matchAll(/`(\w+)`/g)].map(([, name]) => name!).sort()).toEqual(tools.map(({ name }) => name).sort());
    for (const { description, inputSchema } of tools) {
      expect(description!.length).toBeGreaterThan(60); // what follows, and what comes next
      expect(description).toMatch(/\.$/);
      for (const schema of Object.values(inputSchema.properties ?? {})) expect(schema).toHaveProperty('description');
    }
    const destructive = tools.filter(({ annotations }) => annotations?.destructiveHint).map(({ name }) => name);
    expect(destructive).toEqual(['retract', 'cancel', 'change', 'close']);
    expect(tools.filter(({ annotations }) => annotations?.readOnlyHint)).toHaveLength(11);
  });

  it('answers bad input with a clear error', async () => {
    const at = await open();
    const { client, call } = await connect(at);
    const { tools } = await client.listTools();
    const head = await at.hosted.log.head();
    for (const { name, inputSchema } of tools) {
      const wrong = Object.fromEntries((inputSchema.required ?? []).map((field) => [field, field === 'study' ? 'none' : {}]));
      if (Object.keys(wrong).length === 0) continue;
      const answer = await call(name, wrong);
      expect(answer.isError, name).toBe(true);
      expect(answer.text, name).toMatch(/must be|there is no|expected/);
      const missing = await call(name, {});
      expect(missing, name).toMatchObject({ isError: true, text: expect.stringMatching(/is missing/) });
    }
    expect(await at.hosted.log.head()).toBe(head);
  });
});
