import type { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/ports.ts';
import { startIn } from '../support/started.ts';

/** A study that a host runs in a folder, with trainers. They fail while the folder has a file `broken`, and wait while it has a file `idle`. */
export interface HostedProcess {
  readonly child: ChildProcess;
  /** The study, as arguments of a command. */
  readonly place: readonly string[];
  /** Where its page is. */
  readonly url: string;
  /** What it has printed. */
  said(): string;
  /** Kills it and its trainers. */
  kill(): void;
}

export interface HostPlace {
  /** It has `study.yaml` with a study `digits`, and `hooks.yaml`. */
  readonly folder: string;
  /** The address of a NATS server. */
  readonly nats: string;
  /** Bytes of the log on that server. */
  readonly bytes?: number;
}

const STUDY = {
  name: 'digits',
  parameters: { x: { type: 'float', low: 0, high: 1 } },
  objective: 'minimize loss',
  strategy: 'random',
  trials: 1000,
  parallel: 2,
};
const HOOKS = 'on:\n  ended: [sh, -c, "cat >> ended.jsonl"]\n';
const TRAINER = [
  'sh',
  '-c',
  'while [ -e idle ]; do sleep 0.05; done; sleep 0.1; if [ -e broken ]; then echo "no module" >&2; exit 1; fi; echo loss={x}',
];
const tracing = fileURLToPath(new URL('./programs/tracing.mjs', import.meta.url));

/** The spans of a host, which are elsewhere: its disk may be full. */
export const spansOf = (folder: string): string => `${folder}.spans`;

/** Writes the files of a host into a folder. */
export function prepare(folder: string): void {
  writeFileSync(join(folder, 'study.yaml'), JSON.stringify(STUDY));
  writeFileSync(join(folder, 'hooks.yaml'), HOOKS);
}

/** Starts the command in a folder. */
function started(folder: string, args: readonly string[], stdin: 'pipe' | 'ignore' = 'ignore') {
  const env = { ...process.env, OTEL_SERVICE_NAME: 'test', NODE_OPTIONS: `--import=${tracing}`, SPANS: spansOf(folder) };
  const { child, printed, said } = startIn(folder, args, env, stdin);
  return { child, said: () => (stdin === 'ignore' ? printed() : '') + said(), kill: () => void child.kill('SIGKILL') };
}

/** Asks for trials and tells results, one after another, until the host refuses. */
async function train(
  folder: string,
  ask: () => Promise<{ readonly trial: number; readonly run?: string } | undefined>,
  tell: (trial: number, run: string | undefined, isBroken: boolean) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const asked = await ask().catch(() => undefined);
    await sleep(100);
    while (existsSync(join(folder, 'idle'))) await sleep(50);
    if (asked === undefined) continue;
    await tell(asked.trial, asked.run, existsSync(join(folder, 'broken'))).catch(() => {});
  }
}

async function run({ folder }: HostPlace): Promise<HostedProcess> {
  const port = await freePort();
  const process = started(folder, ['run', 'study.yaml', '--hooks', 'hooks.yaml', '--dashboard', `${port}`, '--', ...TRAINER]);
  return { ...process, place: ['digits.jsonl'], url: `http://127.0.0.1:${port}` };
}

/** How a process is killed that has a worker, whose files are elsewhere: the disk of the process may be full. */
function withWorker(folder: string, process: { kill(): void }, address: string) {
  const files = ['--directory', `${folder}.worker`];
  const worker = started(folder, ['worker', address, '--parallel', '2', ...files, '--', ...TRAINER]);
  const kill = () => {
    worker.kill();
    process.kill();
  };
  return { kill };
}

async function serveNats({ folder, nats, bytes }: HostPlace): Promise<HostedProcess> {
  const port = await freePort();
  const limit = bytes === undefined ? [] : ['--max-bytes', `${bytes}`];
  const process = started(folder, ['serve', 'study.yaml', '--nats', nats, '--hooks', 'hooks.yaml', '--http', `${port}`, ...limit]);
  return { ...process, ...withWorker(folder, process, `${nats}/digits`), place: [`${nats}/digits`], url: `http://127.0.0.1:${port}` };
}

async function serveHttp({ folder }: HostPlace): Promise<HostedProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = started(folder, ['serve', 'study.yaml', '--hooks', 'hooks.yaml', '--http', `${port}`]);
  await eventually(() => fetch(url)); // a worker waits for no server that has never answered
  return { ...process, ...withWorker(folder, process, `${url}/digits`), place: ['digits.jsonl'], url };
}

/** Requests over standard input. @param send gives a request and takes its answer */
const lines = (child: ChildProcess) => {
  const waiting = new Map<number, (answer: Readonly<Record<string, unknown>>) => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const answer = JSON.parse(line) as { readonly seq?: number; readonly id?: number };
    waiting.get(answer.seq ?? answer.id ?? -1)?.(answer);
  });
  child.stdin!.on('error', () => {}); // it was killed
  return (number: number, request: object) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      waiting.set(number, resolve);
      child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
};

async function mcp({ folder }: HostPlace): Promise<HostedProcess> {
  const port = await freePort();
  const args = ['server', 'mcp', 'study.yaml', '--folder', '.', '--hooks', 'hooks.yaml', '--http', `${port}`];
  const process = started(folder, args, 'pipe');
  const send = lines(process.child);
  let count = 0;
  const request = async (method: string, params: object) => {
    const id = ++count;
    return (await send(id, { jsonrpc: '2.0', id, method, params })) as {
      readonly result?: { readonly content?: readonly { readonly text: string }[] };
    };
  };
  const call = async (name: string, input: object) => {
    const { result } = await request('tools/call', { name, arguments: { study: 'digits', ...input } });
    return JSON.parse(result!.content![0]!.text) as { readonly next: string; readonly trial: number; readonly run: string };
  };
  const ask = async () => {
    const answer = await call('ask', { wait: 0 });
    return answer.next === 'trial' ? answer : undefined;
  };
  const tell = (trial: number, run: string | undefined, isBroken: boolean) =>
    isBroken ? call('fail', { trial, run, reason: 'error', message: 'no module' }) : call('tell', { trial, run, values: { loss: trial } });
  const begin = async () => {
    await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } });
    process.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    await train(folder, ask, tell);
  };
  void begin();
  return { ...process, place: ['digits.jsonl'], url: `http://127.0.0.1:${port}` };
}

async function askTell({ folder }: HostPlace): Promise<HostedProcess> {
  const port = await freePort();
  const args = ['dev', 'ask-tell', '--journal', 'digits.jsonl', '--hooks', 'hooks.yaml', '--http', `${port}`];
  const process = started(folder, args, 'pipe');
  const send = lines(process.child);
  let count = 0;
  const request = async (cmd: string, fields: object = {}) => {
    const seq = ++count;
    return (await send(seq, { cmd, seq, ...fields })) as { readonly trial?: number };
  };
  const ask = async () => {
    const { trial } = await request('ask');
    return trial === undefined ? undefined : { trial };
  };
  const tell = (trial: number, _run: string | undefined, isBroken: boolean) =>
    isBroken ? request('tell', { trial, reason: 'error', message: 'no module' }) : request('tell', { trial, values: { loss: trial } });
  const begin = async () => {
    await request('init', { study: STUDY });
    await request('limit', { trials: STUDY.trials, start: true });
    await train(folder, ask, tell);
  };
  void begin();
  return { ...process, place: ['digits.jsonl'], url: `http://127.0.0.1:${port}` };
}

/** Every process that runs studies. */
export const hosts = { run, 'serve --nats': serveNats, 'serve --http': serveHttp, mcp, 'ask-tell': askTell };
