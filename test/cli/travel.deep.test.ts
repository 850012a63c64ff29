import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { factsOf } from '../streams/nats/world.ts';
import { teamServer } from '../support/teamServer.ts';
import { directory, start, studyIn, TRAINER, until } from './support.ts';

const server = await teamServer('w1', 'w2');
afterAll(() => server.dispose());

/** A directory of its own for a user: what another machine would be. */
function machine(user: string): { readonly place: string; readonly login: readonly string[] } {
  const place = directory();
  writeFileSync(join(place, 'my.creds'), server.creds[user]!);
  return { place, login: ['--creds', join(place, 'my.creds')] };
}

async function serving(study: string, more: string) {
  const { place, login } = machine('engine');
  const serve = start(
    studyIn(`name: ${study}\n${more}`, place),
    'serve',
    'study.yaml',
    '--nats',
    server.url,
    ...login,
    '--lease',
    '10',
    '--once',
  );
  await until(() => serve.said().includes(`${study}: started`));
  return serve;
}

function working(study: string, user: string, ...words: readonly string[]) {
  const { place, login } = machine(user);
  const worker = start(place, 'worker', `${server.url}/${study}`, ...login, '--name', user, '--', ...TRAINER, ...words);
  return { ...worker, place };
}

const facts = async (study: string) => factsOf(await server.as('engine'), study);

/** The output of an attempt so far; empty while it has no log. */
function outputOf(place: string, study: string, trial: number, attempt = 1): string {
  const log = join(place, `${study}.trials`, `trial-${trial}`, `attempt-${attempt}.log`);
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}

describe('workers that share no directory', () => {
  it('continue a trial that one of them handed back', async () => {
    const serve = await serving('drain', 'trials: 1\n');
    const one = working('drain', 'w1', '--steps', '1000', '--sleep', '0.05');
    await until(() => outputOf(one.place, 'drain', 1).includes('"step":3'));
    one.child.kill('SIGTERM');
    const { err } = await one.ended;
    expect(err).toContain('handing the running trial back; interrupt again');
    expect(err).toContain('trial 1 handed back, with its checkpoint on the server');
    rmSync(one.place, { recursive: true });
    const two = working('drain', 'w2', '--steps', '5');
    expect((await two.ended).code).toBe(0);
    const [, from] = /from step (\d+)/.exec(outputOf(two.place, 'drain', 1, 2))!;
    expect(Number(from)).toBeGreaterThanOrEqual(3);
    expect((await serve.ended).code).toBe(0);
  });

  it('continue a trial of a machine that is gone, from what it saved while the trial was running', async () => {
    const serve = await serving('killed', 'trials: 1\n');
    const { place, login } = machine('w1');
    const words = ['--name', 'w1', '--save-every', '0.5', '--', ...TRAINER, '--steps', '1000', '--sleep', '0.5', '--mode', 'saving'];
    const one = start(place, 'worker', `${server.url}/killed`, ...login, ...words);
    const named = () => facts('killed').then((all) => all.findLast((fact) => fact.type === 'reported' && 'checkpoint' in fact));
    await expect.poll(named).toMatchObject({ checkpoint: expect.stringMatching(/^nats:w1\/1\//) });
    one.child.kill('SIGKILL');
    await one.ended;
    rmSync(place, { recursive: true });
    const two = working('killed', 'w2', '--steps', '5');
    expect((await two.ended).code).toBe(0);
    const again = (await facts('killed')).find((fact) => fact.type === 'suggested' && 'attempt' in fact && fact.attempt === 2);
    expect(again).toMatchObject({ checkpoint: expect.stringMatching(/^nats:w1\/1\//) });
    expect(outputOf(two.place, 'killed', 1, 2)).toMatch(/from step [1-9]/);
    expect((await serve.ended).code).toBe(0);
  });

  it('keep checkpoints where their own commands do', async () => {
    const bucket = directory();
    const serve = await serving('bucket', 'trials: 1\n');
    const work = (user: string, steps: string) => {
      const { place, login } = machine(user);
      const store = `cp -r "$HYPERTIDE_PATH" ${bucket}/$HYPERTIDE_SAVE && echo bucket://$HYPERTIDE_SAVE`;
      const fetch = `cp -r ${bucket}/\${HYPERTIDE_REFERENCE#bucket://}/. "$HYPERTIDE_PATH"`;
      const words = ['--name', user, '--store', store, '--fetch', fetch, '--', ...TRAINER, '--steps', steps];
      return { ...start(place, 'worker', `${server.url}/bucket`, ...login, ...words, '--sleep', '0.05'), place };
    };
    const one = work('w1', '1000');
    await until(() => outputOf(one.place, 'bucket', 1).includes('"step":3'));
    one.child.kill('SIGTERM');
    expect((await one.ended).err).toContain('trial 1 handed back, with its checkpoint stored by --store');
    rmSync(one.place, { recursive: true });
    const two = work('w2', '5');
    expect((await two.ended).code).toBe(0);
    const [, from] = /from step (\d+)/.exec(outputOf(two.place, 'bucket', 1, 2))!;
    expect(Number(from)).toBeGreaterThanOrEqual(3);
    expect((await serve.ended).code).toBe(0);
  });

  it.each([
    ['rungs', ['--hold', '2'], 'trials: 6\nstrategy: { chain: [{ asha: { min: 1, max: 9, eta: 3, pause: true } }, random] }\n'],
    ['population', ['--hold', '3'], 'trials: 4\nstrategy: { chain: [{ pbt: { population: 4, interval: 2, max: 6 } }, random] }\n'],
  ])('resume what others paused: %s', async (study, hold, strategy) => {
    const serve = await serving(study, `parallel: 2\nresumes: true\n${strategy}`);
    const one = working(study, 'w1', ...hold); // it resumes nothing
    await until(() => one.said().includes('trial 2 completed'));
    one.child.kill('SIGTERM');
    await one.ended;
    const two = working(study, 'w2');
    expect((await two.ended).code).toBe(0);
    expect((await serve.ended).code).toBe(0);
    const all = await facts(study);
    const by = new Map(all.flatMap((fact) => (fact.type === 'started' ? [[fact.trial, fact.trainer] as const] : [])));
    const budgets = new Map(all.flatMap((fact) => (fact.type === 'suggested' ? [[fact.trial, fact.budget] as const] : [])));
    const attempts = new Map(all.flatMap((fact) => (fact.type === 'started' ? [[fact.trial, fact.attempt] as const] : [])));
    const resuming = all.flatMap((fact) => (fact.type === 'suggested' && fact.resumes !== undefined && fact.attempt === 1 ? [fact] : []));
    expect(resuming.some(({ trial, resumes }) => by.get(trial) !== by.get(resumes!))).toBe(true);
    for (const { trial, resumes, checkpoint } of resuming) {
      expect(checkpoint).toMatch(new RegExp(`^nats:${by.get(resumes!)}/${resumes}/`));
      const { place } = by.get(trial) === 'w1' ? one : two;
      expect(outputOf(place, study, trial, attempts.get(trial))).toContain(
        attempts.get(trial) === 1 ? `from step ${budgets.get(resumes!)}` : 'from step',
      );
    }
  });
});
