import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { float, random, space } from '../../streams/index.ts';
import { serve, trainer } from '../../streams/nats/index.ts';
import { directory } from '../cli/support.ts';
import { root } from '../support/documents.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';

const servers = await Promise.all([natsServer(), natsServer()]);
afterAll(() => Promise.all(servers.map((server) => server.dispose())));

async function study(server: NatsServer, name: string, trials: number): Promise<void> {
  const nc = await server.connect();
  const { finished, close } = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: name, trials });
  await trainer<{ readonly x: number }>({ nc, study: name }, {}, ({ x }) => x).done;
  await finished;
  await close();
}

it('the drill restores every study of a server onto an empty one, and only onto an empty one', async () => {
  const [from, onto] = servers as [NatsServer, NatsServer];
  await study(from, 'digits', 5);
  await study(from, 'letters', 3);
  const place = directory();
  const command = join(place, 'hypertide');
  writeFileSync(command, `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist/src/cli/main.js')} "$@"\n`);
  chmodSync(command, 0o755);
  const drill = (servers = [from, onto]) =>
    spawnSync(join(root, 'deploy/drill.sh'), [...servers.map(({ url }) => url), join(place, 'archives')], {
      cwd: place,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${place}:${process.env.PATH}` },
    });
  expect(drill([onto, from])).toMatchObject({ status: 2, stderr: expect.stringContaining('has studies: use an empty server') });
  expect(drill([onto, onto])).toMatchObject({ status: 0, stdout: expect.stringContaining('has no studies: there is nothing to archive') });
  expect(drill()).toMatchObject({ status: 0, stdout: expect.stringContaining('restored 2 studies, each with an equal log') });
  const list = spawnSync(command, ['study', 'list', onto.url, '--json'], { encoding: 'utf8' });
  expect(JSON.parse(list.stdout)).toMatchObject([
    { name: 'digits', completed: 5, closed: 'trials' },
    { name: 'letters', completed: 3, closed: 'trials' },
  ]);
  expect(drill()).toMatchObject({ status: 2, stderr: expect.stringContaining('has studies: use an empty server') });
});
