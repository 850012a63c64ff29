import { expect, it } from 'vitest';
import { MismatchError } from '../../../../streams/core.ts';
import { float, random, space } from '../../../../streams/index.ts';
import { serve, trainer } from '../../../../streams/nats/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { fresh, plane } from '../world.ts';

const server = natsOfTests();

const objectives = { loss: 'minimize' } as const;
const once = async (study: string, more = {}) =>
  serve(await server.connect(), plane, { study, trials: 6, parallel: 2, strategy: random(), objectives, warn: () => {}, ...more });

it('serve returns the handle of the study, which leads', async () => {
  const name = fresh();
  const study = await once(name);
  const leads: boolean[] = [];
  study.lead$.subscribe((does) => leads.push(does));
  await study.enqueue({ x: 0.5, n: 4 });
  const { trial } = (await study.ask())!;
  await study.tell(trial, 3);
  expect(study.best()).toMatchObject({ trial, values: { loss: 3 } });
  const worker = trainer({ nc: await server.connect(), study: name }, {}, ({ x }: { readonly x: number }) => x * x);
  const { best, completed, reason } = await study.result();
  expect([completed, reason]).toEqual([6, 'trials']);
  expect(best!.values.loss).toBeLessThanOrEqual(3);
  expect(leads.at(-1)).toBe(true);
  await study.change({ more: 1 });
  const more = trainer({ nc: await server.connect(), study: name }, {}, () => 9);
  expect((await study.result()).completed).toBe(7);
  await Promise.all([worker.close(), more.close()]);
  await study.close();
  await study.ended;
});

it('serve tells which of two engines leads, and refuses another space', async () => {
  const name = fresh();
  const [first, second] = [await once(name), await once(name)];
  let [one, other] = [false, false];
  first.lead$.subscribe((leads) => (one = leads));
  second.lead$.subscribe((leads) => (other = leads));
  await eventually(() => expect([one, other].filter(Boolean)).toHaveLength(1));
  await Promise.all([first.close(), second.close()]);
  const wrong = serve(await server.connect(), space({ z: float(0, 1) }), { study: name, trials: 1 });
  await expect(wrong).rejects.toBeInstanceOf(MismatchError);
});
