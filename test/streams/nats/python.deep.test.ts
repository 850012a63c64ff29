import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credsAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float, int, pbt, random, space } from '../../../streams/index.ts';
import { restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/transfer.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { serve } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studies.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { engineOn, factsOf, fresh, handOn, hearing, isFact, lateFactOn } from './world.ts';

const folder = fileURLToPath(new URL('../../../src/python/', import.meta.url));

let server: NatsServer;
beforeAll(async () => {
  server = await natsServer();
});
afterAll(() => server.dispose());

interface Said {
  readonly type: string;
  readonly trial?: number;
  readonly attempt?: number;
  readonly params?: { readonly n: number };
  readonly reason?: string;
  readonly values?: object;
  readonly checkpoint?: string;
}

/** Runs a piece of Python that has the trainer at hand. */
function python(url: string, study: string, program: string) {
  const code = `import sys, time\nsys.path.insert(0, ${JSON.stringify(folder)})\nfrom hypertide import nats as h\nurl, study = sys.argv[1:]\n${program}`;
  const child = spawn('/usr/bin/env', ['python3', '-c', code, url, study], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, text })) };
}

describe('the trainer in Python', () => {
  it('saves checkpoints that the other trainers restore, and the other way round', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    await engine.heard.until(isFact('suggested', { trial: 1 }));
    const saved = mkdtempSync(join(tmpdir(), 'hypertide-saved-'));
    mkdirSync(join(saved, 'a'));
    writeFileSync(join(saved, 'a', 'large'), Buffer.alloc(1_200_000, 'abc'));
    writeFileSync(join(saved, 'step'), '1');
    const program = (raises: boolean) => `
def objective(trial):
    import os, pathlib
    if trial.checkpoint is None:
        trial.checkpoint = ${JSON.stringify(saved)}
    else:
        before = pathlib.Path(trial.checkpoint)
        (before / "step").write_text(str(int((before / "step").read_text()) + 1))
        mine = pathlib.Path(${JSON.stringify(saved)} + "-next")
        os.rename(before, mine)
        trial.checkpoint = str(mine)
    ${raises ? 'raise KeyboardInterrupt' : 'return 1.0'}
h.run(url, study, objective, name=${JSON.stringify(raises ? 'py1' : 'py2')})`;
    await python(server.url, study, program(true)).ended;
    await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
    const nc = await server.connect();
    const of = { nc, study, trainer: 'ts', trial: 1, run: 'mine' };
    const claimed = async (attempt: number, run: string) => {
      const suggested = await engine.heard.until(isFact('suggested', { trial: 1, attempt }));
      await nc.request(subjectsOf(study).by('ts', 1), JSON.stringify({ type: 'started', trial: 1, attempt, run }));
      return (suggested.fact as Said).checkpoint!;
    };
    const restored = await restoreCheckpoint(of, await claimed(2, 'mine'), join(saved, 'restored'));
    expect(readFileSync(join(restored, 'a', 'large')).equals(readFileSync(join(saved, 'a', 'large')))).toBe(true);
    const checkpoint = await saveCheckpoint(of, restored);
    await nc.request(
      subjectsOf(study).by('ts', 1),
      JSON.stringify({ type: 'failed', trial: 1, attempt: 2, run: 'mine', reason: 'preempted', checkpoint }),
    );
    expect((await python(server.url, study, program(false)).ended).text).toBe('');
    const done = await engine.heard.until(isFact('completed', { trial: 1 }));
    expect((done.fact as Said).checkpoint).toMatch(/^nats:py2\/1\//);
    expect(readFileSync(join(`${saved}-next`, 'step'), 'utf8')).toBe('2');
    await engine.close();
  });

  it('saves the checkpoint of a running trial, from which it continues after SIGKILL', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1, lease: 4 });
    const program = (name: string, more: string) => `
def objective(trial):
    import pathlib, tempfile
    if trial.checkpoint is not None:
        return float(pathlib.Path(trial.checkpoint).read_text())
    for step in range(1, 4):
        path = pathlib.Path(tempfile.mkdtemp(prefix="hypertide-saved-"), "step")
        path.write_text(str(step))
        trial.checkpoint = str(path)
        trial.report(step, step=step)
    time.sleep(600)
h.run(url, study, objective, name="${name}"${more})`;
    const first = python(server.url, study, program('py1', ', save_every=0'));
    const third = await engine.heard.until(isFact('reported', { step: 3 }));
    expect((third.fact as Said).checkpoint).toMatch(/^nats:py1\/1\//);
    first.child.kill('SIGKILL');
    const again = await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
    expect((again.fact as Said).checkpoint).toBe((third.fact as Said).checkpoint);
    expect(await python(server.url, study, program('py2', '')).ended).toEqual({ code: 0, text: '' });
    expect(((await engine.heard.until(isFact('completed'))).fact as Said).values).toEqual({ value: 3 });
    await engine.close();
  });

  it('saves no checkpoint of a running trial more often than it should, and says that it ends when it is drained', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 9 });
    const program = `
def objective(trial):
    trial.checkpoint = h.__file__
    for step in range(1, 4):
        trial.report(step, step=step)
    time.sleep(0.05)
    return 1.0
h.run(url, study, objective, name="py1", save_every=600)`;
    const { ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported', { step: 3 }));
    await request(engine.nc, study, 'instruct', { trainer: 'py1', to: 'drain' });
    expect((await ended).text).toContain('py1 is drained, so this trainer ends\n');
    const reports = engine.heard.all.filter(({ fact }) => (fact as Said).type === 'reported');
    expect(reports.some(({ fact }) => (fact as Said).checkpoint !== undefined)).toBe(false);
    const trainers = await request(engine.nc, study, 'trainers');
    expect(trainers).toEqual([expect.not.objectContaining({ silent: expect.any(Number) })]);
    await engine.close();
  });

  it('hands its trial back with the last checkpoint at SIGTERM, and ends', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = (name: string) => `
def objective(trial):
    import pathlib, tempfile
    if trial.attempt == 3:
        return float(pathlib.Path(trial.checkpoint).read_text())
    if trial.attempt == 1:
        path = pathlib.Path(tempfile.mkdtemp(prefix="hypertide-saved-"), "step")
        path.write_text("7")
        trial.checkpoint = str(path)
    trial.report(7, step=trial.attempt)
    time.sleep(600)
h.run(url, study, objective, name="${name}")`;
    const first = python(server.url, study, program('py1'));
    await engine.heard.until(isFact('reported'));
    first.child.kill('SIGTERM');
    const handing = 'handing trial 1 back; interrupt again to end at once\ntrial 1 handed back,';
    expect(await first.ended).toEqual({ code: 130, text: `${handing} with its checkpoint on the server\n` });
    const again = await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
    expect((again.fact as Said).checkpoint).toMatch(/^nats:py1\/1\//);
    const second = python(server.url, study, program('py2'));
    await engine.heard.until(isFact('reported', { step: 2 }));
    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 130, text: `${handing} for another trainer to resume from the same checkpoint\n` });
    expect(await python(server.url, study, program('py3')).ended).toEqual({ code: 0, text: '' });
    const done = await engine.heard.until(isFact('completed'));
    expect((done.fact as Said).values).toEqual({ value: 7 });
    await engine.close();
  });

  it.each([
    ['with the path of its checkpoint', 1, /^with its checkpoint (.*)/, { checkpoint: expect.stringContaining('nats.py') }],
    ['with the checkpoint that it resumes', 2, /^for another trainer to resume from the same checkpoint/, {}],
  ])('hands its trial back at SIGTERM though no engine answers, %s', async (_, attempt, how, more) => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    trial.checkpoint = h.__file__
    if trial.attempt < ${attempt}: raise KeyboardInterrupt
    h.checkpoints.SAVE_SECONDS = 0.5
    trial.report(7, step=1)
    time.sleep(600)
h.run(url, study, objective)`;
    if (attempt === 2) await python(server.url, study, program).ended;
    const { child, ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported'));
    await engine.close();
    child.kill('SIGTERM');
    const { code, text } = await ended;
    expect(code).toBe(130);
    const [, said] = text.split('no engine of the study has answered\ntrial 1 handed back, ');
    expect(said).toMatch(how);
    const { type, trial, attempt: last, reason, checkpoint } = (await factsOf(engine.nc, study)).at(-1) as Said;
    expect({ type, trial, attempt: last, reason, checkpoint }).toEqual({ type: 'failed', trial: 1, attempt, reason: 'preempted', ...more });
  });

  it('lets SIGTERM end a process that the objective has forked, and keeps its trial', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    import os, signal
    child = os.fork()
    if child == 0:
        signal.alarm(120)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(600)
    return os.WTERMSIG(os.waitpid(child, 0)[1])
h.run(url, study, objective)`;
    await python(server.url, study, program).ended;
    expect((await factsOf(engine.nc, study)).map((fact) => [fact.type, (fact as Said).values])).toContainEqual([
      'completed',
      { value: 15 },
    ]);
    expect(engine.heard.all.some(isFact('failed'))).toBe(false);
    await engine.close();
  });

  it('fails the trial of an objective that calls sys.exit, and ends with its exit code', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    expect(await python(server.url, study, 'h.run(url, study, lambda trial: sys.exit(3))').ended).toEqual({ code: 3, text: '' });
    const failed = await engine.heard.until(isFact('failed'));
    expect(failed.fact).toMatchObject({
      reason: 'error',
      message: 'the objective called sys.exit(3)',
      trace: expect.stringContaining('line'),
    });
    await engine.close();
  });

  it('ends at once at a second SIGTERM', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    try:
        trial.report(1, step=1)
        time.sleep(600)
    finally:
        trial.report(1, step=2)
        time.sleep(600)
h.run(url, study, objective)`;
    const { child, ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported', { step: 1 }));
    child.kill('SIGTERM');
    await engine.heard.until(isFact('reported', { step: 2 }));
    child.kill('SIGTERM');
    await ended;
    expect(child.signalCode).toBe('SIGTERM');
    await engine.close();
  });

  it.each([
    ['with 130 if it has no trial', '', 130],
    ['as a handler of the program says', 'import os\nsignal.signal(15, lambda *_: os._exit(7))', 7],
  ])('ends at SIGTERM %s', async (_, before, code) => {
    const program = `import signal, threading
${before}
def announce():
    while signal.getsignal(15) is signal.SIG_DFL: time.sleep(0.01)
    print("ready\\n", end="", flush=True)
threading.Thread(target=announce, daemon=True).start()
h.run(url, study, lambda trial: 1.0)`;
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const hand = await handOn(server, study);
    await hand.next();
    const { child, ended } = python(server.url, study, program);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code, text: 'ready\n' });
    await engine.close();
  });

  it('makes its facts CloudEvents, as the other trainers do', async () => {
    const study = fresh();
    const nc = await server.connect();
    const facts: (readonly [type: string, headers: Record<string, string>])[] = [];
    nc.subscribe(`ht.${study}.log.by.>`, {
      callback: (_, message) =>
        void facts.push([
          message.json<Said>().type,
          Object.fromEntries(message.headers!.keys().map((name) => [name, message.headers!.get(name)])),
        ]),
    });
    const engine = await engineOn(server, { study, trials: 1 });
    await python(server.url, study, 'h.run(url, study, lambda trial: 1.0, name="w1")').ended;
    await engine.close();
    expect(facts.map(([type]) => type)).toEqual(['started', 'completed']);
    for (const [type, headers] of facts)
      expect(headers).toMatchObject({
        'ce-specversion': '1.0',
        'ce-id': headers['Nats-Msg-Id'],
        'ce-source': `/studies/${study}/trainers/w1`,
        'ce-type': `hypertide.${type}.v1`,
      });
  });

  it('evaluates a study to its end, and says what went wrong', async () => {
    const study = fresh();
    const heard = hearing();
    const nc = await server.connect();
    const engine = await serve(nc, space({ n: int(1, 6) }), {
      strategy: random(),
      study,
      trials: 6,
      objectives: { loss: 'minimize' },
      onEntry: heard.note,
    });
    const program = `
def objective(trial):
    n = trial["n"]
    trial.report(n + 1, step=1, metrics={"rate": 0.5})
    if n == 1: raise ValueError("one")
    if n == 2: raise h.Infeasible("two")
    if n == 3: return float("nan")
    if n == 4: trial.checkpoint = "ü/4"
    return n
print(h.run(url, study, objective, "py"))`;
    const { ended } = python(server.url, study, program);
    await engine.finished;
    expect(await ended).toEqual({ code: 0, text: '6\n' });
    const n = new Map<number, number>();
    const ends: unknown[] = [];
    for (const { fact, refusal } of heard.all) {
      expect(refusal).toBeUndefined();
      const { type, trial, params, reason, values, checkpoint } = fact as Said;
      if (type === 'suggested') n.set(trial!, params!.n);
      if (type === 'failed' || type === 'completed') ends[n.get(trial!)!] = reason ?? checkpoint ?? values;
    }
    expect(ends.slice(1)).toEqual(['error', 'infeasible', 'non-finite', 'ü/4', { loss: 5 }, { loss: 6 }]);
    await engine.close();
  });

  it.each([
    ['does not train again what has ended', true, '2\n'],
    ['trains what is still free', false, '1\n2\n'],
  ])('%s, though the last fact about the trial is a late one of an earlier attempt', async (_, hasEnded, trained) => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 2 });
    await lateFactOn(server, study, engine.heard, hasEnded);
    const { ended } = python(server.url, study, 'h.run(url, study, lambda trial: print(trial.number) or 1.0, "py")');
    await engine.finished;
    expect(await ended).toEqual({ code: 0, text: trained });
    await engine.close();
  });

  it('leaves metrics out where a result would be too long with them', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 2, parallel: 1 });
    const program = `
def objective(trial):
    metrics = {f"layer_{i}_norm": 0.1 for i in range(1000 if trial.number == 1 else 10000)}
    trial.report(1, step=1, metrics=metrics)
    trial.metrics = metrics
    return 1.0
print(h.run(url, study, objective, "py"))`;
    const { ended } = python(server.url, study, program);
    await engine.finished;
    const { code, text } = await ended;
    expect(code).toBe(0);
    expect(text).toContain('trial 2: metrics left out of completed');
    const results = engine.heard.all
      .filter(isFact('completed'))
      .map(({ fact }) => Object.keys((fact as { metrics?: object }).metrics ?? {}).length);
    expect(results).toEqual([1000, 0]);
    expect(engine.heard.all.filter(isFact('started'))).toHaveLength(2);
    await engine.close();
  });

  it('trains a population, whose members resume from checkpoints of others', async () => {
    const study = fresh();
    const heard = hearing();
    const nc = await server.connect();
    const strategy = pbt({ population: 4, interval: 1, max: 3 });
    const engine = await serve(nc, space({ rate: float(0, 1) }), {
      strategy,
      study,
      objectives: { loss: 'minimize' },
      onEntry: heard.note,
    });
    const program = `
def objective(trial):
    came = int(trial.checkpoint or 0)
    assert came == trial.budget - 1, (came, trial.budget)
    trial.checkpoint = str(trial.budget)
    return abs(trial["rate"] - 0.5)
h.run(url, study, objective, "py")`;
    const { ended } = python(server.url, study, program);
    await engine.finished;
    expect(await ended).toEqual({ code: 0, text: '' });
    const facts = heard.all.map(({ fact }) => fact as Said & { budget?: number; resumes?: number; tags?: { pbt: string } });
    const suggested = facts.filter(({ type }) => type === 'suggested');
    const clones = suggested.filter(({ resumes, tags }) => suggested.some((of) => of.trial === resumes && of.tags!.pbt !== tags!.pbt));
    expect(clones.length).toBeGreaterThan(0);
    expect(suggested.filter(({ budget }) => budget === 3)).toHaveLength(4);
    expect(facts.filter(({ type }) => type === 'failed')).toEqual([]);
    await engine.close();
  });

  it('stops on request, and sends heartbeats while it trains', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1, lease: 4 });
    const program = `
def objective(trial):
    trial.report(3.0, step=1)
    time.sleep(5)
    trial.report(2.0, step=2)
    while True:
        time.sleep(0.02)
        trial.check()
h.run(url, study, objective)`;
    const { ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported', { step: 2 }));
    await engine.nc.request(`ht.${study}.rpc.cancel`, JSON.stringify({ trial: 1 }));
    await engine.finished;
    expect((await ended).code).toBe(0);
    expect(engine.heard.all.filter(isFact('failed'))).toEqual([]);
    expect((await factsOf(engine.nc, study)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['created', 'suggested', 'started', 'reported', 'reported', 'cancelled', 'stopped', 'closed']),
    );
    await engine.close();
  });

  it.each([
    ['returns something else after all', 'return 17.0'],
    ['raises something of its own', 'raise ValueError("interrupted")'],
  ])('has its last report as the result of a trial that was stopped and %s', async (_, ending) => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    trial.report(2.0, step=1)
    while trial.stop_by is None:
        time.sleep(0.02)
    ${ending}
h.run(url, study, objective)`;
    const { ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported'));
    await engine.nc.request(`ht.${study}.rpc.cancel`, JSON.stringify({ trial: 1 }));
    await engine.finished;
    expect(await ended).toEqual({ code: 0, text: '' });
    expect((await factsOf(engine.nc, study)).at(-2)).toMatchObject({ type: 'stopped', step: 1, by: 'person' });
    await engine.close();
  });

  it('continues after a kill of the server', async () => {
    const own = await natsServer();
    try {
      const study = fresh();
      const engine = await engineOn(own, { study, trials: 8, lease: 5 });
      const program = `
def objective(trial):
    for step in range(1, 4):
        time.sleep(0.03)
        trial.report(step, step=step)
    return 1.0
h.run(url, study, objective)`;
      const { ended } = python(own.url, study, program);
      await engine.heard.until(isFact('completed', { trial: 3 }));
      await own.kill();
      await own.restart();
      await engine.finished;
      expect((await ended).code).toBe(0);
      expect((await factsOf(engine.nc, study)).filter(({ type }) => type === 'completed')).toHaveLength(8);
      await engine.close();
    } finally {
      await own.dispose();
    }
  });

  it('says once that its login was revoked', async () => {
    const options = { teams: [{ name: 'lab', trainers: ['w1'] }], store: 'unused', host: '127.0.0.1', port: -1 };
    const { text, files } = await jwtConfig(options);
    const own = await natsServer(`${text.replace(/jetstream \{[^}]*\}/, '')}authorization { timeout: 30 }\n`);
    const login = (user: string, inboxPrefix: string) =>
      own.connect({ inboxPrefix, authenticator: credsAuthenticator(new TextEncoder().encode(files[user])) });
    try {
      const study = fresh();
      const heard = hearing();
      const engine = await serve(await login('lab/engine.creds', '_INBOX_engine'), space({ n: int(1, 6) }), {
        strategy: random(),
        study,
        onEntry: heard.note,
      });
      const creds = join(mkdtempSync(join(tmpdir(), 'hypertide-creds-')), 'w1.creds');
      writeFileSync(creds, files['lab/w1.creds']!);
      const objective = 'lambda trial: time.sleep(0.2) or 1.0';
      const { child, ended } = python(own.url, study, `h.run(url, study, ${objective}, "w1", creds=${JSON.stringify(creds)})`);
      let said = '';
      child.stderr.on('data', (piece: string) => (said += piece));
      await heard.until(isFact('completed'));
      const locked = await jwtConfig({ ...options, keyOf: (name) => files[name]?.trim(), revoke: ['lab/w1'] });
      const system = await login('system.creds', '_INBOX_system');
      await Promise.all(locked.accounts.map((account) => updateAccount(system, account)));
      await eventually(() => expect(said).toContain('the server refuses the login: it has expired or was revoked'));
      await new Promise((resolve) => setTimeout(resolve, 3000)); // it tries again several times
      child.kill('SIGKILL');
      expect((await ended).text.match(/refuses the login/g)).toHaveLength(1);
      await engine.close();
    } finally {
      await own.dispose();
    }
  });
});
