import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRight, passages, questions, retrieve, unseen } from '../../examples/prompts/questions.ts';

const [question] = questions;
const params = { instruction: 'brief', passages: 3, temperature: 0 } as const;
const { signal } = new AbortController();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

describe('the questions', () => {
  it('are different, and their answers stand in the handbook', () => {
    const all = [...questions, ...unseen];
    expect([questions.length, unseen.length, new Set(all.map(({ text }) => text)).size]).toEqual([60, 20, 80]);
    expect(all.filter(({ passage, answer }) => !passages.includes(passage) || answer === '')).toEqual([]);
  });

  it('find more of their passages, the more are retrieved', () => {
    const found = (count: number) => questions.filter(({ text, passage }) => retrieve(text, count).includes(passage)).length;
    expect(retrieve(question!.text, 4)).toHaveLength(4);
    expect(found(1)).toBeLessThan(found(4));
    expect(found(passages.length)).toBe(questions.length);
  });

  it.each([
    ['5:12', true],
    ['Answer: 5:12.', true],
    ['It stands in the first passage.\n5:12\n', true],
    ['5:13', false],
    ['It leaves at 5:12.', false],
    ['', false],
  ])('are answered by exact match of the last line: %j', (reply, right) => expect(isRight(reply, question!)).toBe(right));
});

/** An endpoint like OpenAI's, which remembers what it was sent. */
async function endpoint(status: number, reply: object) {
  const requests: { readonly path?: string | undefined; readonly key?: string | undefined; readonly body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    requests.push({ path: request.url, key: request.headers.authorization, body });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('OPENAI_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`);
  vi.stubEnv('OPENAI_API_KEY', 'secret');
  vi.resetModules(); // the models depend on the environment
  const { answer } = await import('../../examples/prompts/answer.ts');
  onTestFinished(() => void server.close());
  return { requests, answer };
}

describe('an endpoint', () => {
  it('is asked the question with passages, and its tokens are counted', async () => {
    const choices = [{ message: { role: 'assistant', content: '5:12' } }];
    const { answer, requests } = await endpoint(200, { choices, usage: { prompt_tokens: 200, completion_tokens: 5 } });
    const { score, usd, seconds } = await answer({ model: 'gpt-4.1-mini', ...params }, question!, { signal });
    expect(score).toBe(1);
    expect(usd).toBeCloseTo((200 * 0.4 + 5 * 1.6) / 1e6, 12);
    expect(seconds).toBeGreaterThan(0);
    const [{ path, key, body }] = requests as [(typeof requests)[0]];
    expect([path, key]).toEqual(['/v1/chat/completions', 'Bearer secret']);
    expect(body).toMatchObject({
      model: 'gpt-4.1-mini',
      temperature: 0,
      messages: [{ role: 'system' }, { role: 'user', content: question!.text }],
    });
    expect(JSON.stringify(body)).toContain(JSON.stringify(question!.passage).slice(1, -1));
  });

  it('that refuses fails the trial, with what it said', async () => {
    const { answer } = await endpoint(429, { error: 'slow down' });
    await expect(answer({ model: 'gpt-4.1-nano', ...params }, question!, { signal })).rejects.toThrow(/429.*slow down/);
  });
});

describe('the stand-in', () => {
  const share = async (model: string, instruction: 'plain' | 'brief', count: number) => {
    const { answer } = await import('../../examples/prompts/answer.ts');
    const results = await Promise.all(questions.map((q) => answer({ model, instruction, passages: count, temperature: 0 }, q, { signal })));
    return results.reduce((sum, { score }) => sum + score, 0) / questions.length;
  };

  it('needs the passage, and an instruction to be brief', async () => {
    expect(await share('stand-in-large', 'plain', 5)).toBe(0);
    expect(await share('stand-in-large', 'brief', 5)).toBeGreaterThan(await share('stand-in-large', 'brief', 1));
    expect(await share('stand-in-small', 'brief', 12)).toBeLessThan(await share('stand-in-small', 'brief', 3));
  });
});
