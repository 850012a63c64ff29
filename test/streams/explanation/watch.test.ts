import { expect, it } from 'vitest';
import { type AnyActorRef, createActor, fromPromise, type InspectionEvent, setup } from 'xstate';
import { MachineWatch } from '../../../streams/explanation/watch.ts';
import * as h from '../../../streams/index.ts';
import { interview, proposal, rootEnv, suggestedFrom } from '../../support/interview.ts';
import { textbook } from '../../support/spaces.ts';

const fitter = setup({ actors: { fit: fromPromise(async () => 1) } }).createMachine({
  id: 'surrogate',
  initial: 'exploring',
  states: {
    exploring: { on: { ended: 'fitting' } },
    fitting: { invoke: { src: 'fit', onDone: 'modelling' } },
    modelling: {},
  },
});

it('shows machines with their states, counts and last events; an invoked promise is part of its machine', async () => {
  const watch = new MachineWatch();
  const actor = createActor(fitter, { id: 'bo', inspect: watch.inspect });
  actor.start();
  actor.send({ type: 'ended', id: 7 } as never);
  expect(watch.phases).toEqual({ bo: ['surrogate.fitting'] });
  while (actor.getSnapshot().value !== 'modelling') await null;
  expect(watch.machines.map(({ path }) => path)).toEqual(['bo']);
  const [news] = watch.news;
  expect(news).toMatchObject({ path: 'bo', active: ['surrogate.modelling'], over: false, last: { event: 'ended', trial: 7 } });
  expect(Object.values(news!.counts)).toEqual([1, 1]);
});

const watched = {
  asha: () => h.chain(h.asha({ min: 1, max: 9 }), h.random()),
  'asha, paused': () => h.chain(h.asha({ min: 1, max: 9, pause: true }), h.random()),
  hyperband: () => h.chain(h.hyperband({ min: 1, max: 9, mode: 'synchronous' }), h.random()),
  until: () => h.chain(h.until(h.plateau(1), h.sobol()), h.random()),
  take: () => h.chain(h.take(1, h.sobol()), h.random()),
  auto: h.auto,
};

it.each(Object.entries(watched))('each stage of a study is one machine: %s', (_, make) => {
  const begun: string[] = [];
  const watch = new MachineWatch();
  const inspect = (event: InspectionEvent) => {
    if (event.type === '@xstate.actor') begun.push((event.actorRef as AnyActorRef).id);
    watch.inspect(event);
  };
  const { subscription, tell, ask } = interview(make(), { ...rootEnv(textbook), inspect });
  const suggested = suggestedFrom(proposal(ask(1)));
  tell(suggested, { type: 'ended', outcome: 'completed', id: 1, by: suggested.by, point: suggested.point, losses: [1] });
  expect(begun).toHaveLength(new Set(begun).size);
  expect(watch.machines.filter(({ chart }) => chart)).not.toHaveLength(0);
  subscription.unsubscribe();
});

it('shows the trial at which a phase changed', () => {
  const watch = new MachineWatch();
  const { subscription, tell, ask } = interview(watched.take(), { ...rootEnv(textbook), inspect: watch.inspect });
  tell(suggestedFrom(proposal(ask(1))));
  expect(watch.news.find(({ path }) => path === 'take')).toMatchObject({ over: true, last: { event: 'moved', trial: 1 } });
  subscription.unsubscribe();
});
