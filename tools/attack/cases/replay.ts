import { casesOf } from '../attack.ts';
import type { Victim } from '../world.ts';

const attack = casesOf('replay');
type Fact = Parameters<Victim['say']>[2];

/** Whether w2's fact counts. */
const counts = async (at: Victim, fact: Fact, trial = 1): Promise<boolean> => {
  const entry = await at.say('w2', trial, fact);
  return entry !== undefined && entry.refusal === undefined;
};

const result = { type: 'completed', run: 'r1', values: { value: 1 } };
const report = { type: 'reported', run: 'r1', step: 3, values: { value: 1 } };
const preempted = { type: 'failed', run: 'r1', attempt: 1, reason: 'preempted' };

/** w2 gives trial 1 back and claims its second attempt by the run r2. */
async function secondAttempt(at: Victim): Promise<void> {
  await at.say('w2', 1, preempted);
  await at.until('suggested', { trial: 1, attempt: 2 });
  await at.say('w2', 1, { type: 'started', attempt: 2, run: 'r2' });
}

export const replayAttacks = [
  attack('one end', 'a result comes twice', async (world) => {
    const at = await world.study();
    return (await counts(at, result)) && (await counts(at, result));
  }),
  attack('one end', 'a result comes after a failure that ended the trial', async (world) => {
    const at = await world.study();
    await at.say('w2', 1, { type: 'failed', run: 'r1', reason: 'infeasible' });
    return counts(at, result);
  }),
  attack('one end', 'a failure comes after the result', async (world) => {
    const at = await world.study();
    await at.say('w2', 1, result);
    return counts(at, { type: 'failed', run: 'r1', reason: 'error' });
  }),
  attack('growing steps', 'a report comes twice', async (world) => {
    const at = await world.study();
    return (await counts(at, report)) && (await counts(at, { ...report, values: { value: -9 } }));
  }),
  attack('growing steps', 'a report of an earlier step comes late', async (world) => {
    const at = await world.study();
    await at.say('w2', 1, report);
    return counts(at, { ...report, step: 2 });
  }),
  attack('current attempt', 'the claim of a lost attempt comes again', async (world) => {
    const at = await world.study();
    await at.say('w2', 1, preempted);
    await at.until('suggested', { trial: 1, attempt: 2 });
    return counts(at, { type: 'started', attempt: 1, run: 'r1' });
  }),
  attack('current run', 'a report of an earlier attempt comes late', async (world) => {
    const at = await world.study();
    await secondAttempt(at);
    return counts(at, report);
  }),
  attack('current run', 'a stop of an earlier attempt comes late', async (world) => {
    const at = await world.study();
    await secondAttempt(at);
    return counts(at, { type: 'stopped', run: 'r1' });
  }),
  attack('current run', 'a failure of an earlier attempt comes late', async (world) => {
    const at = await world.study();
    await secondAttempt(at);
    return counts(at, { type: 'failed', run: 'r1', reason: 'error' });
  }),
  attack('author', "another trainer repeats a trainer's result word for word", async (world) => {
    const at = await world.study();
    const entry = await at.say('w1', 1, JSON.stringify({ trial: 1, ...result }));
    return entry !== undefined && entry.refusal === undefined;
  }),
];
