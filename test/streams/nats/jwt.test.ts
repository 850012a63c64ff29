import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { OptionError } from '../../../src/errors.ts';
import { random } from '../../../streams/index.ts';
import { type JwtConfig, jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { credentials, signerFrom } from '../../../streams/nats/config/signers.ts';
import { accountsOn, removeAccounts, updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { onLink } from '../../../streams/nats/connection/connection.ts';
import { reconnectOptions, trainer } from '../../../streams/nats/index.ts';
import { isRelayed } from '../../../streams/nats/protocol/messages.ts';
import { namingOf } from '../../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { whenBegun } from '../../../streams/nats/studiesOn.ts';
import { wrongOption } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { type At, engineBy, fresh, isFact, plane } from './world.ts';

const options = { store: 'unused', host: '127.0.0.1', port: -1 };
const textOf = (config: JwtConfig) => `${config.textOf(options)}authorization { timeout: 30 }\n`;
const TEAMS = [
  { name: 'vision', trainers: ['w1', 'w2'] },
  { name: 'nlp', trainers: ['w1'] },
];
const config = await jwtConfig({ teams: TEAMS });
const { files } = config;
const server = await natsServer(textOf(config));
afterAll(() => server.dispose());

const connect = (creds: string, inbox: string) =>
  server.connect({
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    inboxPrefix: inbox.startsWith('w') ? `_INBOX.${inbox}` : `_INBOX_${inbox}`,
  });
const as = (user: string, inbox = user.split('/')[1]!) => connect(files[`${user}.creds`]!, inbox);
const signer = (name: string) => signerFrom(name, files[`${name}.signer`]!);

describe('a server whose users have credentials', () => {
  it('lets each user do its work, also one that is added while it runs', async () => {
    const study = fresh();
    await using engine = await engineBy(await as('vision/engine'), { study, trials: 12, parallel: 3 });
    const { heard } = engine;
    await heard.until(isFact('created'));
    const added = await credentials(signer('vision/trainer'), ['w3']);
    const people = await credentials(signer('vision/operator'), ['ada']);
    const [w1, w2, w3] = [await as('vision/w1'), await as('vision/w2'), await connect(added['vision/w3.creds']!, 'w3')];
    const ada = await connect(people['vision/ada.creds']!, 'viewer');
    expect((await ada.request(`ht.${study}.rpc.enqueue`, '{"params":{"x":1,"n":2}}')).json()).toMatchObject({ ok: true });
    const viewer = await as('vision/viewer');
    expect((await viewer.request(`ht.${study}.rpc.study`, '')).json()).toMatchObject({ ok: true });
    await expect(viewer.request(`ht.${study}.rpc.close`, '{}', { timeout: 200 })).rejects.toThrow();
    const of = (nc: NatsConnection, name: string) =>
      trainer<At>({ nc, study }, { name }, ({ x }) => new Promise((yes) => setTimeout(yes, 20, x)));
    await Promise.all([of(w1, 'w1'), of(w2, 'w2'), of(w3, 'w3')].map(({ done }) => done));
    await engine.port.finished;
    const authors = heard.all.flatMap(({ fact }) => ('trainer' in (fact as object) ? [(fact as { trainer: string }).trainer] : []));
    expect([...new Set(authors)].sort()).toEqual(['w1', 'w2', 'w3']);
  });

  it('lets a team use all of its studies, and none of another team', async () => {
    const study = fresh();
    await using engine = await engineBy(await as('vision/engine'), { study, trials: 1 });
    await engine.heard.until(isFact('suggested'));
    const other = await as('nlp/viewer');
    await expect(other.request(`ht.${study}.rpc.study`, '', { timeout: 200 })).rejects.toThrow();
    await using twin = await engineBy(await as('nlp/engine'), { study, trials: 1 });
    await trainer<At>({ nc: await as('nlp/w1'), study }, { name: 'w1' }, () => 7).done;
    await twin.port.finished;
    expect(engine.heard.all.some(isFact('started'))).toBe(false); // its twin has the same name
  });

  it.each([
    ['vision/w1', 'ht._all.rpc.studies'],
    ['vision/w1', 'ht.digits.rpc.load'],
    ['vision/w1', 'ht.digits.summary'],
    ['vision/w1', '$JS.API.STREAM.MSG.GET.HTS'],
    ['vision/viewer', 'ht.digits.summary'],
    ['vision/viewer', '$JS.API.STREAM.MSG.GET.HTS'],
    ['vision/operator', 'ht.digits.summary'],
    ['vision/operator', '$JS.API.STREAM.PURGE.HTS'],
  ])('lets %s send nothing to %s', async (user, subject) => {
    const nc = await as(user, user.endsWith('w1') ? 'w1' : 'viewer');
    await expect(nc.request(subject, '{}', { timeout: 2000 })).rejects.toThrow(/permission/i);
  });

  it('lets the engine of a team hear of new studies', async () => {
    const nc = await as('vision/engine');
    const begun: string[] = [];
    whenBegun(nc, namingOf(), (study) => begun.push(study));
    await nc.flush();
    const study = fresh();
    await (await serve(await as('vision/engine'), plane, { strategy: random(), study })).close();
    await eventually(() => expect(begun).toEqual([study]));
  });

  it('gives a user only the rights of the key that signed it', async () => {
    const forged = await credentials({ ...signer('vision/viewer'), role: 'engine' }, ['engine']);
    const nc = await connect(forged['vision/engine.creds']!, 'engine');
    await expect(
      nc.request('$JS.API.STREAM.CREATE.HT_mine', '{"name":"HT_mine","subjects":["ht.mine.log.>"]}', { timeout: 200 }),
    ).rejects.toThrow();
  });

  it('refuses credentials that have expired', async () => {
    const old = await credentials(signer('vision/trainer'), ['w9'], { days: -1 });
    await expect(connect(old['vision/w9.creds']!, 'w9')).rejects.toThrow(/authorization/i);
  });

  it('lets a connection in again whose credentials have ended, and were replaced in their file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'creds-')), 'w9.creds');
    const write = async (days?: number) => {
      const made = await credentials(signer('vision/trainer'), ['w9'], { days });
      writeFileSync(path, made['vision/w9.creds']!);
    };
    await write(2 / 86_400);
    const nc = await connectTo(server.url, { creds: path, inboxPrefix: '_INBOX.w9' });
    const states: string[] = [];
    onLink(nc, (state) => states.push(state));
    await write();
    await eventually(() => expect(states.slice(-1)).toEqual(['back']));
    await nc.flush();
    await nc.close();
  });

  it('keeps existing keys', async () => {
    const again = await jwtConfig({
      teams: [{ name: 'vision', trainers: ['w1', 'w4'] }],
      keyOf: (name) => files[name]?.trim(),
    });
    expect(again.files['vision/w1.creds']).toBe(files['vision/w1.creds']!.trim());
    expect(again.files['vision/engine.signer']).toBe(files['vision/engine.signer']);
    expect(textOf(again)).toContain(`operator: ${files['root.jwt']}`); // else the server would not reload it
    const nc = await connect(again.files['vision/w4.creds']!, 'w4'); // on the server with the first configuration
    await nc.flush();
  });

  it('takes no credentials of a key that was deleted', async () => {
    const kept = (name: string) => (/^vision\/viewer\./.test(name) ? undefined : files[name]?.trim());
    const teams = [{ name: 'vision', trainers: ['w1'] }];
    const made = await jwtConfig({ teams, keyOf: kept });
    await using next = await natsServer(textOf(made));
    const login = (creds: string) => next.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(creds)) });
    await expect(login(files['vision/viewer.creds']!)).rejects.toThrow(/authorization/i);
    for (const creds of [made.files['vision/viewer.creds']!, files['vision/w1.creds']!]) await (await login(creds)).flush();
  });

  it('renews credentials of a key that was deleted, and those that have expired, and no others', async () => {
    const kept = (name: string) => (name === 'vision/viewer.signer' ? undefined : files[name]?.trim());
    const { files: next } = await jwtConfig({ teams: [{ name: 'vision', trainers: ['w1'] }], keyOf: kept });
    expect(next['vision/viewer.creds']).not.toBe(kept('vision/viewer.creds'));
    expect(next['vision/w1.creds']).toBe(kept('vision/w1.creds'));
    const old = await credentials(signer('vision/trainer'), ['w9'], { days: -1 });
    const fresh = await credentials(signer('vision/trainer'), ['w9'], { days: 1, keyOf: (name) => old[name]?.trim() });
    await (await connect(fresh['vision/w9.creds']!, 'w9')).flush();
    const again = await credentials(signer('vision/trainer'), ['w9'], { days: 1, keyOf: (name) => fresh[name] });
    expect(again).toEqual(fresh);
    const other = credentials(signer('vision/trainer'), ['w9'], { keyOf: (name) => (name.endsWith('.creds') ? 'something' : undefined) });
    await expect(other).rejects.toThrow('vision/w9.creds: ');
  });

  it('locks out one user at once and without a reload, and lets it in with new credentials', async () => {
    const teams = ['vision', 'nlp'].map((name) => ({ name, trainers: ['w1', 'w2'] }));
    const made = await jwtConfig({ teams });
    const keys = made.files;
    await using own = await natsServer(textOf(made));
    const login = (creds: string, more: object) =>
      own.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(`${creds}\n`)), ...reconnectOptions, ...more });
    const [w1, w2] = [await login(keys['vision/w1.creds']!, {}), await login(keys['vision/w2.creds']!, {})];
    const states: string[] = [];
    onLink(w1, (state) => states.push(`w1 ${state}`));
    onLink(w2, (state) => states.push(`w2 ${state}`));
    const next = await jwtConfig({ teams, keyOf: (name) => keys[name]?.trim(), revoke: ['vision/w2'] });
    const system = await login(next.files['system.creds']!, { inboxPrefix: '_INBOX_system' });
    const updates = await Promise.all(next.accounts.map(async (account) => [account.name, await updateAccount(system, account)]));
    expect(Object.fromEntries(updates)).toMatchObject({
      'vision/studies': undefined,
      'vision/trainers': undefined,
      'nlp/trainers': undefined,
    });
    await eventually(() => expect(states).toEqual(['w2 lost', 'w2 refused']));
    await expect(login(keys['vision/w2.creds']!, {})).rejects.toThrow(/authorization/i);
    await w1.flush();
    expect(next.files['vision/w1.creds']).toBe(keys['vision/w1.creds']!.trim());
    await (await login(next.files['vision/w2.creds']!, {})).flush();
    await expect(system.request(`$SYS.REQ.SERVER.PING`, '', { timeout: 300 })).rejects.toThrow(); // it may only update accounts

    // A server that starts with the configuration, and each later configuration, locks it out, too.
    const later = await jwtConfig({ teams, keyOf: (name) => (next.files[name] ?? keys[name])?.trim() });
    expect(later.files['vision/revoked.json']!.trim()).toBe(next.files['vision/revoked.json']!.trim());
    await own.kill();
    await using second = await natsServer(textOf(later));
    const again = (creds: string) => second.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(creds)) });
    await expect(again(keys['vision/w2.creds']!)).rejects.toThrow(/authorization/i);
    await (await again(keys['vision/w1.creds']!)).flush();
  });

  describe('and a team that is new', () => {
    const kept = (name: string) => files[name]?.trim();
    const login = (at: NatsServer, creds: string, inboxPrefix = '_INBOX_engine') =>
      at.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(`${creds}\n`)), inboxPrefix });
    const config = (teams: readonly string[], more: object = {}) =>
      jwtConfig({ teams: teams.map((name) => ({ name, trainers: ['w1'] })), keyOf: kept, ...more });

    it('lets it in at once, also after a restart with an older configuration, until it is removed', async () => {
      const first = await config(['vision']);
      await using own = await natsServer(textOf(first));
      onTestFinished(() => void vi.useRealTimers());
      const next = await config(['vision', 'speech']);
      const engine = next.files['speech/engine.creds']!;
      await expect(login(own, engine)).rejects.toThrow(/authorization/i);
      const system = await login(own, next.files['system.creds']!, '_INBOX_system');
      const updates = await Promise.all(next.accounts.map((account) => updateAccount(system, account)));
      expect(new Set(updates)).toEqual(new Set([undefined]));
      const study = fresh();
      const serving = await serve(await login(own, engine), plane, { strategy: random(), study, trials: 1 });
      await trainer<At>({ nc: await login(own, next.files['speech/w1.creds']!, '_INBOX.w1'), study }, { name: 'w1' }, () => 7).done;
      await serving.port.finished;
      await serving.close();

      await own.kill();
      await own.restart();
      const again = await login(own, engine);
      await again.flush();
      const keys = (names: readonly string[]) =>
        next.accounts.filter(({ name }) => names.includes(name.split('/')[0]!)).map(({ key }) => key);
      const after = await login(own, next.files['system.creds']!, '_INBOX_system');
      expect(new Set(await accountsOn(after))).toEqual(new Set(keys(['system', 'vision', 'speech'])));

      const gone = keys(['speech']);
      const forged = await jwtConfig({ teams: [] });
      expect(await removeAccounts(after, await forged.removalOf(gone))).toBeDefined(); // which another operator has signed
      expect(await removeAccounts(after, await next.removalOf(gone))).toBeUndefined();
      expect(new Set(await accountsOn(after))).toEqual(new Set(keys(['system', 'vision'])));
      await expect(login(own, engine)).rejects.toThrow(/authorization/i);

      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 }); // it knows the old JWTs, which it would ignore
      const back = await config(['vision', 'speech'], {
        keyOf: (name: string) => (name.endsWith('.jwt') ? undefined : next.files[name]?.trim()),
      });
      for (const account of back.accounts) expect(await updateAccount(after, account)).toBeUndefined();
      const info = await (await login(own, engine)).request(`$JS.API.STREAM.INFO.HT_${study}`, '');
      expect(info.json()).toMatchObject({ state: { messages: expect.any(Number) } }); // its studies were there all the time
    });

    it('skips it if the server takes accounts from its configuration only', async () => {
      const first = await config(['vision']);
      await using own = await natsServer(textOf(first).replace(/resolver \{[^}]*\}/, 'resolver: MEMORY'));
      const next = await config(['vision', 'speech']);
      const system = await login(own, next.files['system.creds']!, '_INBOX_system');
      expect(await updateAccount(system, next.accounts.at(-1)!)).toBe('the server takes accounts from its configuration only');
      expect(await accountsOn(system)).toEqual([]);
    });
  });

  it('is configured with the same text if nothing has changed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    const again = await jwtConfig({ teams: TEAMS, keyOf: (name) => files[name]?.trim() });
    expect(again.files).toEqual(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, name.endsWith('.signer') ? text : text.trim()])),
    );
    const other = await jwtConfig({ teams: TEAMS.slice(0, 1), prefix: 'acme', keyOf: (name) => files[name]?.trim() });
    expect(other.files['system.jwt']).toBe(files['system.jwt']);
    expect(other.files['vision/studies.jwt']).not.toBe(files['vision/studies.jwt']);
    await expect(jwtConfig({ teams: TEAMS, keyOf: (name) => (name === 'nlp/trainers.jwt' ? 'x' : files[name]?.trim()) })).rejects.toThrow(
      wrongOption('nlp/trainers.jwt'),
    );
  });

  it('locks out no user whose credentials are missing', async () => {
    const keyOf = (name: string) => files[name]?.trim();
    const teams = [{ name: 'vision', trainers: [] }];
    await expect(jwtConfig({ teams, keyOf, revoke: ['vision/w9'] })).rejects.toThrow(wrongOption('revoke'));
    const damaged = jwtConfig({ teams, keyOf: (name) => (name === 'vision/revoked.json' ? '[]' : keyOf(name)) });
    await expect(damaged).rejects.toThrow(wrongOption('vision/revoked.json'));
  });

  it.each([
    ['a name with a dot', 'a.b'],
    ['a wildcard', '*'],
    ['a template', '{{account-name()}}'],
  ])('signs no user called %s', async (_, name) => {
    await expect(credentials(signer('vision/trainer'), [name])).rejects.toThrow(OptionError);
  });

  it.each(['', '{}', '{"role":"god","account":"A","seed":"S"}', '{"role":"engine","account":"A","seed":"S"}'])(
    'refuses %j as a signing key',
    (text) => {
      expect(() => signerFrom('the file', text)).toThrow(wrongOption('the file'));
    },
  );
});

