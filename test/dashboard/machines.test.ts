import { expect, it } from 'vitest';
import { createActor, fromPromise, setup } from 'xstate';
import { MachineWatch } from '../../src/dashboard/machines/watch.ts';

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
