import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Rng } from '../../src/numeric/random.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { NatsServer } from '../../test/support/nats.ts';
import type { Fault } from './checker.ts';
import { damage } from './consumers.ts';
import type { Member } from './member.ts';

const acts = {
  stopEngines: 0,
  partition: 0,
  killServer: 0.08,
  outage: 0.04,
  deleteConsumer: 0.02,
  resetConsumer: 0.02,
  hideDeliveries: 0.02,
  killEngine: 0.12,
  stopEngine: 0.1,
  breakEngine: 0.05,
  failEngine: 0.05,
  stopTrainer: 0.3,
  killTrainer: 0.3,
  breakTrainer: 0.1,
};
/** Faults by relative frequency. One with frequency 0 happens only if `only` names it. */
export type Act = keyof typeof acts;

/** Milliseconds that a process needs after a suspension, and until it notices that its connection is dead. */
const WAKING = 1000;
const NOTICING = 4000;
/** Seconds of the shortest outage, and milliseconds that a server needs to start. */
const SHORTEST = 2;
const STARTING = 1000;
/** Faults that happen unless others are asked for. */
export const usual = (servers: number): readonly Act[] =>
  (Object.keys(acts) as Act[]).filter((act) => acts[act] > 0 || (act === 'partition' && servers > 1));

export interface Victims {
  readonly servers: readonly NatsServer[];
  readonly engines: readonly Member[];
  readonly fleet: readonly Member[];
  readonly faults: Fault[];
  readonly lease: number;
  /** Seconds of the longest outage of the server. */
  readonly outage: number;
  readonly nc: NatsConnection;
  readonly say: (line: string) => void;
}

function drawn(rng: Rng, only: readonly Act[]): Act {
  const weight = (act: Act) => acts[act] || 0.1;
  let luck = only.reduce((sum, act) => sum + weight(act), 0) * rng();
  for (const act of only) {
    luck -= weight(act);
    if (luck < 0) return act;
  }
  return only.at(-1)!;
}

/** Injects one fault. */
export async function harm(
  rng: Rng,
  { servers, engines, fleet, faults, lease, outage, nc, say }: Victims,
  only: readonly Act[],
): Promise<void> {
  const pick = <T>(members: readonly T[]) => members[Math.floor(rng() * members.length)]!;
  const act = drawn(rng, only);
  const [engine, other] = rng() < 0.5 ? engines : [...engines].reverse();
  if (!engine) return;
  const fault = (kind: Fault['kind'], of: string, down?: Fault['down']) => {
    faults.push(omitUndefined({ kind, of, down }));
    say(`${faults.length}: ${kind} ${of}${of === 'engine' ? ` ${engines.indexOf(engine) + 1}` : ''}`);
  };
  if (act === 'killServer') {
    const server = pick(servers);
    fault('kill', 'server');
    await server.kill();
    await sleep(500 * rng());
    return server.restart();
  }
  if (act === 'outage') {
    const seconds = SHORTEST + (outage - SHORTEST) * rng();
    const from = Date.now();
    fault('kill', 'server', { from, until: from + seconds * 1000 + STARTING });
    await Promise.all(servers.map((server) => server.kill()));
    await sleep(seconds * 1000);
    await Promise.all(servers.map((server) => server.restart()));
    return;
  }
  if (act === 'deleteConsumer' || act === 'resetConsumer' || act === 'hideDeliveries') {
    fault('consumer', 'server');
    return damage[act](nc);
  }
  if (act === 'partition') {
    // Of three servers, one is cut off, and the others continue; or two are, and none has a majority.
    const away = [...servers.keys()].sort(() => rng() - 0.5).slice(0, rng() < 0.7 ? 1 : 2);
    fault('stop', 'server');
    for (const [i, { name }] of fleet.entries()) if (away.includes((i + 2) % servers.length)) fault('link', name);
    for (const i of away) process.kill(servers[i]!.pid, 'SIGSTOP');
    await sleep((0.3 + 2 * rng()) * lease * 1000);
    for (const i of away) process.kill(servers[i]!.pid, 'SIGCONT');
    return;
  }
  /** The other engine must be ready: a study without engines makes no progress, which is not a violation. */
  const spared = other === undefined || performance.now() < other.wellAt;
  if (act === 'killEngine') {
    if (spared) return;
    fault('kill', 'engine');
    return engine.kill();
  }
  if (act === 'failEngine') {
    if (!engine.alive || performance.now() < engine.wellAt) return;
    fault('error', 'engine');
    return void engine.child.kill('SIGUSR2');
  }
  if (act === 'stopEngines') {
    fault('stop', 'engine');
    return suspend(engines, 3 * lease);
  }
  const member = act === 'stopEngine' || act === 'breakEngine' ? engine : pick(fleet);
  const of = member === engine ? 'engine' : member.name;
  if (!member.alive || (member === engine && spared)) return;
  if (act === 'killTrainer') {
    fault('kill', of);
    return member.kill();
  }
  if (act === 'breakEngine' || act === 'breakTrainer') {
    fault('link', of);
    return swallow(member, (0.3 + 2 * rng()) * lease);
  }
  fault('stop', of);
  suspend([member], of === 'engine' ? 3 * lease : (0.3 + 2 * rng()) * lease);
}

/** Swallows what a process sends and receives. Its connection stays half-open until it notices. */
function swallow(member: Member, seconds: number): void {
  member.link.swallow();
  member.wellAt = Math.max(member.wellAt, performance.now() + seconds * 1000 + NOTICING);
  void sleep(seconds * 1000).then(() => member.link.restore());
}

/** Suspends processes for `seconds` seconds. */
function suspend(members: readonly Member[], seconds: number): void {
  for (const member of members) {
    const { child } = member;
    child.kill('SIGSTOP');
    member.wellAt = Math.max(member.wellAt, performance.now() + seconds * 1000 + WAKING);
    void sleep(seconds * 1000).then(() => child.kill('SIGCONT'));
  }
}
