import type { Msg } from '@nats-io/nats-core';
import { casesOf } from '../attack.ts';
import type { User, Victim } from '../world.ts';

const attack = casesOf('subject');

/** Publishes. @returns whether the message, or an answer to it, arrives on a subject where this user must not write */
export const writes = (user: User, subject: (of: Victim) => string, data: string, reply?: (of: Victim) => string) => async (at: Victim) => {
  const [to, back] = [subject(at), reply?.(at)];
  const fits = (message: Msg) => (back === undefined ? message.subject === to && message.string() === data : message.subject === back);
  return at.arrives(fits, async () => {
    const nc = await at.as(user);
    nc.publish(to, data, back === undefined ? {} : { reply: back });
    await nc.flush();
  });
};

const decision = JSON.stringify({ type: 'suggested', trial: 99, attempt: 1, by: 'me', params: { x: 1, n: 1 } });
const closed = '{"type":"closed","reason":"person"}';
const completed = '{"type":"completed","trial":1,"run":"r1","values":{"value":0}}';
const look =
  (of: (victim: Victim) => string) =>
  (victim: Victim): string =>
    `$JS.API.DIRECT.GET.${victim.subjects.stream}.${of(victim)}`;
const suggested = ({ subjects }: Victim) => subjects.suggested;
const own = ({ subjects }: Victim) => subjects.study;
const summary = ({ subjects }: Victim) => subjects.summary;
const created = ({ subjects }: Victim) => subjects.created;
const by =
  (trainer: string, trial = 1) =>
  ({ subjects }: Victim): string =>
    subjects.by(trainer, trial);

type Case = readonly [what: string, ...Parameters<typeof writes>];
const cases: readonly Case[] = [
  ['a trainer publishes the first fact', 'w1', created, '{"type":"created"}'],
  ['a trainer publishes below its own subject', 'w1', ({ subjects }) => `${subjects.by('w1', 1)}.2`, completed],
  ['a trainer publishes to a subject of its own in the log', 'w1', ({ study }) => `ht.${study}.log.mine`, completed],
  ["a trainer writes through a look at another's fact", 'w1', look(by('w2')), '', suggested],
  ['a trainer forges a stop through the acknowledgement of a fact', 'w1', by('w1', 2), '{}', ({ subjects }) => subjects.directive(1)],
  ['a trainer forges a rejection through a look', 'w1', look(by('w2')), '', ({ subjects }) => subjects.rejected('w2')],
  ['a viewer publishes a decision', 'viewer', suggested, decision],
  ['a viewer publishes as a trainer', 'viewer', by('w2'), completed],
  ['a viewer forges a stop', 'viewer', ({ subjects }) => subjects.directive(1), '{"type":"stop","trial":1,"by":"person"}'],
  ['a viewer forges the status of the study', 'viewer', ({ subjects }) => subjects.status, '{"forged":true}'],
  ['an operator publishes a decision', 'operator', suggested, decision],
  ['an operator closes the study without its engine', 'operator', own, closed],
  ['an operator publishes as a trainer', 'operator', by('w2'), completed],
  ['a trainer forges the summary of the study', 'w1', summary, '{"forged":true}'],
  ['a viewer forges the summary of the study', 'viewer', summary, '{"forged":true}'],
  ['an operator forges the summary of the study', 'operator', summary, '{"forged":true}'],
  ['an engine publishes as a trainer', 'engine', by('w2'), completed],
];

export const subjectAttacks = cases.map(([what, ...more]) =>
  attack('configuration', what, async (world) => writes(...more)(await world.study())),
);
