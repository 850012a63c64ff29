import { expect, it } from 'vitest';
import { random } from '../../../../streams/index.ts';
import { serve } from '../../../../streams/nats/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { fresh, plane } from '../world.ts';

const server = natsOfTests();

const objectives = { loss: 'minimize' } as const;
const once = async (study: string, more = {}) =>
  serve(await server.connect(), plane, { study, trials: 6, parallel: 2, strategy: random(), objectives, warn: () => {}, ...more });

it('serve tells which of two engines leads', async () => {
  const name = fresh();
  const [first, second] = [await once(name), await once(name)];
  let [one, other] = [false, false];
  first.lead$.subscribe((leads) => (one = leads));
  second.lead$.subscribe((leads) => (other = leads));
  await eventually(() => expect([one, other].filter(Boolean)).toHaveLength(1));
  await Promise.all([first.close(), second.close()]);
});
