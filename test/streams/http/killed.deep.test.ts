import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openStudy } from '../../../streams/http/index.ts';
import { command } from '../../support/command.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';

const file = { name: 'digits', parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', trials: 40, parallel: 2 };
const [program, ...args] = command;

it('opens a study whose server is killed three times, and says each thing once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-killed-'));
  writeFileSync(join(directory, 'digits.yaml'), JSON.stringify(file));
  const port = await freePort();
  let server: ChildProcess;
  const start = async () => {
    server = spawn(program, [...args, 'serve', 'digits.yaml', '--http', String(port)], { cwd: directory, stdio: 'ignore' });
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/v1/studies/digits`)).status).toBe(200));
  };
  const kill = async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  onTestFinished(async () => {
    await kill();
    rmSync(directory, { recursive: true });
  });
  await start();
  const study = await openStudy<{ x: number }>(`http://127.0.0.1:${port}/digits`, { warn: () => {} });
  onTestFinished(() => study.close());
  const seen: number[] = [];
  study.entries$.subscribe(({ position }) => seen.push(position));
  const work = async () => {
    for (let next = await study.ask(); next; next = await study.ask()) {
      await study.report(next.trial, 1);
      await sleep(50);
      await study.tell(next.trial, next.params.x);
    }
  };
  const working = Promise.all([work(), work()]);
  for (let kills = 0; kills < 3; kills++) {
    const before = seen.length;
    await eventually(() => expect(seen.length).toBeGreaterThan(before + 20));
    await kill();
    await start();
  }
  await working;
  expect(await study.result()).toMatchObject({ completed: 40, failed: 0, reason: 'trials' });
  expect(study.trials().filter(({ attempt }) => attempt !== 1)).toEqual([]);
  expect(seen).toEqual(seen.map((_, i) => i + 1));
  const facts = readFileSync(join(directory, 'digits.jsonl'), 'utf8').match(/(?<="type":")(reported|completed)(?=")/g)!;
  expect(facts).toHaveLength(80);
});
