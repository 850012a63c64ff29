import { afterAll, expect, it, vi } from 'vitest';
import { type Attended, followStudies } from '../../src/worker/followStudies.ts';
import { request } from '../../streams/nats/studiesOn.ts';
import { engineOn } from '../streams/nats/world.ts';
import { eventually } from '../support/eventually.ts';
import { natsOfTests } from '../support/natsOfTests.ts';

const server = natsOfTests();
afterAll(() => void vi.useRealTimers());

it('works again on a study that reopened while its last trial was running, but not on one that is closed', async () => {
  const study = 'followed';
  const engine = await engineOn(server, { study, trials: 1 });
  await engine.started;
  const nc = await server.connect();
  const gone = new AbortController();
  let attended = 0;
  let end!: (how: 'closed') => void;
  const attend = (): Attended => {
    attended++;
    return { ended: new Promise((resolve) => (end = resolve)), leave: () => {} };
  };
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const following = followStudies(
    nc,
    (name) => name === study,
    attend,
    () => {},
    gone.signal,
  );
  await eventually(() => expect(attended).toBe(1));
  await request(nc, study, 'close', {});
  await request(nc, study, 'change', { more: 1 });
  end('closed');
  const look = () => vi.advanceTimersByTime(10_000);
  await eventually(() => {
    look();
    expect(attended).toBe(2);
  });
  end('closed'); // it is closed after all, and nothing was written since
  for (let k = 0; k < 20; k++) {
    look();
    await nc.flush();
  }
  expect(attended).toBe(2);
  gone.abort();
  await following;
  await engine.close();
});
