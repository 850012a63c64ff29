import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { random } from '../../../../streams/index.ts';
import { serve } from '../../../../streams/nats/index.ts';
import { coded } from '../../../support/coded.ts';
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

it('serve ends with an error when the owner of its connection closes it', async () => {
  const nc = await server.connect();
  await using study = await serve(nc, plane, { study: fresh(), trials: 6, strategy: random() });
  const [result, asked, read] = [study.result(), study.ask().then(() => study.ask()), lastValueFrom(study.entries$)];
  const refused = [expect(result).rejects.toThrow(coded('connection-closed')), expect(asked).rejects.toThrow(coded('connection-closed'))];
  await eventually(() => expect(study.trials().filter(({ running }) => running)).toHaveLength(1));
  await nc.close();
  await read; // it completes
  await Promise.all(refused);
  expect(await study.ended).toMatchObject({ code: 'connection-closed' });
});
