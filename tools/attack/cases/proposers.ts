import { digits, server, type tokens, users } from '../../../test/server/support.ts';
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

/** How many of so many different proposals the study accepts. */
async function taken(at: Server, count: number, params: (i: number) => object): Promise<number> {
  let accepted = 0;
  for (let i = 0; i < count; i++) if ((await propose(at, 'ada', { params: params(i) })).status === 200) accepted++;
  return accepted;
}

export const proposerAttacks = [
  attack('requests under way', 'an agent proposes more than its allowance at the same time', async (world) => {
    const at = await open(world);
    const answers = await Promise.all([1, 2, 3, 4].map((units) => propose(at, 'agent', { params: { units } })));
    return answers.filter(({ status }) => status === 200).length > 2;
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
    const turn = at.get('studies/digits/queue?proposer=oracle&ahead=0&wait=1000000', at.as('ada'));
    return world.staysAway(
      turn.catch(() => {}),
      1000,
    );
  }),
];
