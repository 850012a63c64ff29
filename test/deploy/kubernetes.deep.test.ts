import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { start } from '../cli/support.ts';
import { eventually } from '../support/eventually.ts';
import { natsServer } from '../support/nats.ts';
import { freePort } from '../support/ports.ts';
import { rendered } from '../support/rendered.ts';
import { type Container, podsOf } from './kubernetes.ts';

it('engine and worker do a study with what their pods get', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const [health, figures] = [await freePort(), await freePort()];
  const declare = (url: string) => ({ nats: { url, monitor: health }, teams: { vision: {} } });
  const first = await rendered(declare('nats://unknown'));
  const server = await natsServer(first.files['nats/nats.conf']);
  const made = await rendered(declare(server.url), first.keys);
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('etc/hypertide/platform.yaml', made.files['hypertide/platform.yaml']!);
  put('etc/hypertide/keys/vision/engine.creds', made.keys['vision/engine.creds']!);
  put('signer/trainer.signer', made.keys['vision/trainer.signer']!);
  put('admin.creds', made.keys['vision/admin.creds']!);
  put(
    'digits.yaml',
    'name: digits\nparameters: { x: { type: float, low: 0, high: 1 } }\nobjective: minimize loss\nstrategy: random\ntrials: 4\n',
  );
  put('train.py', 'print("loss=1")\n');
  /** Starts what a container runs, with its paths in the folder, and as one server keeps only one copy. */
  const inPod = ({ args }: Container, port: number) =>
    start(
      folder,
      ...args.map((arg) =>
        arg
          .replace('$(POD_NAME)', 'worker-x1')
          .replace(/(?<=^|=)(?=\/(etc|signer|keys|work)\b)/, folder)
          .replace(/0\.0\.0\.0:\d+/, `127.0.0.1:${port}`)
          .replace(/^3$/, '1'),
      ),
    );
  const { initContainers, containers } = podsOf('hypertide-worker').spec;
  const engine = inPod(podsOf('hypertide-engine').spec.containers[0], figures);
  process.env.HYPERTIDE_NATS = server.url;
  let worker: ReturnType<typeof start> | undefined;
  try {
    expect(await inPod(initContainers![0]!, 0).ended).toMatchObject({ code: 0 });
    const port = await freePort();
    worker = inPod(containers[0], port);
    const statusAt = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    await eventually(async () => expect([await statusAt(figures), await statusAt(port)]).toEqual([200, 200]));
    const admin = (...args: readonly string[]) => start(folder, ...args, '--creds', 'admin.creds').ended;
    expect(await admin('study', 'create', 'digits.yaml', server.url)).toMatchObject({ code: 0 });
    await eventually(async () => expect((await admin('study', 'list', server.url)).out).toMatch(/digits +closed/));
  } finally {
    delete process.env.HYPERTIDE_NATS;
    for (const one of [worker, engine]) one?.child.kill();
    await Promise.all([worker?.ended, engine.ended]);
    await server.dispose();
    rmSync(folder, { recursive: true });
  }
});
