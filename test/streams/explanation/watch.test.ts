import { expect, it } from 'vitest';
import { type AnyActorRef, createActor, createMachine, type InspectionEvent } from 'xstate';
import { MachineWatch } from '../../../streams/explanation/watch.ts';
import * as h from '../../../streams/index.ts';
import { interview, proposal, rootEnv, suggestedFrom } from '../../support/interview.ts';
import { textbook } from '../../support/spaces.ts';

it('shows charts with their phases, counts and last facts', () => {
  const watch = new MachineWatch();
  const { tell, ask } = interview(h.pbt({ max: 2, interval: 1, population: 2 }), { ...rootEnv(textbook), watch: watch.take });
  const suggested = [1, 2].map((id) => {
    const fact = suggestedFrom(proposal(ask(id)));
    tell(fact);
    return fact;
  });
  expect(watch.phases).toEqual({ pbt: 'population.training' });
  expect(watch.news[0]!.history).toEqual([{ phase: 'founding' }, { phase: 'training' }]);
  ask(3);
  tell({ ...suggested[0]!, type: 'ended', outcome: 'completed', losses: [1] });
  const [news] = watch.news;
  expect(watch.machines).toMatchObject([{ path: 'pbt', chart: { id: 'population', initial: 'founding', states: { spent: 'final' } } }]);
  expect(news).toMatchObject({ path: 'pbt', phase: 'training', over: false, last: { event: 'ended', trial: 1 } });
  expect(news).toMatchObject({ moves: { 'founding founded': 1 }, counts: { suggested: 2, ask: 3, ended: 1 } });
  expect(news!.history).toEqual([{ phase: 'founding' }, { phase: 'training', trial: 2 }]);
});

const watched = {
  asha: () => h.chain(h.asha({ min: 1, max: 9 }), h.random()),
  'asha, paused': () => h.chain(h.asha({ min: 1, max: 9, pause: true }), h.random()),
  hyperband: () => h.chain(h.hyperband({ min: 1, max: 9, pause: true }), h.random()),
  until: () => h.chain(h.until(h.plateau(1), h.sobol()), h.random()),
  take: () => h.chain(h.take(1, h.sobol()), h.random()),
  auto: h.auto,
};

it.each(Object.entries(watched))('each stage of a study is one machine: %s', (_, make) => {
  const begun: string[] = [];
  const watch = new MachineWatch();
  const inspect = (event: InspectionEvent) => {
    if (event.type === '@xstate.actor') begun.push((event.actorRef as AnyActorRef).id);
  };
  const actor = createActor(createMachine({}), { id: 'study', inspect }).start();
  const { subscription, tell, ask } = interview(make(), { ...rootEnv(textbook), watch: watch.take, actor });
  const suggested = suggestedFrom(proposal(ask(1)));
  tell(suggested, { type: 'ended', outcome: 'completed', id: 1, by: suggested.by, point: suggested.point, losses: [1] });
  expect(begun).toHaveLength(new Set(begun).size);
  expect(watch.machines.map(({ path }) => path).sort()).toEqual(begun.filter((id) => id !== 'study').sort());
  expect(watch.machines).not.toHaveLength(0);
  subscription.unsubscribe();
});

it('shows the trial at which a phase changed', () => {
  const watch = new MachineWatch();
  const { subscription, tell, ask } = interview(watched.take(), { ...rootEnv(textbook), watch: watch.take });
  tell(suggestedFrom(proposal(ask(1))));
  ask(2);
  expect(watch.news.find(({ path }) => path === 'take')).toMatchObject({
    over: true,
    history: [{ phase: 'answering' }, { phase: 'handedOver', trial: 1 }],
  });
  subscription.unsubscribe();
});
