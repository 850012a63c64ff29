import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { natsLog, reconnectOptions, trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import type { EngineArguments } from '../../../tools/chaos/engine.ts';
import { STUDY } from '../../../tools/chaos/study.ts';
import { bundled } from '../../support/bundled.ts';
import { command } from '../../support/command.ts';
import { engineOfPython, packageOfPython } from '../../support/engineOfPython.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { proxyTo } from '../../support/proxy.ts';
import { teamServer } from '../../support/teamServer.ts';
import { type At, engineBy, engineOn, factsOf, fresh, handOn, isFact } from './world.ts';

const programs = await bundled('tools/chaos/engine', 'tools/chaos/trainer');
const LEASE = 3;

interface Program {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function begin(program: string, ...args: readonly (string | number)[]): Program {
  const child = spawn(program, args.map(String), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: mkdtempSync(join(tmpdir(), 'hypertide-faults-')),
    env: { ...process.env, ...engineOfPython },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  onTestFinished(() => {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  });
  return { child, said: () => text };
}
const hypertide = (...args: readonly (string | number)[]) => begin(...command, ...args);
const node = (program: string, ...args: readonly (string | number)[]) => begin(process.execPath, programs(program), ...args);

const objective = `
import sys, time
sys.path.insert(0, ${JSON.stringify(packageOfPython)})
from hypertide import nats as h
def objective(trial):
    for step in range(1, 4):
        time.sleep(0.1)
        trial.report(step, step=step)
    return 1.0
url, study, name, creds = (*sys.argv[1:], None)[:4]
h.run(url, study, objective, name, creds=creds)`;

/** The entries of a study as they arrive, with author and time. */
async function follow(server: NatsServer, study: string) {
  const log = await natsLog(await server.connect(), study);
  const seen: { readonly at: number; readonly author: string; readonly type: string; readonly trial: number; readonly reason?: string }[] =
    [];
  const reading = new AbortController();
  onTestFinished(() => reading.abort());
  void (async () => {
    for await (const entries of log.read(1, reading.signal))
      for (const { at, author = 'engine', fact } of entries) seen.push({ ...(fact as { type: string; trial: number }), at, author });
  })();
  return {
    seen,
    /** Waits for a printed line. */
    until: async (holds: (one: (typeof seen)[number]) => boolean, count = 1): Promise<void> => {
      while (seen.filter(holds).length < count) await sleep(20);
    },
    /** Milliseconds from a time until a trial that started after it is completed. */
    progress: (author: string, since: number): number => {
      const own = seen.filter((one) => one.author === author && one.at > since);
      const begun = new Set(own.flatMap(({ type, trial }) => (type === 'started' ? [trial] : [])));
      const done = own.find(({ type, trial }) => type === 'completed' && begun.has(trial));
      return done ? done.at - since : Number.POSITIVE_INFINITY;
    },
  };
}

const trace = /^\s+at .*[:(]|Traceback/m;

describe('without intervention', () => {
  it('all continue after a half-open network or a killed server, without a trace', async () => {
    const server = await natsServer();
    onTestFinished(() => server.dispose());
    const proxy = await proxyTo(server.url);
    onTestFinished(() => proxy.close());
    const place = mkdtempSync(join(tmpdir(), 'hypertide-faults-'));
    const study = join(place, 'study.yaml');
    writeFileSync(
      study,
      'name: hole\nparameters:\n  x: { type: float, low: -5, high: 5 }\nstrategy: random\ntrials: 100000\nparallel: 8\n',
    );
    const engine = hypertide('serve', study, '--nats', proxy.url, '--lease', LEASE);
    const log = await follow(server, 'hole');
    await log.until(({ type }) => type === 'suggested');
    const worker = hypertide(...['worker', `${proxy.url}/hole`, '--name', 'worker', '--'], ...['sh', '-c', 'sleep 0.2; echo value={x}']);
    const python = begin('python3', '-c', objective, proxy.url, 'hole', 'python');
    const script = node('tools/chaos/trainer', proxy.url, 'hole', 'script', join(place, 'diary'), 'seed', LEASE, 200);
    const names = ['worker', 'python', 'script'];
    for (const name of names) await log.until(({ author, type }) => author === name && type === 'completed', 2);

    const allGoOn = async () => {
      const back = Date.now();
      const longest = 60_000;
      const goOn = () => names.every((name) => log.progress(name, back) < longest);
      while (!goOn() && Date.now() < back + longest) await sleep(100);
      for (const name of names) expect(log.progress(name, back), name).toBeLessThan(longest);
    };
    proxy.swallow();
    await sleep(8000); // long enough to be noticed, and to be in the middle of connecting again when it ends
    proxy.restore();
    await allGoOn();
    await server.kill();
    await sleep(1000);
    await server.restart();
    await allGoOn();
    for (const { child, said } of [engine, worker, python, script]) {
      expect(child.exitCode).toBeNull();
      expect(said()).not.toMatch(trace);
    }
  });

  it('trainers with the least rights continue after a kill of the server', async () => {
    const server = await teamServer('w1', 'w2');
    onTestFinished(() => server.dispose());
    const as = (name: string) => ({ ...reconnectOptions, ...server.loginOf(name) });
    const engine = await engineBy(await server.connect(as('engine')), { study: 's', trials: 1e6, parallel: 4, lease: LEASE });
    const { heard } = engine;
    onTestFinished(engine.close);
    const nc = await server.connect(as('w1'));
    const work = trainer<At>({ nc, study: 's' }, { name: 'w1' }, ({ x }) => sleep(100, x));
    onTestFinished(() => work.close());
    const creds = join(mkdtempSync(join(tmpdir(), 'hypertide-faults-')), 'w2.creds');
    writeFileSync(creds, server.creds.w2!);
    const python = begin('python3', '-c', objective, server.url, 's', 'w2', creds);
    await expect(nc.request('$JS.API.CONSUMER.INFO.HT_s.trainers', '', { timeout: 300 })).rejects.toThrow();
    const by = (trainer: string) => (one: Parameters<ReturnType<typeof isFact>>[0]) => isFact('started', { trainer })(one);
    for (const name of ['w1', 'w2']) await heard.until(by(name));
    for (let kill = 0; kill < 2; kill++) {
      await server.kill();
      await sleep(300);
      await server.restart();
      const from = heard.all.length;
      for (const name of ['w1', 'w2']) await heard.until((one) => heard.all.indexOf(one) >= from && by(name)(one));
    }
    expect(python.said()).not.toMatch(trace);
    expect(heard.all.some(isFact('failed'))).toBe(false);
  });
});

describe('two engines', () => {
  it('continue within three seconds when the active one is killed, and lose no healthy trial when one sleeps for three leases', async () => {
    const server = await natsServer();
    onTestFinished(() => server.dispose());
    const like = {
      servers: server.url,
      port: 0,
      trials: 1e6,
      parallel: 4,
      lease: 2,
      replicas: 1,
      strategy: 'random',
    } satisfies EngineArguments;
    const engine = () => node('tools/chaos/engine', JSON.stringify(like));
    const engines = [engine(), engine()];
    const log = await follow(server, STUDY);
    const nc = await server.connect();
    const work = trainer<At>({ nc, study: STUDY }, { name: 'w', slots: 4 }, ({ x }) => sleep(30, x));
    onTestFinished(() => work.close());
    const completed = ({ type }: { readonly type: string }) => type === 'completed';
    await log.until(completed, 20);
    // Both have read the log: the one that is woken or left must continue.
    for (const { child } of engines) {
      child.kill('SIGSTOP');
      await sleep(6000);
      child.kill('SIGCONT');
      await sleep(1500);
    }
    for (const { child } of engines) child.kill('SIGSTOP'); // no engine gets heartbeats now
    await sleep(6000);
    for (const { child } of engines) child.kill('SIGCONT');
    const awake = log.seen.length;
    await log.until(() => log.seen.length > awake + 100);
    expect(log.seen.filter(({ type }) => type === 'failed')).toEqual([]);

    const longest: number[] = [];
    while (longest.length < 3 && !(Math.min(...longest) < 3000)) {
      // A busy machine may take longer than the engines, but not each time.
      const { child, said } = engines.shift()!;
      const killed = Date.now();
      child.kill('SIGKILL');
      expect(said()).not.toMatch(trace);
      engines.push(engine());
      await log.until(({ author, type, at }) => author === 'engine' && type === 'suggested' && at > killed + 3000);
      const pauses = log.seen.filter(({ at }) => at > killed).map(({ at }, i, rest) => at - (rest[i - 1]?.at ?? killed));
      longest.push(Math.max(...pauses));
    }
    expect(Math.min(...longest)).toBeLessThan(3000);
    for (const { said } of engines) expect(said()).not.toMatch(trace);
  });
});

describe('the consumer of the trainers', () => {
  it('replaces a consumer that has lost its position, and no other one', async () => {
    await using server = await natsServer();
    const study = fresh();
    const trials = 130;
    await using engine = await engineOn(server, { study, trials: trials + 1, parallel: 4 });
    let go!: (value: number) => void;
    const last = new Promise<number>((resolve) => (go = resolve));
    const work = ({ x }: At, { trial }: { readonly trial: number }) => (trial > trials ? last : x * x);
    const { done } = trainer<At>({ nc: await server.connect(), study }, { slots: 4 }, work);
    await engine.heard.until(isFact('started', { trial: trials + 1 }));
    await eventually(async () => expect(engine.heard.all.filter(isFact('completed'))).toHaveLength(trials));
    const { stream, suggested, rpc } = subjectsOf(study);
    const { nc } = await handOn(server, study);
    const jsm = await jetstreamManager(nc);
    const info = () => jsm.consumers.info(stream, 'trainers');
    // A request that the engine misses while it connects again is never answered.
    const status = async () => (await nc.request(rpc('study'), '', { timeout: 1000 })).json();
    const before = await info();
    await engine.nc.reconnect();
    await eventually(async () => expect(await status()).toMatchObject({ ok: true }));
    expect((await info()).created).toBe(before.created);

    await jsm.consumers.delete(stream, 'trainers');
    const config = { durable_name: 'trainers', filter_subject: suggested, ack_policy: 'explicit', deliver_policy: 'all' } as const;
    await jsm.consumers.add(stream, config);
    const lost = await info();
    expect(lost.num_pending).toBeGreaterThan(100);
    await engine.nc.reconnect();
    await eventually(async () => expect((await info()).created).not.toBe(lost.created));
    expect((await info()).num_pending).toBe(0);
    go(1);
    await engine.port.finished;
    await done;
    expect((await factsOf(nc, study)).filter(({ type }) => type === 'started')).toHaveLength(trials + 1);
  });
});
