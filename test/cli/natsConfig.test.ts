import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConnectError, connectTo } from '../../streams/nats/connection/connect.ts';
import { natsServer } from '../support/nats.ts';
import { directory, expectRefused, hypertide } from './support.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;
const make = (place: string) => hypertide(place, 'server', 'config', 'digits', '--trainer', 'w1');

it('server config writes seeds that only their owner can read, also into a directory that was open to others', async () => {
  const place = directory();
  const seeds = join(place, 'seeds');
  mkdirSync(seeds);
  chmodSync(seeds, 0o755);
  expect((await make(place)).code).toBe(0);
  expect(modeOf(seeds)).toBe(0o700);
  for (const name of ['engine', 'w1', 'viewer', 'operator']) expect(modeOf(join(seeds, `${name}.nk`)), name).toBe(0o600);
});

it('server config configures a server for this machine, unless --host names an address', async () => {
  const place = directory();
  const mine = await make(place);
  expect([mine.out, mine.err]).toEqual([
    expect.stringContaining('\nhost: "127.0.0.1"\n'),
    expect.stringContaining('--host 0.0.0.0 lets others'),
  ]);
  for (const more of [[], ['--jwt']]) {
    const words = more.length > 0 ? ['--team', 'vision'] : ['digits'];
    const { out, err } = await hypertide(place, 'server', 'config', ...more, ...words, '--host', '0.0.0.0', '--seeds', `s${more.length}`);
    expect([out, err]).toEqual([expect.stringContaining('\nhost: "0.0.0.0"\n'), expect.not.stringContaining('own machine')]);
  }
});

it('server config keeps seeds that are there', async () => {
  const place = directory();
  const { out } = await make(place);
  const again = await make(place);
  expect([again.code, again.out]).toEqual([0, out]);
  expect(again.err).toContain('existed already');
  expect(again.err).not.toContain('restart');
  const more = await hypertide(place, 'server', 'config', 'digits', '--trainer', 'w1', 'w2');
  expect(more.err).toContain('w2 is new: restart a running server');
});

it('server config writes no seed through a link that another user has left', async () => {
  const place = directory();
  const other = join(place, 'other');
  mkdirSync(join(place, 'seeds'));
  symlinkSync(other, join(place, 'seeds', 'engine.nk'));
  expect((await make(place)).code).not.toBe(0);
  expect(existsSync(other)).toBe(false);
  writeFileSync(other, 'mine');
  expect((await make(place)).code).not.toBe(0); // its target is not a seed
  expect(readFileSync(other, 'utf8')).toBe('mine');
});

it('server config with --jwt writes credentials and keys of roles, and signs users later', async () => {
  const place = directory();
  const first = await hypertide(place, 'server', 'config', '--jwt', '--team', 'vision', 'nlp', '--trainer', 'vision/w1');
  expect([first.code, first.err]).toEqual([0, expect.stringContaining('--creds')]);
  const seeds = join(place, 'seeds');
  for (const name of ['root.nk', 'vision/trainer.signer', 'vision/w1.creds', 'nlp/engine.creds'])
    expect(modeOf(join(seeds, name)), name).toBe(0o600);
  expect(modeOf(join(seeds, 'vision'))).toBe(0o700);
  const signer = join(seeds, 'vision', 'trainer.signer');
  const seed = /\bS[AOU][A-Z2-7]{56}\b/; // whole words: a public key may have these letters inside
  expect(readFileSync(signer, 'utf8')).toMatch(seed);
  expect(first.out).not.toMatch(seed);
  const second = await hypertide(place, 'server', 'config', '--signer', signer, '--team', 'vision', '--user', 'w2', 'w3', '--days', '30');
  expect([second.code, second.out, second.err]).toEqual([0, '', expect.stringContaining('no reload')]);
  expect(readFileSync(join(seeds, 'vision', 'w3.creds'), 'utf8')).toContain('BEGIN NATS USER JWT');
});

it('server config with --jwt replaces credentials of a key that was deleted', async () => {
  const place = directory();
  const config = ['server', 'config', '--jwt', '--team', 'vision', '--trainer', 'w1'];
  await hypertide(place, ...config);
  const creds = (user: string) => readFileSync(join(place, 'seeds', 'vision', `${user}.creds`), 'utf8');
  const [operator, w1] = [creds('operator'), creds('w1')];
  rmSync(join(place, 'seeds', 'vision', 'operator.signer'));
  const { code, err } = await hypertide(place, ...config);
  expect([code, err]).toEqual([0, expect.stringContaining('vision/operator.creds renewed)')]);
  expect(creds('operator')).not.toBe(operator);
  expect(creds('w1')).toBe(w1);
  expect(modeOf(join(place, 'seeds', 'vision', 'operator.creds'))).toBe(0o600);
  const signer = join(place, 'seeds', 'vision', 'trainer.signer');
  const other = await hypertide(place, 'server', 'config', '--signer', signer, '--team', 'nlp', '--user', 'w2');
  expectRefused(other);
});

it('server config locks out a user with --revoke, and says what the server needs', async () => {
  const place = directory();
  const config = ['server', 'config', '--jwt', '--team', 'vision'];
  await hypertide(place, ...config, '--trainer', 'w1', 'w2');
  const { code, err } = await hypertide(place, ...config, '--revoke', 'vision/w2');
  expect([code, err]).toEqual([0, expect.stringContaining('reload the server with this configuration to lock out vision/w2')]);
  const key = Object.keys(JSON.parse(readFileSync(join(place, 'seeds', 'vision', 'revoked.json'), 'utf8')));
  expect(key).toEqual([expect.stringMatching(/^U/)]);
  const signer = ['--signer', join(place, 'seeds', 'vision', 'trainer.signer'), '--team', 'vision', '--user', 'w2'];
  expect((await hypertide(place, 'server', 'config', ...signer)).err).toContain('vision/w2.creds renewed)');
  for (const option of ['--revoke', '--update']) expectRefused(await hypertide(place, 'server', 'config', 's', option, 'x'));
});

