import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'hypertide-full-'));
afterEach(() => {
  execFileSync('umount', ['--lazy', place]);
  rmSync(place, { recursive: true, force: true });
});

/** Only root mounts file systems. In CI, a case that cannot run must fail. */
const mounts = it.skipIf(!process.env.CI && process.getuid?.() !== 0);

mounts('a study waits while the disk is full, reports that once, and loses nothing', async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', place]);
  const study = 'name: study\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: 1\ntrials: 60\nparallel: 2\n';
  writeFileSync(join(place, 'study.yaml'), study);
  const program = ['sh', '-c', '[ {trial} -lt 30 ] || until [ -e go ]; do sleep 0.1; done; sleep 0.1; echo value={x}'];
  const child = spawn(process.execPath, [command, 'run', 'study.yaml', '--json', '--', ...program], { cwd: place });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const ended = () => texts.out.split('\n').length - 1;
  while (ended() < 5) await sleep(20);
  const filler = join(place, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(2 ** 20));
  } catch {} // now it is full
  while (!/waiting for space/.test(texts.err)) await sleep(20);
  await sleep(3000);
  const before = ended();
  rmSync(filler);
  writeFileSync(join(place, 'go'), '');
  while (ended() < before + 10) await sleep(20);
  const [status] = await once(child, 'close');
  expect(status).toBe(0);
  const rows = texts.out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { trial: number; status: string });
  expect(new Set(rows.filter((row) => row.status === 'completed').map(({ trial }) => trial)).size).toBe(60);
  expect(texts.err.match(/the disk is nearly full \(0\.\d MB free\)/g)).toHaveLength(1);
  expect(texts.err.match(/study\.jsonl.*waiting for space/g)?.length ?? 0).toBeLessThanOrEqual(1);
  expect(execFileSync(process.execPath, [command, 'verify', 'study.jsonl'], { cwd: place, encoding: 'utf8' })).toMatch(/all equal\n$/);
});
