import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { examine } from '../../../src/host/platform/doctor.ts';
import type { Platform } from '../../../src/host/platform/platformFile.ts';

/** Servers of a cluster on this machine, by what each says of JetStream. @returns what doctor says of them */
async function examined(said: readonly ((names: readonly string[]) => object)[]): Promise<string> {
  const servers = said.map(() => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))),
    ),
  );
  const names = ports.map((port) => `127.0.0.1-${port}`);
  for (const [i, server] of servers.entries()) {
    onTestFinished(() => void server.close());
    server.on('request', ({ url }, answer) =>
      answer.end(JSON.stringify(url === '/jsz' ? { meta_cluster: said[i]!(names) } : { version: '2.10.27' })),
    );
  }
  const nats = { cluster: ports.map((port) => ({ host: '127.0.0.1', port })), monitor: 4222 };
  const found = await examine({ nats, teams: [] } as unknown as Platform, []);
  return names.reduce((text, name, i) => text.replaceAll(name, `n${i}`), found.join('; '));
}

const follows = ([leader]: readonly string[]) => ({ leader });

it('names a server that runs, and that the leader of the cluster does without', async () => {
  const leads = ([leader, ...others]: readonly string[]) => ({ leader, replicas: others.map((name) => ({ name })) });
  expect(await examined([leads, follows, follows])).toBe('');
  const withoutLast = (names: readonly string[]) => leads(names.slice(0, 2));
  const left = 'server n2: it runs, but n0, which leads the cluster, does without it: restart n2';
  expect(await examined([withoutLast, follows, follows])).toBe(left);
  const offline = ([leader, second, third]: readonly string[]) => ({
    leader,
    replicas: [{ name: second }, { name: third, offline: true }],
  });
  expect(await examined([offline, follows, follows])).toBe(left);
});
