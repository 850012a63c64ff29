import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, it } from 'vitest';
import { directory, hypertide, journalOf } from '../../cli/support.ts';
import { command } from '../../support/command.ts';
import { digits } from '../support.ts';

/** An agent on a server that it starts. @param mode the protocol before or since 2026 */
async function agent(place: string, mode: 'legacy' | 'auto', ...options: readonly string[]) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const [program, ...args] = [...command, 'server', 'mcp', ...options] as const;
  await client.connect(new StdioClientTransport({ command: program, args, cwd: place, stderr: 'ignore' }));
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    return isError ? text : JSON.parse(text);
  };
  return { client, call };
}

it.each(['legacy', 'auto'] as const)('an agent creates and runs a study over standard input, and continues it later (%s)', async (mode) => {
  const place = directory();
  const first = await agent(place, mode, '--name', 'ada');
  const uri = 'hypertide://studies/digits/best';
  const changed = new Promise((resolve) =>
    first.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      if (params.uri === uri) resolve(uri);
    }),
  );
  await first.call('create_study', { ...digits });
  if (first.client.getProtocolEra() === 'modern') await first.client.listen({ resourceSubscriptions: [uri] });
  else await first.client.subscribeResource({ uri });
  const study = 'digits';
  const asked = await first.call('ask', { study, run: 'mine' });
  await changed;
  await first.client.close();
  const { call, client } = await agent(place, mode, '--name', 'ada');
  expect(await call('ask', { study, run: 'mine' })).toEqual(asked);
  for (let trial = 1; trial <= 5; trial++) {
    const { run } = trial === 1 ? asked : await call('ask', { study });
    await call('tell', { study, trial, run, values: { loss: 1 / trial } });
  }
  expect(await call('best', { study })).toMatchObject({ trial: 5, trainer: 'ada' });
  await client.close();
  const lines = journalOf(join(place, 'studies'), 'digits.jsonl');
  expect(lines.filter(({ type, author }) => type === 'completed' && author === 'ada')).toHaveLength(5);
  expect((await hypertide(place, 'verify', 'studies/digits.jsonl')).code).toBe(0);
});
