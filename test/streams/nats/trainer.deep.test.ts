import { setImmediate } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { type At, engineOn, factsOf, fresh, isFact } from './world.ts';

const server = natsOfTests();

it('a trainer reports that its study was deleted on the server, and that it is back', async () => {
  const study = fresh();
  const engine = await engineOn(server, { study });
  engine.port.finished.catch(() => {});
  const warnings: string[] = [];
  const { close } = trainer<At>(
    { nc: await server.connect(), study },
    {
      name: 'w',
      slots: 2,
      warn: (text) => warnings.push(text),
    },
    () => new Promise<never>(() => {}),
  );
  await engine.heard.until(isFact('started')); // one slot is busy, the other one asks
  await (await jetstreamManager(engine.nc)).streams.delete(subjectsOf(study).stream);
  await eventually(() => expect(warnings).toEqual([expect.stringContaining(`the study ${study} is not on the server`)]));
  await engine.close();
  await using _again = await engineOn(server, { study });
  await eventually(() => expect(warnings).toContain(`the study ${study} is on the server again`));
  await close();
});

/** A trainer that has a result which its server cannot store any more, and that is asked to end. */
async function endsWithResult(on: NatsServer, happen: (engine: Awaited<ReturnType<typeof engineOn>>, study: string) => Promise<unknown>) {
  const study = fresh();
  const engine = await engineOn(on, { study });
  engine.port.finished.catch(() => {});
  const warnings: string[] = [];
  let finish = (_: number) => {};
  const objective = () => new Promise<number>((resolve) => (finish = resolve));
  const { close } = trainer<At>({ nc: await on.connect(), study }, { name: 'w', warn: (text) => warnings.push(text) }, objective);
  await engine.heard.until(isFact('started'));
  await happen(engine, study);
  finish(1);
  await setImmediate(); // the trainer takes the result before it is asked to end
  const state = { hasEnded: false };
  const ended = close().then(() => (state.hasEnded = true));
  await eventually(() => expect(warnings).toContain(`${study}: w ends when the server has stored the result of trial 1`));
  return { study, engine, warnings, state, ended };
}

it('a trainer that ends waits until the server, which is down, has the result of its trial', async () => {
  await using own = await natsServer();
  const { engine, state, ended } = await endsWithResult(own, () => own.kill());
  expect(state.hasEnded).toBe(false);
  await own.restart();
  await ended;
  await engine.heard.until(isFact('completed'));
  await engine.close();
});

it('a trainer that ends does not wait for a study that was deleted', async () => {
  const deleted = async ({ nc }: { nc: Parameters<typeof jetstreamManager>[0] }, study: string) =>
    (await jetstreamManager(nc)).streams.delete(subjectsOf(study).stream);
  const { study, engine, warnings, ended } = await endsWithResult(server, deleted);
  await ended;
  expect(warnings).toContain(`${study}: the study was deleted, so w ends without storing the results of its trials`);
  await engine.close();
});

it('a trainer sends every fact across a kill of the server, once', async () => {
  await using own = await natsServer();
  const study = fresh();
  await using engine = await engineOn(own, { study, trials: 6, parallel: 2, lease: 5 });
  let killed: Promise<void> | undefined;
  const { done } = trainer<At>({ nc: await own.connect(), study }, { slots: 2 }, async ({ x }, { trial, report }) => {
    for (let step = 1; step <= 5; step++) report(x + step);
    if (trial === 3) killed ??= own.kill().then(() => own.restart());
    await killed;
    return x;
  });
  await engine.port.finished;
  await done;
  const facts = await factsOf(engine.nc, study);
  expect(facts.filter(({ type }) => type === 'completed')).toHaveLength(6);
  expect(facts.filter(({ type }) => type === 'started')).toHaveLength(6);
  for (let trial = 1; trial <= 6; trial++) {
    const steps = facts.flatMap((fact) => (fact.type === 'reported' && fact.trial === trial ? [fact.step] : []));
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  }
});
