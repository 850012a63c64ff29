import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digits, sendTo, server, type tokens, users } from '../../../test/server/support.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const attack = casesOf('interface');

type Server = Awaited<ReturnType<typeof server>>;

/** A study with a proposer `oracle`, whose stage is not asked. */
async function open(world: World): Promise<Server> {
  const strategy = { chain: [{ external: { proposer: 'oracle', wait: 600 } }, 'random'] };
  const opened = await server({ users }, { ...digits, strategy, trials: 1000 });
  world.after(opened.close);
  return opened;
}

/** Whether a request changes the study. */
const changes = (send: (at: Server) => Promise<unknown>) => async (world: World) => {
  const at = await open(world);
  const before = await at.hosted.log.head();
  await send(at);
  return (await at.hosted.log.head()) > before;
};

type Name = keyof typeof tokens;

const propose = (at: Server, user: Name | undefined, fields: object = {}) =>
  at.post('studies/digits/propose', { proposer: 'oracle', params: { units: 3 }, ...fields }, user ? at.as(user) : {});
const annotate = (at: Server, user: Name | undefined, fields: object = { note: 'trust me' }) =>
  at.post('studies/digits/annotate', fields, user ? at.as(user) : {});

/** Calls a tool, as a client of the SDK before 2026 does. */
const tool = (at: Server, user: Name, name: string, args: object) => {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...at.as(user) };
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: { study: 'digits', ...args } } });
  return sendTo(`${at.url}mcp`, { method: 'POST', text, headers });
};

/** The user of the last fact in the log. */
const author = (at: Server): unknown =>
  JSON.parse(readFileSync(join(at.directory, 'digits.jsonl'), 'utf8').trim().split('\n').at(-1)!).user;

/** How many of so many different proposals the study accepts. */
async function taken(at: Server, count: number, params: (i: number) => object): Promise<number> {
  let accepted = 0;
  for (let i = 0; i < count; i++) if ((await propose(at, 'ada', { params: params(i) })).status === 200) accepted++;
  return accepted;
}

/** Facts that only an operator or an agent may write. */
const strangers = [
  ['roles', 'w1', 'a trainer'],
  ['roles', 'board', 'a viewer'],
  ['token of a user', undefined, 'someone without a token'],
] as const;

export const proposerAttacks = [
  ...strangers.flatMap(([guard, user, sender]) => [
    attack(
      guard,
      `${sender} proposes`,
      changes((at) => propose(at, user)),
    ),
    attack(
      guard,
      `${sender} annotates the study`,
      changes((at) => annotate(at, user)),
    ),
  ]),
  attack(
    'tools of a role',
    'a trainer proposes by the tool of an agent',
    changes((at) => tool(at, 'w1', 'propose', { proposer: 'oracle', params: { units: 3 } })),
  ),
  attack(
    'tools of a role',
    'a viewer annotates by the tool of an agent',
    changes((at) => tool(at, 'board', 'annotate', { note: 'trust me' })),
  ),
  attack(
    'dry tokens',
    'a dry agent proposes',
    changes((at) => propose(at, 'dry')),
  ),
  attack(
    'dry tokens',
    'a dry agent annotates',
    changes((at) => annotate(at, 'dry')),
  ),
  attack('allowance of trials', 'an agent proposes more than its allowance', async (world) => {
    const at = await open(world);
    const answers = [1, 2, 3, 4].map((units) => () => propose(at, 'agent', { params: { units } }));
    let accepted = 0;
    for (const send of answers) if ((await send()).status === 200) accepted++;
    return accepted > 2;
  }),
  attack('requests under way', 'an agent proposes more than its allowance at the same time', async (world) => {
    const at = await open(world);
    const answers = await Promise.all([1, 2, 3, 4].map((units) => propose(at, 'agent', { params: { units } })));
    return answers.filter(({ status }) => status === 200).length > 2;
  }),
  attack('user of a command', 'a proposal in the name of another operator', async (world) => {
    const at = await open(world);
    for (const more of [{ user: 'boss' }, {}]) await propose(at, 'ada', more);
    return author(at) !== 'ada';
  }),
  attack('user of a command', 'a note in the name of another operator', async (world) => {
    const at = await open(world);
    for (const more of [{ user: 'boss' }, {}]) await annotate(at, 'ada', { note: 'trust me', ...more });
    return author(at) !== 'ada';
  }),
  attack(
    'known proposers',
    'proposals that no stage will take fill the log',
    changes((at) => propose(at, 'ada', { proposer: 'ghost' })),
  ),
  attack('few proposals', 'a proposer fills the memory of the engine', async (world) => {
    const at = await open(world);
    return (await taken(at, 80, (i) => ({ units: 1 + (i % 64), lr: i < 64 ? 0.01 : 0.02 }))) > 64;
  }),
  attack('different proposals', 'one configuration is proposed again and again', async (world) => {
    const at = await open(world);
    return (await taken(at, 2, () => ({ units: 3, lr: 0.01 }))) > 1;
  }),
  attack(
    'short text',
    'a proposal with a note of 100 kilobytes',
    changes((at) => propose(at, 'ada', { note: 'x'.repeat(100_000) })),
  ),
  attack(
    'short text',
    'an annotation of 100 kilobytes',
    changes((at) => annotate(at, 'ada', { note: 'x'.repeat(100_000) })),
  ),
  attack(
    'short lists',
    'a thousand labels',
    changes((at) => annotate(at, 'ada', { labels: Array.from({ length: 1000 }, (_, i) => `l${i}`) })),
  ),
  attack(
    'annotated trials',
    'notes about trials that there are not fill the log',
    changes((at) => annotate(at, 'ada', { trial: 77, note: 'x' })),
  ),
  attack('length of waiting', 'a turn that is waited for for years', async (world) => {
    const at = await open(world);
    await propose(at, 'ada');
    const turn = at.get('studies/digits/turn?proposer=oracle&ahead=0&wait=1000000', at.as('ada'));
    return world.staysAway(
      turn.catch(() => {}),
      1000,
    );
  }),
];
