import { afterAll, describe, expect, it } from 'vitest';
import { ConnectError, connectTo } from '../../../../streams/nats/connection/connect.ts';
import { natsCluster } from '../../../support/natsCluster.ts';

const LOGIN = 'authorization { user: ada, password: right }';
const servers = await natsCluster(3, LOGIN);
afterAll(() => Promise.all(servers.map((server) => server.dispose())));
const addressed = (login: string, ...of: typeof servers) => of.map(({ url }) => url.replace('://', `://${login}@`)).join(',');

describe('a cluster that refuses a login', () => {
  it.each([
    ['one server', servers.slice(0, 1)],
    ['all servers', servers],
  ])('says so at once, as one server does, if %s is named', async (_, named) => {
    const since = performance.now();
    const error = await connectTo(addressed('ada:wrong', ...named)).catch((error: unknown) => error);
    expect(performance.now() - since).toBeLessThan(3000);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({
      message: expect.stringContaining('Authorization Violation'),
      todo: expect.stringContaining('refuses this login'),
      isAway: false,
    });
  });

  it('goes on with another server of it when the one that was named is gone, once it has accepted the login', async () => {
    const nc = await connectTo(addressed('ada:right', servers[0]!));
    const first = nc.getServer();
    await servers[0]!.kill();
    await expect.poll(() => nc.getServer()).not.toBe(first);
    await nc.flush();
    await nc.close();
  });
});
