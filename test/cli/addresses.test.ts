import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectionFrom } from '../../src/stores/connection.ts';
import { destinationOf, parseAddress } from '../../src/stores/locate.ts';
import type { Started } from '../support/started.ts';
import { directory, endedStudy, expectRecomputed, expectRefused, hypertide, start, until } from './support.ts';

beforeEach(() => {
  vi.stubEnv('XDG_CONFIG_HOME', directory());
  vi.stubEnv('HYPERTIDE_NATS', undefined);
});
afterAll(() => void vi.unstubAllEnvs()); // other files run in this process
const copyOfOriginal = endedStudy();

describe('an address', () => {
  const at = (text: string | undefined, server?: string) => parseAddress(text, { server, loginTo: () => ({}) });

  it.each([
    ['digits.jsonl', { form: 'folder', at: '.', name: 'digits', journal: 'digits.jsonl' }],
    ['.', { form: 'folder', at: '.' }],
    [undefined, { form: 'folder', at: '.' }],
    ['nats://h:4222', { form: 'nats', at: 'nats://h:4222', name: undefined }],
    ['tls://h/digits', { form: 'nats', at: 'tls://h', name: 'digits' }],
    [
      'nats://me:secret@a:1,nats://b:2/digits?domain=hub',
      { form: 'nats', at: 'nats://me:secret@a:1,nats://b:2?domain=hub', name: 'digits' },
    ],
    ['nats://h/team-?', { form: 'nats', at: 'nats://h', name: 'team-?' }],
    ['http://h:8080/lab/digits', { form: 'http', at: 'http://h:8080/lab', name: 'digits' }],
  ])('%s', (text, address) => expect(at(text)).toEqual(address));

  it('that is only a name, or nothing, is on the server of the context; a path is not', () => {
    const server = 'nats://h?domain=hub';
    expect(at('digits', server)).toEqual({ form: 'nats', at: server, name: 'digits' });
    expect(at(undefined, server)).toEqual({ form: 'nats', at: server, name: undefined });
    expect(at('digits', 'http://h')).toEqual({ form: 'http', at: 'http://h', name: 'digits' });
    expect(at('runs/digits.jsonl', server)).toMatchObject({ form: 'folder', at: 'runs' });
  });

  it('of a new study may be a folder that is made', () => {
    const connection = { server: undefined, loginTo: () => ({}) };
    expect(destinationOf('nosuch', connection)).toEqual({ form: 'folder', at: 'nosuch' });
    expect(destinationOf('nosuch/b.jsonl', connection)).toMatchObject({ at: 'nosuch', name: 'b' });
  });

  it.each(['wss://h/digits', 'nats://h?domain=hub/digits'])('%s is refused', (text) => expect(() => at(text)).toThrow('expected'));
});

describe('without an address, or with a folder', () => {
  it('a command means the only study there', async () => {
    const place = copyOfOriginal();
    const best = async (...words: readonly string[]) => JSON.parse((await hypertide(place, 'best', ...words, '--json')).out).trial;
    for (const words of [[], ['.'], ['study.yaml']]) expect(await best(...words)).toBe(await best('study.jsonl'));
    expect(await hypertide(place, 'trials', '1', '--json')).toEqual(await hypertide(place, 'trials', 'study.jsonl', '1', '--json'));
    expect((await hypertide(place, 'trial', 'enqueue', 'x=0.5')).code).toBe(0);
  });

  it('a command names several', async () => {
    const place = copyOfOriginal();
    await hypertide(place, 'study', 'copy', 'again');
    expectRefused(await hypertide(place, 'best'));
  });
});

describe('a study over HTTP', () => {
  let serve: Started;
  let url: string;
  let place: string;
  beforeAll(async () => {
    place = copyOfOriginal();
    serve = start(place, 'serve', '--http', '0', '--folder', '.');
    await until(() => serve.said().includes('serving at'));
    [url = ''] = /http:\/\/[^/]+/.exec(serve.said())!;
  });
  afterAll(async () => {
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it('is read as its journal is', async () => {
    const elsewhere = directory();
    for (const words of [['best'], ['trials'], ['export'], ['why', '3']]) {
      const [command = '', ...more] = words;
      const { code, out } = await hypertide(elsewhere, command, `${url}/study`, ...more);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/\d/) });
    }
    expect((await hypertide(elsewhere, 'export', url)).out).toBe((await hypertide(place, 'export', 'study.jsonl')).out);
    expectRecomputed(await hypertide(elsewhere, 'verify', `${url}/study`), 6);
    expect((await hypertide(elsewhere, 'study', 'list', url)).out).toMatch(/^study +closed: trials +6\/6 /m);
  });

  it('is changed, paused and resumed', async () => {
    const say = async (...words: string[]) => (await hypertide(directory(), ...words)).code;
    expect(await say('pause', `${url}/study`)).toBe(2); // it is closed
    expect(await say('change', `${url}/study`, '--trials', '+2')).toBe(0);
    expect(await say('pause', `${url}/study`)).toBe(0);
    expect((await hypertide(place, 'study', 'list', url)).out).toMatch(/^study +paused /m);
    expect(await say('resume', `${url}/study`)).toBe(0);
  });

  it('stays where its server keeps it', async () => {
    for (const words of [
      ['copy', `${url}/study`, 'b'],
      ['delete', `${url}/study`, '--yes'],
      ['archive', `${url}/study`],
    ])
      expectRefused(await hypertide(directory(), 'study', ...words));
  });
});

describe('a context of the nats command', () => {
  const add = (name: string, fields: object) => {
    const home = join(process.env.XDG_CONFIG_HOME!, 'nats', 'context');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, `${name}.json`), JSON.stringify(fields));
  };

  it('gives its login to its own server only, and options go to each', async () => {
    add('lab', { url: 'nats://a.example', creds: '/me.creds' });
    const { server, loginTo } = await connectionFrom({ context: 'lab' });
    expect(server).toBe('nats://a.example');
    expect(loginTo('nats://a.example:4222')).toEqual({ creds: '/me.creds' });
    expect(loginTo('nats://b.example')).toEqual({});
    expect(loginTo('nats://a.example:81')).toEqual({});
    expect((await connectionFrom({ context: 'lab', nkey: 'other' })).loginTo('nats://b.example')).toEqual({ nkey: 'other' });
  });

  it('is chosen by --context, then HYPERTIDE_NATS, then hypertide.yaml', async () => {
    const place = directory();
    for (const name of ['a', 'b']) add(name, { url: `nats://${name}` });
    const before = process.cwd();
    process.chdir(place);
    onTestFinished(() => process.chdir(before));
    expect((await connectionFrom({})).server).toBeUndefined();
    writeFileSync('hypertide.yaml', 'context: a\n');
    expect((await connectionFrom({})).server).toBe('nats://a');
    writeFileSync('hypertide.yaml', 'server: nats://project\ncreds: p.creds\n');
    expect((await connectionFrom({})).server).toBe('nats://project');
    expect((await connectionFrom({})).loginTo('nats://project:4222')).toEqual({ creds: 'p.creds' });
    vi.stubEnv('HYPERTIDE_NATS', 'nats://env');
    expect((await connectionFrom({})).server).toBe('nats://env');
    expect((await connectionFrom({ context: 'b' })).server).toBe('nats://b');
    writeFileSync('hypertide.yaml', 'sever: nats://project\n');
    await expect(connectionFrom({})).rejects.toThrow(/hypertide\.yaml: unknown key sever; did you mean server/);
    writeFileSync('hypertide.yaml', 'server: [\n');
    await expect(connectionFrom({})).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/^hypertide\.yaml: /) });
  });
});
