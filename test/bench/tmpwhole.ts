import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { float, random, space } from '../../streams/index.ts';
import { serve } from '../../streams/nats/index.ts';
import { natsServer } from '../support/nats.ts';

const prof = process.argv[3];
const trials = Number(process.argv[2] ?? 4000);
const slots = process.argv[4] ?? '8';
const server = await natsServer();
const nc = await server.connect();
const line = space({ x: float(-5, 5) });
const cpuOf = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return (Number(f[13]) + Number(f[14])) * 10;
};
const children = [1, 2].map(() =>
  spawn(
    process.execPath,
    [
      ...(prof ? ['--cpu-prof', `--cpu-prof-dir=${prof}`] : []),
      fileURLToPath(new URL('./natsTrainer.js', import.meta.url)),
      server.url,
      's',
      slots,
    ],
    { stdio: 'inherit' },
  ),
);
const exits = children.map((child) => once(child, 'exit'));
let completed = 0,
  warm = () => {};
const begun = new Promise<void>((r) => {
  warm = r;
});
let half = () => {};
const all = new Promise<void>((r) => {
  half = r;
});
const { close, finished } = await serve(nc, line, random(), {
  study: 's',
  trials: trials + 500,
  parallel: 64,
  note: ({ fact }) => {
    if ((fact as any)?.type === 'completed') {
      completed++;
      if (completed === 500) warm();
      if (completed === trials + 400) half();
    }
  },
});
await begun;
const c0 = process.cpuUsage();
const s0 = cpuOf(server.pid);
const t0 = children.map((c) => cpuOf(c.pid!));
const since = performance.now();
await all;
const n = trials - 100;
const { user, system } = process.cpuUsage(c0);
console.log(
  'rate',
  ((n / (performance.now() - since)) * 1000).toFixed(0),
  'cpu ms/trial: engine',
  ((user + system) / 1000 / n).toFixed(3),
  'server',
  ((cpuOf(server.pid) - s0) / n).toFixed(3),
  'trainers',
  t0.map((t, i) => ((cpuOf(children[i]!.pid!) - t) / n).toFixed(3)).join(' + '),
);
await finished;
await close();
await Promise.all(exits);
await server.dispose();
process.exit();
