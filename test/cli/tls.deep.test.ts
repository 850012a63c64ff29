import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { jwtConfig } from '../../streams/nats/config/jwtConfig.ts';
import { ConnectError, connectTo } from '../../streams/nats/connection/connect.ts';
import { certificates } from '../support/certificates.ts';
import { engineOfPython, packageOfPython } from '../support/engineOfPython.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { directory, hypertide, start, studyIn, TRAINER } from './support.ts';

const files = certificates();
const tls = (more = '') => `tls { cert_file: "${files.cert}", key_file: "${files.key}", ca_file: "${files.ca}"${more} }`;
/** Requires TLS, and a certificate of the client. */
const [encrypted, mutual] = [await natsServer(tls()), await natsServer(tls(', verify: true'))];
const plain = await natsServer('authorization { token: "s3cret" }');
afterAll(async () => {
  for (const server of [encrypted, mutual, plain]) await server.dispose();
});

const over = (scheme: string, { url }: NatsServer) => url.replace('nats:', `${scheme}:`);

/** Answers like a server without TLS, and records what it receives. */
async function listener() {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      heard += data;
    });
    socket.on('error', () => {});
    socket.write(
      'INFO {"server_id":"x","version":"2.10.27","proto":1,"headers":true,"max_payload":1048576,"host":"127.0.0.1","port":1}\r\n',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard: () => heard, close: () => server.close() };
}

describe('a connection', () => {
  it.each(['tls', 'wss', 'ws', 'http'])('by %s:// sends no password to a server that does not support it', async (scheme) => {
    const { host, heard, close } = await listener();
    await expect(connectTo(`${scheme}://bob:hunter2@${host}`)).rejects.toThrow(ConnectError);
    expect(heard()).not.toContain('hunter2');
    close();
  });

  it('lists the supported schemes, and shows no password', async () => {
    const error = await connectTo('wss://bob:hunter2@127.0.0.1:1').catch((cause: Error) => cause);
    expect((error as Error).message).toBe('wss://127.0.0.1:1: expected nats:// or tls://, got wss://, which is not supported');
  });

  it('is encrypted, and checks the certificate', async () => {
    for (const scheme of ['tls', 'nats']) {
      const nc = await connectTo(over(scheme, encrypted), { tlsCa: files.ca });
      await nc.flush();
      await nc.close();
      await expect(connectTo(over(scheme, encrypted), { tlsCa: files.otherCa })).rejects.toThrow(ConnectError);
      await expect(connectTo(over(scheme, encrypted))).rejects.toThrow(/certificate/);
    }
  });

  it('accepts a certificate for the address of the server, and none for another name', async () => {
    await using byAddress = await natsServer(`tls { cert_file: "${files.addressCert}", key_file: "${files.addressKey}" }`);
    await using byName = await natsServer(`tls { cert_file: "${files.nameCert}", key_file: "${files.nameKey}" }`);
    const named = (server: NatsServer) => over('tls', server).replace('127.0.0.1', 'localhost');
    for (const url of [over('tls', byAddress), named(byName)]) await (await connectTo(url, { tlsCa: files.ca })).close();
    for (const url of [over('tls', byName), named(byAddress)])
      await expect(connectTo(url, { tlsCa: files.ca })).rejects.toThrow(/does not match certificate/);
  });

  it('shows a certificate of its own', async () => {
    const { ca: tlsCa, clientCert: tlsCert, clientKey: tlsKey } = files;
    await expect(connectTo(over('tls', mutual), { tlsCa })).rejects.toThrow(ConnectError);
    const nc = await connectTo(over('tls', mutual), { tlsCa, tlsCert, tlsKey });
    await nc.flush();
    await nc.close();
    await expect(connectTo(over('tls', mutual), { tlsCa, tlsCert })).rejects.toThrow('expected a certificate and its key');
    await expect(connectTo(over('tls', mutual), { tlsCa: 'nosuch.pem' })).rejects.toThrow('nosuch.pem: cannot be read');
  });

  it('takes a token from the address, and tries another server if the first is away', async () => {
    const { host } = new URL(plain.url);
    for (const urls of [`nats://s3cret@${host}`, `nats://s3cret@127.0.0.1:1,nats://${host}`]) {
      const nc = await connectTo(urls);
      await nc.flush();
      await nc.close();
    }
    await expect(connectTo(`nats://wrong@${host}`)).rejects.toThrow(/127\.0\.0\.1:\d+: .*Authorization/i);
  });
});

