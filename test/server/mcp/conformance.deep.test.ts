import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { directory } from '../../cli/support.ts';
import { server } from '../support.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const suite = `${root}node_modules/@modelcontextprotocol/conformance/dist/index.js`;

/** The scenarios that apply to this server. */
const apply = ['server-initialize', 'ping', 'tools-list', 'resources-list', 'server-sse-multiple-streams', 'dns-rebinding-protection'];

/** The others call tools, read resources or get prompts by names that only the example server of the suite has, such as the tool `test_simple_text`. */
const doNotApply = [
  /^tools-call-/, // tools `test_*`
  /^elicitation-/, // the same, with questions to the user, which hypertide does not ask
  /^resources-(read|templates|subscribe|unsubscribe)/, // resources `test://*`
  /^prompts-/, // hypertide has no prompts
  /^(logging-set-level|completion-complete)$/, // capabilities that hypertide does not announce
];

it('passes the applicable scenarios of the conformance suite of the Model Context Protocol', async () => {
  const at = await server();
  const run = spawn(process.execPath, [suite, 'server', '--url', `${at.url}mcp`], {
    cwd: directory(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(run.stdout);
  await at.close();
  const lines = stripVTControlCharacters(said).matchAll(/^[✓✗] ([\w-]+): \d+ passed, (\d+) failed/gm);
  const failed = new Map([...lines].map(([, name, count]) => [name!, Number(count)]));
  expect([...failed.keys()].filter((name) => !doNotApply.some((pattern) => pattern.test(name))).toSorted()).toEqual(apply.toSorted());
  expect(apply.filter((name) => failed.get(name) !== 0)).toEqual([]);
});
