import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../streams/nats/checkpoints/manifest.ts';
import { restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/transfer.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { python, type Said } from './pythonTrainer.ts';
import { engineOn, factsOf, fresh, handOn, isFact } from './world.ts';

const server = natsOfTests();

describe('the trainer in Python, with checkpoints and signals,', () => {
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

  it('writes no more than the engine admitted, and gives up after its time limit', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const nc = await server.connect();
    const subjects = subjectsOf(study);
    const saved = join(mkdtempSync(join(tmpdir(), 'hypertide-saved-')), 'state');
    writeFileSync(saved, 'good');
    const say = (fact: object) => nc.request(subjects.by('ts', 1), JSON.stringify({ trial: 1, ...fact }));
    const resume = async (attempt: number, checkpoint: string) => {
      await say({ type: 'failed', attempt, run: `r${attempt}`, reason: 'preempted', checkpoint });
      await engine.heard.until(isFact('suggested', { trial: 1, attempt: attempt + 1 }));
    };
    const claim = async (attempt: number) => {
      await engine.heard.until(isFact('suggested', { trial: 1, attempt }));
      await say({ type: 'started', attempt, run: `r${attempt}` });
    };
    await claim(1);
    const honest = await saveCheckpoint({ nc, study, trainer: 'ts', trial: 1, run: 'r1' }, saved);
    const store = async (text: string) => {
      const sha256 = digestOf(Buffer.from(text));
      await nc.request(subjects.chunk('ts', 1, sha256), text);
      return sha256;
    };
    const repeated = async (times: number, size: number) => {
      const chunks = Array(times).fill([digestOf(Buffer.from('good')), size]);
      const manifest = { name: 'state', files: [{ path: '', size: times * size }], empty: [], chunks };
      return `nats:ts/1/${await store(JSON.stringify(manifest))}`;
    };
    /** What a trainer prints about the checkpoint of the next attempt, which it hands back. */
    const printed = async (seconds = 600) => {
      const program = `
checkpoints.RESTORE_SECONDS = ${seconds}
def objective(trial):
    assert trial.checkpoint is None
    raise KeyboardInterrupt
h.run(url, study, objective, name="py")`;
      return (await python(server.url, study, program).ended).text;
    };
    await resume(1, await repeated(3000, 4));
    expect(await printed()).toContain('it begins again: it has 12000 bytes, but the engine admitted 4\n');
    await claim(3);
    await resume(3, await repeated(4, 1));
    expect(await printed()).toContain('it begins again: a chunk of it has 4 bytes instead of 1\n');
    await claim(5);
    await resume(5, honest);
    expect(await printed(0)).toContain('it begins again: it was not restored within 0 seconds\n');
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

  it('saves checkpoints of a running trial at the given interval, and prints that it ends when it is drained', async () => {
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
  ])('hands its trial back at SIGTERM although no engine answers, %s', async (_, attempt, how, more) => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    trial.checkpoint = h.__file__
    if trial.attempt < ${attempt}: raise KeyboardInterrupt
    checkpoints.SAVE_SECONDS = 0.5
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

  it('ends at SIGTERM although its study was deleted while its trial ran', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    engine.port.finished.catch(() => {});
    const program = `
def objective(trial):
    trial.report(1, step=1)
    time.sleep(1)
    return 1.0
h.run(url, study, objective, name="py")`;
    const { child, ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported', { step: 1 }));
    await (await jetstreamManager(engine.nc)).streams.delete(subjectsOf(study).stream);
    await sleep(1500); // it tries to store its result
    child.kill('SIGTERM');
    const { code, text } = await ended;
    expect(code).toBe(130);
    expect(text).toContain(`${study}: the study was deleted, so py ends without storing the result of its trial`);
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
});
