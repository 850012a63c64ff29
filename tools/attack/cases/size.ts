import { casesOf } from '../attack.ts';

const attack = casesOf('size');

/** Facts of w2 about its own trial that are too large in some way. */
const facts: readonly (readonly [guard: string, what: string, fact: string | object])[] = [
  ['short messages', 'a fact of 100 KB', { type: 'reported', run: 'r1', step: 1, values: { value: 1 }, pad: 'x'.repeat(100_000) }],
  [
    'shallow facts',
    'a fact that is nested 2 000 deep',
    `{"type":"reported","trial":1,"run":"r1","step":1,"values":{"value":1},"pad":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  ],
  ['short text', 'a message of 5 000 characters', { type: 'failed', run: 'r1', reason: 'error', message: 'x'.repeat(5000) }],
  [
    'short text',
    'a checkpoint of 5 000 characters',
    { type: 'failed', run: 'r1', reason: 'preempted', checkpoint: `/${'x'.repeat(5000)}` },
  ],
  ['short text', 'a name of a run of 5 000 characters', { type: 'started', attempt: 1, run: 'r'.repeat(5000), trial: 2 }],
  ['short lists', '70 outcome constraints', { type: 'completed', run: 'r1', values: { value: 1 }, constraints: Array(70).fill(0) }],
  ['finite numbers', 'a value of 1e999', '{"type":"completed","trial":1,"run":"r1","values":{"value":-1e999}}'],
  ['finite numbers', 'a step of 1e300', { type: 'reported', run: 'r1', step: 1e300, values: { value: 1 } }],
  ['finite numbers', 'a step of 1.5', { type: 'reported', run: 'r1', step: 1.5, values: { value: 1 } }],
  ['finite numbers', 'a duration of 1e999 seconds', '{"type":"completed","trial":1,"run":"r1","values":{"value":1},"seconds":1e999}'],
];

export const sizeAttacks = [
  ...facts.map(([guard, what, fact]) =>
    attack(guard, what, async (world) => {
      const at = await world.study();
      const { trial = 1 } = typeof fact === 'string' ? {} : (fact as { trial?: number });
      const entry = await at.say('w2', trial, fact);
      return entry !== undefined && entry.refusal === undefined;
    }),
  ),
  ...(['trials', 'log'] as const).map((method) =>
    attack('pages of answers', `rpc.${method} of a study that is larger than a message may be`, async (world) => {
      const at = await world.study({ trials: 30 });
      const metrics = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`metric of layer ${i}`, i]));
      await at.say('w2', 1, { type: 'completed', run: 'r1', values: { value: 1 }, metrics });
      for (let trial = 2; trial <= 25; trial++) {
        await at.until('suggested', { trial });
        await at.say('w2', trial, { type: 'started', attempt: 1, run: `r${trial}` });
        await at.say('w2', trial, { type: 'completed', run: `r${trial}`, values: { value: 1 }, metrics });
      }
      const viewer = await at.as('viewer');
      const answer = await viewer.request(at.subjects.rpc(method), '{}', { timeout: 5000 });
      return !answer.json<{ ok: boolean }>().ok;
    }),
  ),
];
