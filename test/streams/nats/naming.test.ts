import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import type { Completed, Fact } from '../../../src/facts/facts.ts';
import { random } from '../../../streams/index.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { namingIn } from '../../../streams/nats/connection/connect.ts';
import { natsLog, trainer } from '../../../streams/nats/index.ts';
import { namingOf, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { request, studiesOn, whenBegun } from '../../../streams/nats/studiesOn.ts';
import { directory, hypertide, start, studyIn, TRAINER } from '../../cli/support.ts';
import { coded } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { freePort } from '../../support/ports.ts';
import { type At, engineBy, engineOn, fresh, plane } from './world.ts';

const square = async ({ x }: At) => x * x;

describe('how studies are named', () => {
  it('follows from options, which are checked', () => {
    expect(namingOf()).toEqual({ prefix: 'ht', apiPrefix: '$JS.API' });
    expect(namingOf({ prefix: 'acme.ml', domain: 'hub' })).toEqual({ prefix: 'acme.ml', apiPrefix: '$JS.hub.API' });
    expect(namingOf({ apiPrefix: 'from.hub' }).apiPrefix).toBe('from.hub');
    expect(subjectsOf('s', { prefix: 'acme.ml' })).toMatchObject({ stream: 'ACME_ML_s', chunks: 'ACME_MLC_s', log: 'acme.ml.s.log.>' });
    expect(subjectsOf('s')).toMatchObject({ stream: 'HT_s', chunks: 'HTC_s', log: 'ht.s.log.>' });
    for (const prefix of ['', '.', 'a.', 'a b', 'a.>', '*', 'x'.repeat(65)])
      expect(() => namingOf({ prefix }), prefix).toThrow('prefix: expected');
    expect(() => namingOf({ domain: 'a.b' })).toThrow('domain: expected');
    expect(() => namingOf({ apiPrefix: 'a.>' })).toThrow('apiPrefix: expected');
    expect(() => namingOf({ domain: 'hub', apiPrefix: 'x' })).toThrow('got both');
  });

  it('is a part of an address', () => {
    expect(namingIn('nats://a:4222')).toEqual(namingOf());
    expect(namingIn('nats://me:secret@a:4222?prefix=acme.ml&domain=hub,b')).toEqual(namingOf({ prefix: 'acme.ml', domain: 'hub' }));
    expect(namingIn('a?api=from.hub').apiPrefix).toBe('from.hub');
    expect(() => namingIn('a?constructor=x')).toThrow('got constructor');
    expect(() => namingIn('nats://me:secret@a?prefx=x')).toThrow(coded('no-connection'));
  });
});

describe('with a prefix', () => {
  const server = natsOfTests();
  const prefix = 'acme.ml';
  const naming = namingOf({ prefix });

  it('a study uses no other subjects, and is another one than that without', async () => {
    const study = fresh();
    const nc = await server.connect();
    const seen = new Set<string>();
    nc.subscribe('>', {
      callback: (_, { subject }) => void (/^(\$|_)/.test(subject) || seen.add(subject.split('.').slice(0, 3).join('.'))),
    });
    await nc.flush();
    await using engine = await engineOn(server, { study, prefix, trials: 4 });
    await engine.started;
    const done = trainer({ nc: await server.connect(), study, prefix }, {}, square).done;
    await Promise.all([done, engine.port.finished]);
    expect(await request(nc, subjectsOf(study, naming), 'study')).toMatchObject({ completed: 4 });
    expect([...seen]).toEqual([`${prefix}.${study}`]);
    await using other = await engineOn(server, { study, trials: 2 });
    await other.started;
    await trainer({ nc: await server.connect(), study }, {}, square).done;
    expect(await studiesOn(nc, naming)).toEqual([study]);
    expect(await studiesOn(nc)).toEqual([study]);
    const heads = [await natsLog(nc, study, { prefix, create: false }), await natsLog(nc, study, { create: false })].map((log) =>
      log.head(),
    );
    const [mine, its] = await Promise.all(heads);
    expect(mine).toBeGreaterThan(its!);
  });

  it('a study begins only below its own prefix, though streams of others may have the same name', async () => {
    const nc = await server.connect();
    const begun: string[] = [];
    const end = whenBegun(nc, namingOf({ prefix: 'acme' }), (name) => begun.push(name));
    await nc.flush();
    const logs = [await natsLog(nc, 's', { prefix }), await natsLog(nc, 'own', { prefix: 'acme' })];
    await eventually(() => expect(begun).toContain('own'));
    expect(begun).toEqual(['own']);
    end();
    for (const log of logs) await log.close();
  });

  it('commands reach it by the address, from the first one to the backup', async () => {
    const place = studyIn('name: digits\ntrials: 4\n');
    const nats = `${server.url}?prefix=acme.cli`;
    const at = `${server.url}/digits?prefix=acme.cli`;
    const serving = start(place, 'serve', 'study.yaml', '--nats', nats);
    const worked = await hypertide(place, 'worker', at, '--', ...TRAINER);
    expect(worked.code, worked.err).toBe(0);
    expect((await hypertide(place, 'study', 'list', nats)).out).toContain('digits');
    expect((await hypertide(place, 'study', 'list', server.url)).out).not.toContain('digits');
    expect((await hypertide(place, 'best', at)).code).toBe(0);
    expect((await hypertide(place, 'change', at, '--trials', '+1')).code).toBe(0);
    const missing = await hypertide(place, 'best', `${server.url}/digits`);
    expect(missing.err).toContain('there is no study digits on this server');
    serving.child.kill('SIGTERM');
    await serving.ended;
    const archive = join(directory(), 'digits.tar.gz');
    expect((await hypertide(place, 'study', 'archive', at, '-o', archive)).code).toBe(0);
    const restored = await hypertide(place, 'study', 'restore', archive, `${server.url}?prefix=other`);
    expect(restored.code, restored.err).toBe(0);
    expect(
      (await hypertide(place, 'trials', `${server.url}/digits?prefix=other`, '--json')).out.match(/"status":"completed"/g),
    ).toHaveLength(4);
  });

  it('users have rights to the subjects below it, and to no others', async () => {
    const { textOf, files } = await jwtConfig({ teams: [{ name: 'lab', trainers: ['w1'] }], prefix });
    await using own = await natsServer(textOf({ store: 'unused', port: -1 }));
    const as = (user: string, inboxPrefix = '_INBOX_engine') =>
      own.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(files[`lab/${user}.creds`])), inboxPrefix });
    const options = { study: 's1', trials: 3, strategy: random() };
    await using engine = await engineBy(await as('engine'), { ...options, prefix });
    await engine.started;
    await trainer({ nc: await as('w1', '_INBOX.w1'), study: 's1', prefix }, { name: 'w1' }, square).done;
    await engine.port.finished;
    expect(await studiesOn(await as('w1', '_INBOX.w1'), naming)).toEqual(['s1']);
    const other = await serve(await as('engine'), plane, options);
    await expect(other.started).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('through a leaf node', () => {
  it('a study is kept in the domain of the hub, with its checkpoints', async () => {
    const port = await freePort();
    await using _hub = await natsServer(`jetstream { domain: hub }\nleafnodes { host: "127.0.0.1", port: ${port} }`);
    await using leaf = await natsServer(`leafnodes { remotes: [{ url: "nats://127.0.0.1:${port}" }] }`, false);
    const study = fresh();
    const warnings: string[] = [];
    const domain = 'hub';
    await using engine = await engineBy(await leaf.connect(), { study, domain, trials: 3, warn: (text) => warnings.push(text) });
    await engine.started;
    const place = directory();
    const saving = async ({ x }: At, trial: { readonly trial: number; checkpoint?: string }) => {
      trial.checkpoint = join(place, `${trial.trial}.pt`);
      writeFileSync(trial.checkpoint, 'weights');
      return x;
    };
    await trainer({ nc: await leaf.connect(), study, domain }, {}, saving).done;
    await engine.port.finished;
    const saved = engine.heard.all.flatMap(({ fact }) =>
      (fact as Fact).type === 'completed' ? [(fact as Completed).checkpoint?.slice(0, 5)] : [],
    );
    expect(saved).toEqual(['nats:', 'nats:', 'nats:']);
    const trials = await hypertide(directory(), 'trials', `${leaf.url}/${study}?domain=hub`, '--json');
    expect(trials.out.match(/"status":"completed"/g)).toHaveLength(3);
    expect(warnings).toEqual([]);
    const lost = await serve(await leaf.connect(), plane, {
      study,
      trials: 3,
      strategy: random(),
      warn: () => {},
      signal: AbortSignal.timeout(500),
    }).catch((error: Error) => error.name);
    expect(lost).toBe('TimeoutError');
  });
});