describe('trainers that share an account', () => {
  it('cannot write into the log for each other, but can request a stored message for another, which ignores it', async () => {
    const study = fresh();
    await using engine = await engineBy(await as('vision/engine'), { study, trials: 1 });
    const { heard } = engine;
    const [w1, w2, spy] = [await as('vision/w1'), await as('vision/w2'), await as('vision/w2')];
    const relayed = new Promise<boolean>((resolve) => {
      spy.subscribe(`ht.${study}.directive.*`, { callback: (_, message) => resolve(isRelayed(message)) });
    });
    await spy.flush();
    const { done } = trainer<At>({ nc: w2, study }, { name: 'w2' }, async (_, { signal }) => {
      await w1.request(`ht.${study}.log.by.w1.1`, '{"type":"stop","trial":1,"by":"person"}');
      for (const reply of [`ht.${study}.directive.1`, `ht.${study}.log.by.w2.1`]) {
        w1.publish(`$JS.API.DIRECT.GET.HT_${study}.ht.${study}.log.by.w1.1`, '', { reply });
        w1.publish(`ht.${study}.log.by.w1.1`, '{}', { reply });
      }
      expect(await relayed).toBe(true);
      await w2.flush();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return signal.aborted ? 1 : 0;
    });
    await done;
    const { fact } = await heard.until(isFact('completed'));
    expect(fact).toMatchObject({ values: { value: 0 } });
    const byW2 = heard.all.filter(({ author }) => author === 'w2').map(({ fact }) => (fact as { type: string }).type);
    expect(byW2).toEqual(['started', 'completed']);
  });
});