/** A home with one context of the nats command, called `lab`. @returns the environment in which it is found */
function context(fields: object): { readonly XDG_CONFIG_HOME: string } {
  const home = directory();
  mkdirSync(join(home, 'nats', 'context'), { recursive: true });
  writeFileSync(join(home, 'nats', 'context', 'lab.json'), JSON.stringify(fields));
  return { XDG_CONFIG_HOME: home };
}

describe('commands', () => {
  it('serve, work and read over TLS, with the address from the environment', async () => {
    const place = studyIn('trials: 2\nname: safe\n');
    const tls = ['--tls-ca', files.ca];
    vi.stubEnv('HYPERTIDE_NATS', over('tls', encrypted));
    onTestFinished(() => void vi.unstubAllEnvs());
    const serve = start(place, 'serve', 'study.yaml', ...tls, '--once');
    const worker = start(place, 'worker', 'safe', ...tls, '--', ...TRAINER);
    const [served, worked] = await Promise.all([serve.ended, worker.ended]);
    expect([served.code, worked.code], served.err + worked.err).toEqual([0, 0]);
    const best = await hypertide(place, 'best', 'safe', ...tls, '--json');
    expect(JSON.parse(best.out)).toMatchObject({ status: 'completed' });
    // The environment counts only for a study on a server, not for a journal.
    expect(await hypertide(place, 'best', 'nosuch.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no study yet'),
    });
    expect(await hypertide(place, 'best', 'safe')).toMatchObject({ code: 2, err: expect.stringContaining('certificate') });
  });
});

