import { afterAll, expect, it } from 'vitest';
import { random } from '../../../streams/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { namingOf, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { enlist } from '../../../streams/nats/serve/listing.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { listOn } from '../../../streams/nats/studiesOn.ts';
import { ROOM } from '../../../streams/study/port/pages.ts';
import { teamServer } from '../../support/teamServer.ts';
import { plane } from './world.ts';

const server = await teamServer('w1');
afterAll(() => server.dispose());

const as = (name: string) => server.as(name);
const engineFor = async (study: string) => {
  const engine = await serve(await as('engine'), plane, { strategy: random(), study, trials: 3, parallel: 1 });
  await engine.started;
  return engine;
};

it('engines list their studies to viewers and operators, which may read no log, and to no trainer', async () => {
  const engines = await Promise.all(['s1', 's2'].map(engineFor)); // of two processes
  for (const name of ['viewer', 'operator', 'admin']) {
    const nc = await as(name);
    const listed = await serverPlace(nc, server.url).list();
    const isRun = {
      isRun: true,
      status: expect.objectContaining({ trials: 1, limit: 3, phase: expect.any(String), at: expect.any(Number) }),
    };
    expect(listed).toEqual([
      { study: 's1', ...isRun },
      { study: 's2', ...isRun },
    ]);
    expect(await serverPlace(nc, server.url).names()).toEqual(['s1', 's2']);
  }
  expect(await listOn(await as('w1'))).toBeUndefined();
  for (const engine of engines) await engine.close();
});

it('without engines, viewers have no list, and admins have the names', async () => {
  await expect(serverPlace(await as('viewer'), server.url).list()).rejects.toMatchObject({ message: expect.stringContaining('no right') });
  expect(await serverPlace(await as('admin'), server.url).list()).toEqual([
    { study: 's1', isRun: false },
    { study: 's2', isRun: false },
  ]);
});

it('a list that is longer than an answer comes in pages of several processes, and has each study once', async () => {
  const error = 'x'.repeat(ROOM / 40);
  const names = Array.from({ length: 130 }, (_, i) => `p${String(i).padStart(3, '0')}`);
  const naming = namingOf({ prefix: 'ht' });
  const [one, two] = [await as('engine'), await as('engine')];
  const ends = names.flatMap((study, i) => [
    enlist(one, subjectsOf(study, naming), () => ({ study, error })),
    ...(i < 65 || i % 2 === 0 ? [enlist(two, subjectsOf(study, naming), () => ({ study, error: 'short' }))] : []),
  ]);
  expect([...(await listOn(await as('viewer')))!.keys()].sort()).toEqual(names);
  for (const end of ends) end();
  expect(await listOn(await as('viewer'))).toEqual(new Map());
});

it('of two engines of a study, the one counts that has read more, and one that has failed does not', async () => {
  const nc = await as('engine');
  const engine = await engineFor('s1');
  const end = enlist(nc, subjectsOf('s1'), () => ({ study: 's1', error: 'broken' }));
  expect((await listOn(await as('viewer')))!.get('s1')).toMatchObject({ status: { study: 's1' } });
  await engine.close();
  expect((await listOn(await as('viewer')))!.get('s1')).toEqual({ study: 's1', error: 'broken' });
  end();
});
