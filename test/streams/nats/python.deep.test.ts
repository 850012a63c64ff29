import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { float, int, pbt, space } from '../../../streams/index.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { python, type Said } from './pythonTrainer.ts';
import { engineBy, engineOn, factsOf, fresh, isFact, lateFactOn } from './world.ts';

const server = natsOfTests();

describe('a study of the trainer in Python', () => {
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
    await using engine = await engineOn(server, { study, trials: 1 });
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

  it('takes the prefix of subjects and the domain of JetStream from the address', async () => {
    await using own = await natsServer('jetstream { domain: hub }');
    const study = crypto.randomUUID();
    const naming = { prefix: 'acme.ml', domain: 'hub' };
    await using engine = await engineBy(await own.connect(), { study, trials: 3, ...naming }, space({ n: int(1, 3) }));
    await engine.started;
    const program = 'print(h.run(url, study, lambda trial: trial["n"], name="W_1"))';
    expect(await python(`${own.url}?prefix=acme.ml&domain=hub`, study, program).ended).toEqual({ code: 0, text: '3\n' });
    await engine.port.finished;
    const wrong = await python(`${own.url}?prefx=acme.ml`, study, program).ended;
    expect(wrong.text).toContain('expected prefix, domain or api after the question mark, got prefx');
  });

  it('evaluates a study to its end, and reports what went wrong', async () => {
    const study = fresh();
    const options = { study, trials: 6, objectives: { loss: 'minimize' } } as const;
    await using engine = await engineBy(await server.connect(), options, space({ n: int(1, 6) }));
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
    await engine.port.finished;
    expect(await ended).toEqual({ code: 0, text: '6\n' });
    const n = new Map<number, number>();
    const ends: unknown[] = [];
    for (const { fact, refusal } of engine.heard.all) {
      expect(refusal).toBeUndefined();
      const { type, trial, params, reason, values, checkpoint } = fact as Said;
      if (type === 'suggested') n.set(trial!, params!.n);
      if (type === 'failed' || type === 'completed') ends[n.get(trial!)!] = reason ?? checkpoint ?? values;
    }
    expect(ends.slice(1)).toEqual(['error', 'infeasible', 'non-finite', 'ü/4', { loss: 5 }, { loss: 6 }]);
  });

  it.each([
    ['does not train again what has ended', true, '2\n'],
    ['trains what is still free', false, '1\n2\n'],
  ])('%s, though the last fact about the trial is a late one of an earlier attempt', async (_, hasEnded, trained) => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2 });
    await lateFactOn(server, study, engine.heard, hasEnded);
    const { ended } = python(server.url, study, 'h.run(url, study, lambda trial: print(trial.number) or 1.0, "py")');
    await engine.port.finished;
    expect(await ended).toEqual({ code: 0, text: trained });
  });

  it('leaves out metrics if a result would be too long with them', async () => {
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
    await engine.port.finished;
    const { code, text } = await ended;
    expect(code).toBe(0);
    expect(text).toContain('trial 2: metrics left out of completed');
    const results = engine.heard.all
      .filter(isFact('completed'))
      .map(({ fact }) => Object.keys((fact as { metrics?: object }).metrics ?? {}).length);
    expect(results).toEqual([1000, 0]);
    expect(engine.heard.all.filter(isFact('started'))).toHaveLength(2);
  });

  it('trains a population, whose members resume from checkpoints of others', async () => {
    const study = fresh();
    const strategy = pbt({ population: 4, interval: 1, max: 3 });
    const options = { strategy, study, resumes: true, objectives: { loss: 'minimize' } } as const;
    await using engine = await engineBy(await server.connect(), options, space({ rate: float(0, 1) }));
    const program = `
def objective(trial):
    came = int(trial.checkpoint or 0)
    assert came == trial.budget - 1, (came, trial.budget)
    trial.checkpoint = str(trial.budget)
    return abs(trial["rate"] - 0.5)
h.run(url, study, objective, "py")`;
    const { ended } = python(server.url, study, program);
    await engine.port.finished;
    expect(await ended).toEqual({ code: 0, text: '' });
    const facts = engine.heard.all.map(({ fact }) => fact as Said & { budget?: number; resumes?: number; tags?: { pbt: string } });
    const suggested = facts.filter(({ type }) => type === 'suggested');
    const clones = suggested.filter(({ resumes, tags }) => suggested.some((of) => of.trial === resumes && of.tags!.pbt !== tags!.pbt));
    expect(clones.length).toBeGreaterThan(0);
    expect(suggested.filter(({ budget }) => budget === 3)).toHaveLength(4);
    expect(facts.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('stops on request, and sends heartbeats while it trains', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 4 });
    const program = `
def objective(trial):
    trial.report(3.0, step=1)
    time.sleep(5)
    for step in range(2, 1000):
        trial.report(2.0, step=step)
        time.sleep(0.02)
h.run(url, study, objective)`;
    const { ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported', { step: 2 }));
    await engine.nc.request(`ht.${study}.rpc.cancel`, JSON.stringify({ trial: 1 }));
    await engine.port.finished;
    expect((await ended).code).toBe(0);
    expect(engine.heard.all.filter(isFact('failed'))).toEqual([]);
    expect((await factsOf(engine.nc, study)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['created', 'suggested', 'started', 'reported', 'reported', 'cancelled', 'stopped', 'closed']),
    );
  });

  it.each([
    ['returns something else after all', 'return 17.0'],
    ['raises something of its own', 'raise ValueError("interrupted")'],
  ])('reports the last value as the result of a trial that was stopped and %s', async (_, ending) => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const program = `
def objective(trial):
    try:
        for step in range(1, 1000):
            trial.report(2.0, step=step)
            time.sleep(0.02)
    except h.Stopped:
        ${ending}
h.run(url, study, objective)`;
    const { ended } = python(server.url, study, program);
    await engine.heard.until(isFact('reported'));
    await engine.nc.request(`ht.${study}.rpc.cancel`, JSON.stringify({ trial: 1 }));
    await engine.port.finished;
    expect(await ended).toEqual({ code: 0, text: '' });
    const facts = await factsOf(engine.nc, study);
    const step = facts.filter(({ type }) => type === 'reported').length;
    expect(facts.at(-2)).toMatchObject({ type: 'stopped', step, by: 'person' });
  });

  it('continues after a kill of the server', async () => {
    await using own = await natsServer();
    const study = fresh();
    await using engine = await engineOn(own, { study, trials: 8, lease: 5 });
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
    await engine.port.finished;
    expect((await ended).code).toBe(0);
    expect((await factsOf(engine.nc, study)).filter(({ type }) => type === 'completed')).toHaveLength(8);
  });

  it('reports once that its login was revoked, and goes on with a new one in the same file', async () => {
    const options = { teams: [{ name: 'lab', trainers: ['w1'] }] };
    const { textOf, files } = await jwtConfig(options);
    await using own = await natsServer(`${textOf({ store: 'unused', host: '127.0.0.1', port: -1 })}authorization { timeout: 30 }\n`);
    const login = (user: string, inboxPrefix: string) =>
      own.connect({ inboxPrefix, authenticator: credsAuthenticator(new TextEncoder().encode(files[user])) });
    const study = fresh();
    await using engine = await engineBy(await login('lab/engine.creds', '_INBOX_engine'), { study }, space({ n: int(1, 6) }));
    const { heard } = engine;
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
    const completed = () => heard.all.filter(isFact('completed')).length;
    const before = completed();
    writeFileSync(creds, locked.files['lab/w1.creds']!);
    await eventually(() => expect(completed()).toBeGreaterThan(before + 1));
    child.kill('SIGKILL');
    expect((await ended).text.match(/refuses the login/g)).toHaveLength(1);
  });
});
