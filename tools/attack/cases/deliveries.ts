import { casesOf } from '../attack.ts';
import type { Victim, World } from '../world.ts';

const attack = casesOf('deliveries');

/** Seconds. */
const LEASE = 1;

/** The next delivery of the only suggestion that no trainer has claimed. */
async function pullUnclaimed(at: Victim, user: 'w1' | 'w2') {
  const nc = await at.as(user);
  for (;;) {
    const message = await at.pull(user);
    if (message.json<{ trial: number }>().trial === 2) return message;
    nc.publish(message.reply!, '+ACK'); // w2 holds trial 1
  }
}

/** The trainer w1 takes a suggestion, answers it without a claim, and goes. @returns whether w2 does not get it, though it asks during three leases */
const hides = (answer: string, every?: number) => async (world: World) => {
  const at = await world.study({ lease: LEASE });
  const [thief, victim] = [await at.as('w1'), await at.as('w2')];
  const beating = setInterval(() => victim.publish(at.subjects.beat('w2', 1), '{"run":"r1"}'), 200);
  const { reply } = await pullUnclaimed(at, 'w1');
  const say = () => thief.publish(reply!, answer);
  say();
  await thief.flush();
  const repeating = every === undefined ? undefined : setInterval(say, every);
  world.after(() => {
    clearInterval(beating);
    clearInterval(repeating);
  });
  return at.staysAway(pullUnclaimed(at, 'w2'), 3000 * LEASE);
};

export const deliveryAttacks = [
  attack(
    'attempts offered again',
    'a trainer lets the server deliver a suggestion in ten years',
    hides('-NAK {"delay":315360000000000000}'),
  ),
  attack('attempts offered again', 'a trainer lets the server never deliver a suggestion again', hides('+TERM')),
  attack('attempts offered again', 'a trainer acknowledges a suggestion that it does not claim', hides('+ACK')),
  attack('attempts offered again', 'a trainer says for ever that it is about to claim a suggestion', hides('+WPI', 200)),
];