it('server config adds a team to a running server, and removes it, or says that a reload is needed', async () => {
  const place = directory();
  const config = (...more: readonly string[]) => hypertide(place, 'server', 'config', '--jwt', '--team', 'vision', ...more);
  const { out } = await config();
  const text = `${out.replace(/^(host|port): .*$/gm, '')}authorization { timeout: 30 }\n`;
  const [server, old] = [await natsServer(text), await natsServer(text.replace(/resolver \{[^}]*\}/, 'resolver: MEMORY'))];
  try {
    const late = await config('nlp', '--update', old.url);
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('account nlp/studies is unchanged')]);
    expect(late.err).not.toContain('is updated');
    expect(await config('nlp', '--update', server.url)).toMatchObject({ code: 0, err: expect.stringContaining('is updated') });
    const creds = join(place, 'seeds', 'nlp', 'engine.creds');
    const login = () => connectTo(server.url, { creds, inboxPrefix: '_INBOX_engine' });
    await (await login()).close();
    expect((await config('--update', server.url)).err).toContain('accounts that this configuration does not name');
    expectRefused(await config('--remove', 'nlp'));
    const removed = await config('--update', server.url, '--remove', 'nlp');
    expect([removed.code, removed.err]).toEqual([0, expect.not.stringContaining('does not name')]);
    await expect(login()).rejects.toThrow(ConnectError);
    expect(existsSync(join(place, 'seeds', 'nlp', 'studies.jwt'))).toBe(false); // a new one brings the team back
  } finally {
    await Promise.all([server.dispose(), old.dispose()]);
  }
});

it('server config prints no configuration whose keys it could not write', async () => {
  const place = directory();
  writeFileSync(join(place, 'seeds'), 'a file, where the keys should be');
  const { code, out } = await make(place);
  expect([code === 0, out]).toEqual([false, '']);
});

it('server config and server users leave the rights of a directory with other files as they are', async () => {
  const place = directory();
  chmodSync(place, 0o755);
  writeFileSync(join(place, 'mine'), '');
  await hypertide(place, 'server', 'config', 'digits', '--seeds', '.');
  await hypertide(place, 'server', 'users', '--viewer', 'ada', '--tokens', '.');
  expect(modeOf(place)).toBe(0o755);
  for (const name of ['engine.nk', 'ada.token']) expect(modeOf(join(place, name)), name).toBe(0o600);
});

it('server users writes no tokens for names that it refuses', async () => {
  const place = directory();
  expect((await hypertide(place, 'server', 'users', '--viewer', 'ada', '--trainer', 'w1', 'w1')).code).toBe(2);
  expect(readdirSync(place)).toEqual([]);
});

it('server config adds TLS and a quota', async () => {
  const { out } = await hypertide(
    directory(),
    'server',
    'config',
    '--team',
    'vision',
    '--server-cert',
    'c.pem',
    '--server-key',
    'k.pem',
    '--max-bytes',
    '2GiB',
  );
  expect(out).toContain('cert_file: "c.pem"');
  expect(out).toContain('jetstream: { max_file: 2147483648 }');
});

it.each([
  ['neither studies nor teams', []],
  ['studies of a team', ['s', '--team', 'a']],
  ['a trainer without its team', ['--team', 'a', 'b', '--trainer', 'w1']],
  ['a trainer of another team', ['--team', 'a', '--trainer', 'b/w1']],
  ['a trainer with two slashes', ['--team', 'a', '--trainer', 'a/b/c']],
  ['days without credentials', ['--team', 'a', '--days', '3']],
  ['a certificate without its key', ['--team', 'a', '--server-cert', 'c.pem']],
  ['users without a key', ['--user', 'w1']],
  ['a key that is not there', ['--signer', 'nosuch', '--user', 'w1']],
  ['a size that is none', ['--team', 'a', '--max-bytes', 'much']],
])('server config refuses %s', async (_, args) => {
  const place = directory();
  expectRefused(await hypertide(place, 'server', 'config', ...args));
  expect(existsSync(join(place, 'seeds'))).toBe(false);
});

it('server config replaces the file of --output only if there is no error', async () => {
  const place = directory();
  const config = ['server', 'config', 'digits', '-o', 'server.conf'];
  expect(await hypertide(place, ...config, '--trainer', 'w1')).toMatchObject({ code: 0, out: '' });
  const written = readFileSync(join(place, 'server.conf'), 'utf8');
  expect(written).toContain('TRAINER_w1');
  expect((await hypertide(place, ...config, '--trainer', 'no name')).code).toBe(2);
  expect(readFileSync(join(place, 'server.conf'), 'utf8')).toBe(written);
  expect(await hypertide(place, ...config, '--trainer', 'w1', 'w2')).toMatchObject({ code: 0 });
  expect(readFileSync(join(place, 'server.conf'), 'utf8')).toContain('TRAINER_w2');
  expect(readdirSync(place).sort()).toEqual(['seeds', 'server.conf']);
});

it('server config asks clients for certificates with --client-ca only: --tls-ca is the authority of a server', async () => {
  const tls = ['server', 'config', 'digits', '--server-cert', 'c.pem', '--server-key', 'k.pem'];
  expect((await hypertide(directory(), ...tls, '--tls-ca', 'ca.pem')).out).not.toContain('verify');
  expect((await hypertide(directory(), ...tls, '--client-ca', 'ca.pem')).out).toMatch(/ca_file: "ca.pem"\s+verify: true/);
});
