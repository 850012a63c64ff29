import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jwtConfig } from '../../../../streams/nats/config/jwtConfig.ts';
import { serversOf } from '../../../../streams/nats/config/serverConfig.ts';
import { wrongOption } from '../../../support/coded.ts';
import { natsProgram } from '../../../support/nats.ts';

const place = mkdtempSync(join(tmpdir(), 'hypertide-conf-'));

/** What `nats-server -t` says about a configuration that it refuses. */
function refusalOf(text: string): string | undefined {
  const file = join(place, 'server.conf');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(natsProgram(), ['-t', '-c', file], { encoding: 'utf8', cwd: place });
  return status === 0 ? undefined : stderr;
}

const hosts = ['n1.example.com', 'n2.example.com', 'n3.example.com'].map((host) => ({ host }));
const teams = ['vision', 'nlp'].map((name) => ({ name, trainers: ['w1'], bytes: 3e9 }));

describe('the servers of a cluster', () => {
  const servers = serversOf(hosts, { password: 'p/w d', monitor: { port: 8222 }, store: '/data' });

  it('differ only in their names, and know each other', () => {
    const [first, ...others] = servers;
    expect(first).toMatchObject({ name: 'n1.example.com', host: '0.0.0.0', port: 4222, store: '/data' });
    expect(others.map(({ name, ...rest }) => rest)).toEqual(others.map(() => ({ ...first, name: undefined })));
    expect(first!.cluster!.routes).toEqual(hosts.map(({ host }) => `${host}:6222`));
  });

  it('have configurations that the server accepts', async () => {
    const { textOf } = await jwtConfig({ teams });
    for (const server of servers) {
      const text = textOf(server);
      expect(refusalOf(text)).toBeUndefined();
      expect(text).toContain(`server_name: "${server.name}"`);
      expect(text).not.toContain('It holds no secrets');
      expect(refusalOf(text.replace('lame_duck_duration', 'lame_duck_span'))).toContain('lame_duck_span'); // so it reads all of it
    }
  });

  it('have different ports and stores on one machine', () => {
    const local = [4222, 4223, 4224].map((port) => ({ host: '127.0.0.1', port }));
    const made = serversOf(local, { password: 'x', monitor: { port: 8222 } });
    expect(made.map(({ name, host, store, monitor, cluster }) => [name, host, store, monitor?.port, cluster?.port])).toEqual([
      ['127.0.0.1-4222', '127.0.0.1', 'nats-store/127.0.0.1-4222', 8222, 6222],
      ['127.0.0.1-4223', '127.0.0.1', 'nats-store/127.0.0.1-4223', 8223, 6223],
      ['127.0.0.1-4224', '127.0.0.1', 'nats-store/127.0.0.1-4224', 8224, 6224],
    ]);
  });

  it('check the certificates of each other, if they have any', async () => {
    const tls = { cert: 'c.pem', key: 'k.pem' };
    const [{ textOf }, [server]] = [await jwtConfig({ teams }), serversOf(hosts, { password: 'x', tls, ca: 'ca.pem' })];
    const [, clients, others] = textOf(server!).split(/\btls \{/);
    expect(clients).not.toContain('verify');
    expect(others).toContain('ca_file: "ca.pem"\n    verify: true');
  });

  it.each([
    ['two servers', hosts.slice(1)],
    ['none', []],
    ['the same one twice', [...hosts, hosts[0]!]],
    ['a name that leads out of the folder', [...hosts, { host: '../n4' }]],
  ])('are not %s', (_, members) => {
    expect(() => serversOf(members, { password: 'x' })).toThrow(wrongOption('cluster'));
  });
});

it('the bytes of a team are a limit of its account', async () => {
  const { accounts } = await jwtConfig({ teams: [...teams, { name: 'free', trainers: [] }] });
  const said = accounts.map(({ name, jwt }) => [name, JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).nats.limits]);
  expect(Object.fromEntries(said)).toMatchObject({ 'vision/studies': { disk_storage: 3e9 }, 'free/studies': { disk_storage: -1 } });
});