describe('a context of the nats command', () => {
  const inContext = async (fields: object, ...args: readonly string[]) => {
    const { XDG_CONFIG_HOME: before } = process.env;
    Object.assign(process.env, context(fields));
    try {
      return await hypertide(directory(), ...args, '--context', 'lab');
    } finally {
      if (before === undefined) delete process.env.XDG_CONFIG_HOME;
      else process.env.XDG_CONFIG_HOME = before;
    }
  };
  const best = ['best', 'nosuch'];
  const missing = { code: 2, err: expect.stringContaining('there is no study nosuch on this server') };

  it('updates a server that asks for certificates', async () => {
    const { ca: tlsCa, clientCert: tlsCert, clientKey: tlsKey, cert, key, ca } = files;
    const place = directory();
    const declare = (url: string, users: readonly string[]) =>
      writeFileSync(join(place, 'platform.yaml'), JSON.stringify({ nats: { url, tls: { cert, key } }, teams: { vision: { users } } }));
    declare('tls://127.0.0.1', ['w1', 'w2']);
    await hypertide(place, 'server', 'render', 'platform.yaml');
    const text = readFileSync(join(place, 'out/nats/nats.conf'), 'utf8').replace(/^(host|port|http): .*$/gm, '');
    const server = await natsServer(text.replace(/^tls \{/m, `$&\n  ca_file: ${JSON.stringify(ca)}\n  verify: true`));
    const creds = join(directory(), 'w1.creds'); // as w1 has it
    copyFileSync(join(place, 'keys/vision/w1.creds'), creds);
    const url = over('tls', server);
    const login = () => connectTo(url, { tlsCa, tlsCert, tlsKey, creds, inboxPrefix: '_INBOX.w1' });
    onTestFinished(() => server.dispose());
    await (await login()).close();
    declare(url, ['w2']);
    const apply = ['server', 'apply', join(place, 'platform.yaml'), '--output', join(place, 'out')];
    expect(await inContext({ url, ca: tlsCa, cert: tlsCert, key: tlsKey }, ...apply)).toMatchObject({
      code: 0,
      err: expect.stringContaining('is updated'),
    });
    await expect(login()).rejects.toThrow(/Authorization/i);
  });

  it('has the address of the server, and the login', async () => {
    expect(await inContext({ url: over('tls', encrypted), ca: files.ca }, ...best)).toMatchObject(missing);
    expect(await inContext({ url: over('tls', encrypted), ca: files.otherCa }, ...best)).toMatchObject({
      code: 2,
      err: expect.stringContaining('certificate'),
    });
    expect(await inContext({ url: plain.url, token: 's3cret' }, ...best)).toMatchObject(missing);
    expect(await inContext({ url: plain.url, user: 'bob', password: 'a:b@c' }, ...best)).toMatchObject({
      code: 2,
      err: expect.not.stringContaining('a:b'),
    });
    const mine = { url: over('tls', mutual), ca: files.ca, cert: files.clientCert, key: files.clientKey };
    expect(await inContext(mine, ...best)).toMatchObject(missing);
  });

  it('is refused if it is missing, is not JSON, or needs an unsupported feature', async () => {
    expect(await inContext([], ...best)).toMatchObject({ code: 2, err: expect.stringContaining('expected a JSON object') });
    expect(await inContext({ socks_proxy: 'proxy:1080' }, ...best)).toMatchObject({
      code: 2,
      err: expect.stringContaining('it sets socks_proxy'),
    });
    const refused = async (...words: string[]) => (await hypertide(directory(), ...words)).err;
    expect(await refused(...best, '--context', '../x')).toContain('the name of a context');
    expect(await refused(...best, '--context', 'nosuch')).toContain('there is no such context');
  });
});

describe('the trainer in Python', () => {
  /** @param access arguments in Python */
  const python = async (url: string | undefined, access: string, env: NodeJS.ProcessEnv = {}, study = 'py') => {
    const code = `import sys\nsys.path.insert(0, ${JSON.stringify(packageOfPython)})\nfrom hypertide import nats as h\nprint(h.run(${url === undefined ? 'None' : JSON.stringify(url)}, ${JSON.stringify(study)}, lambda trial: trial["x"], "w"${access}))`;
    const child = spawn('python3', ['-c', code], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...engineOfPython, ...env } });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await once(child, 'close');
    return text;
  };

  it('connects over TLS, and sends no password to a server without it', async () => {
    const place = studyIn('trials: 2\nname: py\n');
    const serve = start(place, 'serve', 'study.yaml', '--nats', over('tls', encrypted), '--tls-ca', files.ca, '--once');
    const away = over('tls', encrypted).replace(/:\d+$/, ':1');
    expect(await python(`${away},${over('tls', encrypted)}`, `, tls_ca=${JSON.stringify(files.ca)}`)).toBe('2\n');
    await serve.ended;
    expect(await python(over('tls', encrypted), '')).toContain('certificate');
    const { host, heard, close } = await listener();
    expect(await python(`tls://bob:hunter2@${host}`, '')).toContain('the server does not use TLS');
    expect(await python(`wss://bob:hunter2@${host}`, '')).toContain('an address that begins with nats://, tls://');
    expect(heard()).not.toContain('hunter2');
    close();
  });

  it('logs in with credentials, with a context, and with the address from the environment', async () => {
    const place = directory();
    const { textOf, files: keys } = await jwtConfig({ teams: [{ name: 'lab', trainers: ['w'] }] });
    const server = await natsServer(textOf({ port: -1 }));
    onTestFinished(() => server.dispose());
    const seeds = place;
    for (const user of ['engine', 'w']) writeFileSync(join(seeds, `${user}.creds`), keys[`lab/${user}.creds`]!);
    const once = async (study: string, run: () => Promise<string>) => {
      const serve = start(
        studyIn(`trials: 1\nname: ${study}\n`),
        'serve',
        'study.yaml',
        '--nats',
        server.url,
        '--creds',
        join(seeds, 'engine.creds'),
        '--once',
      );
      const said = await run();
      expect(await serve.ended).toMatchObject({ code: 0 });
      return said;
    };
    const creds = join(seeds, 'w.creds');
    expect(await once('a', () => python(server.url, `, creds=${JSON.stringify(creds)}`, {}, 'a'))).toBe('1\n');
    expect(await once('b', () => python(undefined, ', context="lab"', context({ url: server.url, creds }), 'b'))).toBe('1\n');
    expect(await once('c', () => python(undefined, `, creds=${JSON.stringify(creds)}`, { HYPERTIDE_NATS: server.url }, 'c'))).toBe('1\n');
    expect(await python(server.url, `, creds=${JSON.stringify(join(seeds, 'w.nosuch'))}`)).toContain('there is no such file');
    expect(await python(undefined, '')).toContain('expected the address of a study');
  });
});
