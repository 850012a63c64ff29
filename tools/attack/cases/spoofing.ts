import { casesOf } from '../attack.ts';
import type { Victim } from '../world.ts';

const attack = casesOf('spoofing');

/** Whether a fact of w1 counts. */
const counts = async (at: Victim, fact: object, trial = 1, subject?: string): Promise<boolean> => {
  const entry = await at.say('w1', trial, fact, subject);
  return entry !== undefined && entry.refusal === undefined;
};

const values = { value: -1e9 };
const facts: readonly (readonly [guard: string, what: string, fact: object])[] = [
  ['author', "a loss of another's run", { type: 'failed', run: 'r1', attempt: 1, reason: 'lost' }],
  ['one claim', 'a claim of a claimed attempt', { type: 'started', attempt: 1, run: 'mine' }],
  ['current attempt', 'a claim of an attempt that is not due', { type: 'started', attempt: 7, run: 'mine', trial: 2 }],
  ['known run', 'a result of a run that was never claimed', { type: 'completed', run: 'mine', values }],
  ['facts of trainers', 'a decision on its own subject', { type: 'suggested', attempt: 1, by: 'me', params: { x: 1, n: 1 }, trial: 50 }],
  ['facts of trainers', 'the end of the study on its own subject', { type: 'closed', reason: 'person' }],
  ['facts of trainers', 'a change of the study on its own subject', { type: 'changed', parallel: 9, strategy: 'random' }],
  ['facts of trainers', 'a configuration in the queue on its own subject', { type: 'enqueued', params: { x: 1, n: 1 } }],
  ['facts of trainers', 'that another trainer is to drain', { type: 'instructed', trainer: 'w2', to: 'drain' }],
  ['facts of trainers', "a person's cancel on its own subject", { type: 'cancelled' }],
];

export const spoofingAttacks = [
  ...facts.map(([guard, what, fact]) =>
    attack(guard, `a trainer writes ${what}`, async (world) => {
      const { trial = 1 } = fact as { trial?: number };
      return counts(await world.study(), fact, trial);
    }),
  ),
  attack('facts of trainers', 'a trainer retracts a result of another', async (world) => {
    const at = await world.study();
    await at.say('w2', 1, { type: 'completed', run: 'r1', values: { value: 1 } });
    return counts(at, { type: 'retracted' });
  }),
  attack('paused trainers', 'a trainer that is paused claims a trial', async (world) => {
    const at = await world.study();
    const operator = await at.as('operator');
    await operator.request(at.subjects.rpc('instruct'), JSON.stringify({ trainer: 'w1', to: 'pause' }));
    await at.until('instructed');
    return counts(at, { type: 'started', attempt: 1, run: 'mine' }, 2);
  }),
  attack('trial of the subject', 'a trainer claims a trial on the subject of another trial', async (world) => {
    const at = await world.study();
    return counts(at, { type: 'started', attempt: 1, run: 'mine' }, 2, at.subjects.by('w1', 3));
  }),
  attack('author', 'a trainer ends a run whose name it has read in the log', async (world) => {
    const at = await world.study();
    const nc = await at.as('w1');
    const last = await nc.request(`$JS.API.DIRECT.GET.${at.subjects.stream}.${at.subjects.by('*', 1)}`);
    const { run } = last.json<{ run: string }>();
    return counts(at, { type: 'completed', run, values });
  }),
];
