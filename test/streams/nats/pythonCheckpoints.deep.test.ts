import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/bucket.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { type TeamServer, teamServer } from '../../support/teamServer.ts';
import { python, type Said } from './pythonTrainer.ts';
import { engineOn, fresh, isFact } from './world.ts';

let server: TeamServer;
beforeAll(async () => {
  server = await teamServer('w1', 'w2', 'w3');
});
afterAll(() => server.dispose());

/** The arguments with which a trainer goes in. */
function login(name: string): string {
  const creds = join(mkdtempSync(join(tmpdir(), 'hypertide-creds-')), `${name}.creds`);
  writeFileSync(creds, server.creds[name]!);
  return `name="${name}", creds=${JSON.stringify(creds)}`;
}

it('the trainer in Python saves checkpoints that the other trainers restore, and the other way round', async () => {
  const study = fresh();
  const engine = await engineOn(server, { study, trials: 1 }, server.loginOf('engine'));
  const saved = mkdtempSync(join(tmpdir(), 'hypertide-saved-'));
  mkdirSync(join(saved, 'a'));
  mkdirSync(join(saved, 'empty'));
  writeFileSync(join(saved, 'a', 'lärge'), Buffer.alloc(1_200_000, 'abc'));
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
h.run(url, study, objective, ${login(raises ? 'w1' : 'w2')})`;
  await python(server.url, study, program(true)).ended;
  const suggested = await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
  const nc = await server.as('w3');
  const of = { nc, study, trainer: 'w3', trial: 1, attempt: 2, run: 'mine' };
  const say = (fact: object) => nc.request(subjectsOf(study).by('w3', 1), JSON.stringify({ trial: 1, attempt: 2, run: 'mine', ...fact }));
  await say({ type: 'started' });
  const restored = await restoreCheckpoint(of, (suggested.fact as Said).checkpoint!, join(saved, 'restored'));
  expect(readFileSync(join(restored, 'a', 'lärge')).equals(readFileSync(join(saved, 'a', 'lärge')))).toBe(true);
  await say({ type: 'failed', reason: 'preempted', checkpoint: await saveCheckpoint(of, restored) });
  expect((await python(server.url, study, program(false)).ended).text).toBe('');
  const done = await engine.heard.until(isFact('completed', { trial: 1 }));
  expect((done.fact as Said).checkpoint).toMatch(/^nats:w2\/1\/3\//);
  expect(readFileSync(join(`${saved}-next`, 'step'), 'utf8')).toBe('2');
  await engine.close();
});

it('the next report of the trainer in Python names the checkpoint that was saved, from which another one continues after SIGKILL', async () => {
  const study = fresh();
  const engine = await engineOn(server, { study, trials: 1, lease: 4 }, server.loginOf('engine'));
  const program = (name: string, more: string) => `
def objective(trial):
    import pathlib, tempfile
    if trial.checkpoint is not None:
        return float(pathlib.Path(trial.checkpoint).read_text())
    place = pathlib.Path(tempfile.mkdtemp(prefix="hypertide-saved-"))
    for step in (1, 2, 3, 4):
        (place / "step").write_text(str(step))
        trial.checkpoint = str(place / "step")
        trial.report(step, step=step)
    time.sleep(600)
h.run(url, study, objective, ${login(name)}${more})`;
  const first = python(server.url, study, program('w1', ', save_every=0'));
  const third = await engine.heard.until(isFact('reported', { step: 3 }));
  const fourth = await engine.heard.until(isFact('reported', { step: 4 }));
  expect((third.fact as Said).checkpoint).toBeUndefined();
  expect((fourth.fact as Said).checkpoint).toMatch(/^nats:w1\/1\/1\//);
  first.child.kill('SIGKILL');
  const again = await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
  expect((again.fact as Said).checkpoint).toBe((fourth.fact as Said).checkpoint);
  expect(await python(server.url, study, program('w2', '')).ended).toEqual({ code: 0, text: '' });
  expect(((await engine.heard.until(isFact('completed'))).fact as Said).values).toEqual({ value: 3 });
  await engine.close();
});
