import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { directory, hypertide, journalOf, start } from '../cli/support.ts';
import { freePort } from '../support/ports.ts';
import type { Started } from '../support/started.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const python = execFileSync(path('../scripts/ensure-python.sh'), ['openapi_core'], { encoding: 'utf8' }).trim();
const run = promisify(execFile);

const isUp = (port: number) =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function serve(place: string, port: number, ...options: readonly string[]): Promise<Started> {
  const started = start(place, 'serve', 'study.yaml', '--http', String(port), ...options);
  while (!(await isUp(port))) {
    if (started.child.exitCode !== null) throw new Error(started.said());
    await sleep(50);
  }
  return started;
}

const STUDY = `parameters:
  x: { type: float, low: 0, high: 1 }
objective: minimize loss
epochs: 3
trials: 30
parallel: 4
`;

it('Python clients that read the OpenAPI document run a study, though the server is killed', async () => {
  const place = directory();
  writeFileSync(join(place, 'study.yaml'), STUDY);
  const port = await freePort();
  let server = await serve(place, port, '--lease', '60');
  const client = (name: string) =>
    run(python, [path('./programs/client.py'), `http://127.0.0.1:${port}`, 'study', name, '0'], { timeout: 240_000 });
  const clients = Promise.all(['p1', 'p2', 'p3'].map(client));
  const ended = () => journalOf(place).filter(({ type }) => type === 'completed' || type === 'stopped').length;
  const reached = async (amount: number) => {
    while (ended() < amount) await sleep(50);
  };
  for (const amount of [6, 15]) {
    await Promise.race([reached(amount), clients]); // a client that fails ends the test
    server.child.kill('SIGKILL');
    await server.ended;
    server = await serve(place, port, '--lease', '60');
  }
  const reports = (await clients).map(({ stdout }) => JSON.parse(stdout));
  for (const { checked } of reports) expect(checked).toBeGreaterThan(5);
  server.child.kill('SIGINT');
  expect((await server.ended).code).toBe(0);
  const lines = journalOf(place);
  const ends = lines.filter(({ type }) => type === 'completed' || type === 'stopped');
  expect(new Set(ends.map(({ trial }) => trial)).size).toBe(30);
  expect(ends).toHaveLength(30); // no result was stored twice
  expect(lines.filter(({ type }) => type === 'failed')).toEqual([]); // and no attempt was lost
  expect(lines.filter(({ type }) => type === 'closed')).toHaveLength(1);
  const verified = await hypertide(place, 'verify', 'study.jsonl');
  expect(verified.code, verified.out + verified.err).toBe(0);
});

it('the requests of the guide work, and its trainers run the study to its end', async () => {
  const guide = readFileSync(path('../../docs/guides/http.md'), 'utf8');
  const blocks = [...guide.matchAll(/```(\w+)(?: no-run)?\n([\s\S]*?)```/g)].map(([, language, text]) => ({ language, text: text! }));
  const place = directory();
  writeFileSync(join(place, 'digits.yaml'), blocks.find(({ language }) => language === 'yaml')!.text);
  const port = await freePort();
  const server = start(place, 'serve', 'digits.yaml', '--http', String(port), '--folder', 'studies');
  while (!(await isUp(port))) await sleep(50);
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  const requests = lines.filter((line) => line.startsWith('curl '));
  expect(requests.length).toBeGreaterThan(12);
  for (const [language, file] of [
    ['python', 'trainer.py'],
    ['ts', 'trainer.mts'],
  ] as const) {
    const { text } = blocks.find((block) => block.language === language)!;
    const here = text.replaceAll('localhost:8080', `127.0.0.1:${port}`).replace('hypertide/http', path('../../streams/http/index.ts'));
    writeFileSync(join(place, file), here);
  }
  for (const line of requests) {
    if (line.includes('/close')) {
      // Trial 2 of the guide was cancelled, so its trainer ends it; then the trainers of the guide do the rest.
      const [, ask2] = requests.filter((request) => request.includes('/ask'));
      expect(ask2).toContain('ask-2');
      const fail = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ run: 'ask-2' }) };
      expect((await fetch(`http://127.0.0.1:${port}/v1/studies/digits/trials/2/fail`, fail)).status).toBe(200);
      await Promise.all([
        run(python, [join(place, 'trainer.py')], { timeout: 120_000 }),
        run(process.execPath, [path('../../node_modules/tsx/dist/cli.mjs'), join(place, 'trainer.mts')], { timeout: 120_000 }),
      ]);
    }
    const shell = spawn('sh', ['-c', `${line.replaceAll('localhost:8080', `127.0.0.1:${port}`)} -sS -w '\n%{http_code}'`]);
    let out = '';
    shell.stdout.on('data', (text) => {
      out += text;
    });
    await once(shell, 'close');
    if (!line.includes('/close')) expect(out.trim().split('\n').at(-1), line + out).toBe('200');
  }
  const ends = journalOf(place, 'digits.jsonl').filter(({ type }) => type === 'completed');
  expect(ends.length).toBeGreaterThan(50);
  expect(existsSync(join(place, 'studies', 'second.jsonl'))).toBe(true);
  server.child.kill('SIGINT');
  await server.ended;
});
