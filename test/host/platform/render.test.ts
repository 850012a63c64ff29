import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Platform, readPlatform } from '../../../src/host/platform/platformFile.ts';
import { type Rendered, render } from '../../../src/host/platform/render.ts';
import { unknownIn } from '../../deploy/commandLine.ts';
import { natsProgram } from '../../support/nats.ts';

let folder: string;
let platform: Platform;
let made: Rendered;
const declare = async (data: object): Promise<Platform> => {
  const path = join(folder, 'platform.yaml');
  writeFileSync(path, JSON.stringify(data));
  return readPlatform(path);
};
const declared = {
  nats: { cluster: ['n1', 'n2', 'n3'] },
  teams: { vision: { users: ['w1', 'w2'], quota: { bytes: '2GB' } }, speech: {} },
  images: { hypertide: 'registry.example.com/hypertide@sha256:0123' },
};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'render-'));
  platform = await declare(declared);
  made = await render(platform, () => undefined, '../keys');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('makes keys once: with them, all files are the same', async () => {
  const again = await render(platform, (name) => made.keys[name], '../keys');
  expect(again.files).toEqual(made.files);
  expect(Object.keys(made.keys)).toEqual(
    expect.arrayContaining(['cluster.password', 'vision/engine.creds', 'vision/w2.creds', 'speech/engine.creds']),
  );
  expect((await render(platform, () => undefined, '../keys')).keys['cluster.password']).not.toBe(made.keys['cluster.password']);
});

it('NATS accepts the configuration of each server of the cluster', () => {
  const names = Object.keys(made.files).filter((path) => path.startsWith('nats/'));
  expect(names).toEqual(['nats/n1.conf', 'nats/n2.conf', 'nats/n3.conf']);
  for (const name of names) {
    const path = join(folder, 'server.conf');
    writeFileSync(path, made.files[name]!);
    expect(spawnSync(natsProgram(), ['-t', '-c', path], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    expect(made.files[name]).toContain(`server_name: "${name.slice(5, -5)}"`);
  }
});

it('no file holds a key of a user, and a container gets only the keys of engines', () => {
  const text = Object.values(made.files).join('\n');
  for (const [name, secret] of Object.entries(made.keys)) {
    if (/\.(creds|signer|nk)$/.test(name)) expect(text).not.toContain(secret.trim());
  }
  const { services, secrets } = parse(made.files['compose.yaml']!) as {
    services: Record<string, { image: string; command: string[]; secrets?: { source: string }[] }>;
    secrets: Record<string, { file: string }>;
  };
  expect(Object.keys(services)).toEqual(['n1', 'n2', 'n3', 'engine', 'standby']);
  expect(Object.values(secrets).map(({ file }) => file)).toEqual(['../keys/vision/engine.creds', '../keys/speech/engine.creds']);
  for (const name of ['engine', 'standby']) {
    expect(unknownIn(services[name]!.command)).toEqual([]);
    expect(services[name]!.secrets!.map(({ source }) => source)).toEqual(Object.keys(secrets));
  }
});

it.each([
  ['engine', '--replicas 3'],
  ['worker@', '--name %i'],
])('the unit of an %s starts it with options that it has', (name, option) => {
  const [, words = ''] = /^ExecStart=\S+ hypertide (.*)$/m.exec(made.files[`systemd/hypertide-${name}.service`]!)!;
  expect(unknownIn(words.split(' '))).toEqual([]);
  expect(words).toContain(option);
});

it('engines read the platform that they get, with the keys beside it', async () => {
  const file = join(folder, 'rendered.yaml');
  writeFileSync(file, made.files['hypertide/platform.yaml']!);
  const read = await readPlatform(file);
  expect(read.teams).toEqual(platform.teams);
  expect(read.keys).toBe(join(folder, 'keys'));
});

it('says beside the images that are used which of them have no digest', async () => {
  const notes = (files: Rendered['files'], path: string) => files[path]!.match(/^# images\.\w+: \S+/gm) ?? [];
  expect(notes(made.files, 'compose.yaml')).toEqual(['# images.nats: nats:2.12']);
  const one = await render(await declare({ nats: { url: 'nats://n1' }, teams: { vision: {} } }), () => undefined, '../keys');
  for (const path of ['compose.yaml', 'chart/values.yaml']) expect(notes(one.files, path)).toEqual(['# images.hypertide: hypertide']);
});

it.each([
  [{ url: 'nats://127.0.0.1:4300' }, 'nats/nats.conf', '127.0.0.1'],
  [{ url: 'tls://localhost' }, 'nats/nats.conf', '127.0.0.1'],
  [{ url: 'nats://n1:4300' }, 'nats/nats.conf', '0.0.0.0'],
  [{ cluster: ['localhost:4222', 'localhost:4223', 'localhost:4224'] }, 'nats/localhost-4222.conf', '127.0.0.1'],
  [{ cluster: ['n1', 'n2', 'n3'] }, 'nats/n1.conf', '0.0.0.0'],
])('the servers of %o listen where clients find them, and their monitors, too', async (nats, path, host) => {
  const text = (await render(await declare({ nats, teams: { vision: {} } }), () => undefined, '../keys')).files[path]!;
  expect(/^host: "(.*)"$/m.exec(text)?.[1]).toBe(host);
  expect(/^http: "(.*):\d+"$/m.exec(text)?.[1]).toBe(host);
});

it('gives an account the bytes of all copies', () => {
  const studies = made.accounts.find(({ name }) => name === 'vision/studies')!;
  const claims = JSON.parse(Buffer.from(studies.jwt.split('.')[1]!, 'base64url').toString()) as {
    nats: { limits: { disk_storage: number } };
  };
  expect(claims.nats.limits.disk_storage).toBe(6e9);
});

it('an engine that archives may write there, and has the login of an admin for the teams that ask for it', async () => {
  const archiving = await declare({
    ...declared,
    archive: { to: '/srv/archives' },
    teams: { vision: { retention: { archive: '30d' } }, speech: {} },
  });
  const { files } = await render(archiving, () => undefined, '../keys');
  const { services, secrets } = parse(files['compose.yaml']!) as {
    services: Record<string, { volumes: string[]; secrets: { source: string; target: string }[] }>;
    secrets: object;
  };
  expect(Object.keys(secrets)).toEqual(['vision-engine', 'vision-admin', 'speech-engine']);
  expect(services.standby!.volumes).toContain('/srv/archives:/srv/archives');
  expect(services.engine!.secrets).toContainEqual({ source: 'vision-admin', target: '/etc/hypertide/keys/vision/admin.creds' });
  expect(files['systemd/hypertide-engine.service']).toContain('\nReadWritePaths=/srv/archives\n');
  expect(made.files['systemd/hypertide-engine.service']).not.toContain('ReadWritePaths');
  expect((await declare(parse(files['hypertide/platform.yaml']!) as object)).teams).toEqual(archiving.teams);
});

it('one server that is there needs no cluster', async () => {
  const one = await render(
    await declare({ ...declared, nats: { url: 'nats://nats.example.com:4300?prefix=lab' } }),
    () => undefined,
    '../keys',
  );
  expect(Object.keys(one.files).filter((path) => path.startsWith('nats/'))).toEqual(['nats/nats.conf']);
  expect(one.keys['cluster.password']).toBeUndefined();
  expect(Object.keys((parse(one.files['compose.yaml']!) as { services: object }).services)).toEqual(['engine', 'standby']);
  expect(one.files['nats/nats.conf']).toContain('port: 4300');
});
