/**
 * An agent works on a study by the Model Context Protocol, over any transport: here over one in memory, to a client as agents have it. It may cause five
 * trials.
 */
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { createStudy, float, random, space } from 'hypertide';
import { studiesMcp } from 'hypertide/mcp';

const study = createStudy(space({ lr: float(1e-4, 1e-1, { log: true }) }), { study: 'digits', strategy: random(), trials: 20, lease: 60 });
const [ours, theirs] = InMemoryTransport.createLinkedPair();
await studiesMcp({ digits: study }, { user: { name: 'claude', role: 'agent', trials: 5 } }).connect(ours);

const agent = new Client({ name: 'example', version: '1' });
await agent.connect(theirs);
const { tools } = await agent.listTools();
console.log(
  `${tools.length} tools, such as ${tools
    .slice(0, 4)
    .map(({ name }) => name)
    .join(', ')}`,
);

async function call(name: string, args: object = {}): Promise<string> {
  const { content } = await agent.callTool({ name, arguments: { study: 'digits', ...args } });
  const [first] = content as readonly { readonly text: string }[];
  return first!.text;
}
for (let i = 0; i < 5; i++) {
  const { trial, run, params } = JSON.parse(await call('ask'));
  await call('tell', { trial, run, values: { value: Math.abs(Math.log10(params.lr) + 2) } });
}
console.log('the best trial:', JSON.parse(await call('best')).params);
console.log('one more:', await call('ask'));
await agent.close();
await study.close();
