import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { trainer } from '../../../streams/nats/index.ts';
import { request } from '../../../streams/nats/studies.ts';
import { type Seen, watching } from '../../../streams/nats/watch.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { engineOn, fresh } from './world.ts';

const server = natsOfTests();

it('a watcher reports that no engine serves the study any more, and that one does again', async () => {
  const study = fresh();
  const first = await engineOn(server, { study, trials: 2 });
  const seen: Seen[] = [];
  let look = () => {};
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (look = resolve));
  };
  const watched = watching(await server.connect(), study).subscribe((one) => {
    seen.push(one);
    look();
  });
  await until(() => seen.some(({ type }) => type === 'status'));
  await first.close();
  const engines = () => seen.filter(({ type }) => type === 'engine');
  await until(() => engines().length > 0);
  const second = await engineOn(server, { study, trials: 2 });
  await until(() => engines().length > 1);
  expect(engines()).toEqual([
    { type: 'engine', isThere: false },
    { type: 'engine', isThere: true },
  ]);
  watched.unsubscribe();
  await second.close();
});

it('an engine that does not answer a request in time may still act on it', async () => {
  const study = fresh();
  const engine = await server.connect();
  engine.subscribe(`ht.${study}.rpc.*`);
  await engine.flush();
  const asking = await server.connect();
  await Promise.all([
    expect(request(asking, study, 'status')).rejects.toThrow(/^no answer .* within 5 s .*may still do what you asked$/),
    expect(request(asking, study, 'create')).rejects.toThrow(/may still do what you asked; .*no "hypertide serve --all" has a pattern/),
  ]);
});

it('shows how a study ended that no engine serves any more, and completes', async () => {
  const study = fresh();
  const engine = await engineOn(server, { study, trials: 2 });
  const nc = await server.connect();
  const { done } = trainer(nc, study, () => 1);
  await Promise.all([done, engine.finished]);
  await request(nc, study, 'annotate', { note: 'the best so far' }); // the last fact is not that it closed
  await engine.close();
  const seen = await lastValueFrom(watching(nc, study).pipe(toArray()));
  expect(seen).toEqual([
    { type: 'status', status: expect.objectContaining({ study, closed: 'trials', completed: 2, open: 0, waiting: 0 }) },
  ]);
});
