import { describe, expect, it } from 'vitest';
import { type ActorRefFrom, createActor } from 'xstate';
import { evolutionMachine } from '../../machines/evolution.ts';
import type { Answer, Ended, Suggested } from '../../src/messages.ts';
import type { Evolution } from '../../src/samplers/evolution/evolution.ts';
import { type GaSettings, geneticAlgorithm } from '../../src/samplers/evolution/ga.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

const env = { ...rootEnv(textbook), name: 'ga' };
const settings: GaSettings = {
  mode: 'generational',
  population: 2,
  generations: 2,
  elite: 2,
  tournament: 2,
  crossover: 0.9,
  crossoverEta: 1,
  mutationEta: 8,
};
const answerOf = (actor: ActorRefFrom<typeof evolutionMachine>, id: number): Answer => {
  const { value, context } = actor.getSnapshot();
  return evolutionMachine.states[value]!.meta!.answer(context, { type: 'ask', id });
};
const start = (rest: Partial<GaSettings> = {}) => {
  const actor = createActor(evolutionMachine, { input: { env, core: geneticAlgorithm(env, { ...settings, ...rest }) } }).start();
  const ask = (id: number) => answerOf(actor, id).type;
  return { actor, ask, phase: () => actor.getSnapshot().value };
};
const trial = (id: number, by = 'ga') => ({ id, by, point: textbook.snap([id / 9, 0.5]) });
const suggested = (id: number, by?: string): Suggested => ({ ...trial(id, by), type: 'suggested' });
const completed = (id: number, by?: string): Ended => ({ ...trial(id, by), type: 'ended', outcome: 'completed', losses: [id] });
const failed = (id: number): Ended => ({ ...trial(id), type: 'ended', outcome: 'failed', reason: 'error' });

describe('evolutionMachine', () => {
  it('founds and breeds until a generation is full, waits until its trials have ended, and is exhausted after the last one', () => {
    const { actor, ask, phase } = start();
    expect([phase(), ask(1)]).toEqual(['founding', 'propose']);
    actor.send(suggested(1));
    actor.send(completed(1));
    expect([phase(), ask(2)]).toEqual(['founding', 'propose']);
    actor.send(suggested(2));
    expect([phase(), ask(3)]).toEqual(['settling', 'wait']);
    actor.send(failed(2)); // any end counts
    expect([phase(), ask(3)]).toEqual(['breeding', 'propose']);
    actor.send(suggested(3));
    actor.send(suggested(4));
    actor.send(completed(4)); // out of order
    expect(phase()).toBe('settling');
    actor.send(completed(3));
    expect(actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('waits for its own trials only', () => {
    const { actor, phase } = start();
    for (const id of [1, 2]) actor.send(suggested(id));
    for (const id of [3, 4]) actor.send(suggested(id, 'queue'));
    for (const id of [3, 4]) actor.send(completed(id, 'queue'));
    expect(phase()).toBe('settling');
    for (const id of [1, 2]) actor.send(completed(id));
    expect(phase()).toBe('breeding');
  });

  it('founds its population with results of other strategies, and does not wait', () => {
    const { actor, ask, phase } = start();
    for (const id of [1, 2]) actor.send(suggested(id, 'queue'));
    for (const id of [1, 2]) actor.send(completed(id, 'queue'));
    expect([phase(), ask(3)]).toEqual(['breeding', 'propose']);
    expect(actor.getSnapshot().context.state).toMatchObject({ generation: 0, founding: false, parents: [{ id: 1 }, { id: 2 }] });
  });

  it('never waits in a steady state, and is exhausted when the last trial is suggested', () => {
    const { actor, ask, phase } = start({ mode: 'steady' });
    for (let id = 1; id <= 3; id++) {
      expect([phase(), ask(id)]).toEqual([id <= 2 ? 'founding' : 'breeding', 'propose']);
      actor.send(suggested(id));
    }
    actor.send(suggested(4));
    expect(actor.getSnapshot()).toMatchObject({ value: 'spent', status: 'done' });
  });

  it('restarts a search that has converged, and breeds again once the first results of the next one are there', () => {
    const core: Evolution<number> = {
      start: 0,
      fold: (results, { type }) => (type === 'ended' ? results + 1 : results),
      founded: (results) => results % 3 > 0,
      found: () => ({ point: [0, 0] }),
      breed: () => ({ point: [1, 1] }),
      over: () => false,
    };
    const actor = createActor(evolutionMachine, { input: { env, core } }).start();
    const phases = [1, 2, 3, 4].map((id) => {
      const phase = [actor.getSnapshot().value, answerOf(actor, id)];
      actor.send(completed(id));
      return phase;
    });
    expect(phases).toMatchObject([
      ['founding', { point: [0, 0] }],
      ['breeding', { point: [1, 1] }],
      ['breeding', { point: [1, 1] }],
      ['restarting', { point: [0, 0] }],
    ]);
    expect(actor.getSnapshot().value).toBe('breeding');
  });

  it('keeps its context as it is for asks, and its state for reports that add nothing', () => {
    const { actor } = start();
    actor.send(suggested(1));
    actor.send({ type: 'reported', id: 1, step: 1, losses: [1] });
    const { context } = actor.getSnapshot();
    actor.send({ type: 'ask', id: 2 });
    expect(actor.getSnapshot().context).toBe(context);
    actor.send({ type: 'reported', id: 1, step: 2, losses: [1] });
    expect(actor.getSnapshot().context.state).toBe(context.state);
  });
});
