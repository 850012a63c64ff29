import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { tokens, users } from '../server/support.ts';
import { type Board, board, finished, request } from './support.ts';

let open: Board | undefined;
const start = async (...given: Parameters<typeof board>): Promise<Board> => {
  open = await board(...given);
  return open;
};
afterEach(() => open?.close());

const enqueue = JSON.stringify({ params: { lr: 0.01 } });
const json = { 'Content-Type': 'application/json' };
const as = (user: keyof typeof tokens) => ({ Authorization: `Bearer ${tokens[user]}` });
const ENQUEUE = 'v1/studies/net/enqueue';
const READ = 'v1/studies/net/importance';

describe('access', () => {
  it('is at the loopback address only, unless another one is given', async () => {
    const { url } = await start();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect((await request(`${url}v1/events?study=net`, { method: 'HEAD' })).status).toBe(200);
  });

  it('to a server with users needs the token of one, wherever it listens', async () => {
    for (const options of [
      { host: '0.0.0.0', users },
      { names: ['tuning.example.com'], users },
    ]) {
      const { url, close } = await start(options);
      for (const path of ['v1/events?study=net', READ, 'v1/studies/net/trials/1/log', 'v1/studies/net/report', 'metrics']) {
        expect((await request(url + path)).status, path).toBe(401);
        expect((await request(url + path, { headers: { Authorization: 'Bearer wrong' } })).status, path).toBe(401);
      }
      expect((await request(`${url}healthz`)).status).toBe(200);
      expect((await request(`${url}metrics`, { headers: as('board') })).status).toBe(200);
      expect((await request(`${url}metrics`, { headers: as('w1') })).status).toBe(403);
      await close();
    }
  });

  it('is for the host name of a proxy, if the server knows it', async () => {
    const { url } = await start({ names: ['tuning.example.com'], users });
    expect((await request(`${url}metrics`, { headers: { Host: 'tuning.example.com', ...as('board') } })).status).toBe(200);
  });

  it('by a cookie, which the token gives, allows reading but no actions', async () => {
    const { url, log } = await start({ host: '0.0.0.0', users });
    expect((await request(`${url}v1/session`, { method: 'POST' })).status).toBe(401);
    const { headers, text } = await request(`${url}v1/session`, { method: 'POST', headers: as('ada') });
    expect(JSON.parse(text)).toEqual({ name: 'ada', role: 'operator' });
    const [set] = headers['set-cookie'] as string[];
    expect(set).toMatch(/HttpOnly; SameSite=Strict/);
    const Cookie = set!.split(';')[0]!;
    expect((await request(url + READ, { headers: { Cookie } })).status).toBe(200);
    expect((await request(url + ENQUEUE, { method: 'POST', headers: { Cookie, ...json }, body: enqueue })).status).toBe(401);
    expect(await log.head()).toBe(1);
  });

  it('by the cookie of a trainer does not allow reading what its token does not', async () => {
    const { url } = await start({ host: '0.0.0.0', users });
    const { headers } = await request(`${url}v1/session`, { method: 'POST', headers: as('w1') });
    expect((await request(url + READ, { headers: { Cookie: headers['set-cookie']![0]!.split(';')[0]! } })).status).toBe(403);
  });

  it('by a cookie does not reveal the token to other servers on this host, or to another server', async () => {
    const { url, log } = await start({ host: '0.0.0.0', users });
    const given = async (more = {}) =>
      (await request(`${url}v1/session`, { method: 'POST', headers: { ...as('ada'), ...more } })).headers['set-cookie']![0]!;
    const { port, host } = new URL(url);
    const [name, value] = (await given()).split(';')[0]!.split('=') as [string, string];
    expect(name).toBe(`hypertide-${port}`);
    expect(value).not.toContain(tokens.ada);
    const act = { method: 'POST', headers: { Authorization: `Bearer ${value}`, ...json }, body: enqueue };
    expect((await request(url + ENQUEUE, act)).status).toBe(401);
    expect(await log.head()).toBe(1);
    const forged = value.replace('ada.', 'board.');
    for (const Cookie of [`hypertide-${port}=${tokens.ada}`, `hypertide=${value}`, `hypertide-1=${value}`, `hypertide-${port}=${forged}`]) {
      expect((await request(url + READ, { headers: { Cookie } })).status, Cookie).toBe(401);
    }
    expect(await given()).not.toMatch(/Secure/);
    expect(await given({ Origin: `https://${host}` })).toMatch(/; Secure/);
  });

  it('is refused to requests for another host name', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    for (const Host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.']) {
      const { status, text } = await request(`${url}v1/events?study=net`, { headers: { Host } });
      expect([status, JSON.parse(text).code], Host).toEqual([421, 'unknown-host']);
    }
    for (const Host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      expect((await request(`${url}healthz`, { headers: { Host } })).status, Host).toBe(200);
    }
  });

  it('is refused to pages of other sites in a browser that can reach the server', async () => {
    const { url, log } = await start();
    const { port } = new URL(url);
    const from = (Origin: string, more = {}) => request(url + READ, { headers: { Origin, ...more } });
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${Number(port) + 1}`, `http://localhost:${port}`]) {
      const { status, text } = await from(origin);
      expect([status, JSON.parse(text).code], origin).toEqual([403, 'other-site']);
    }
    expect((await from(`http://127.0.0.1:${port}`)).status).toBe(200);
    expect((await request(url + READ, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403);
    const acted = await request(url + ENQUEUE, { method: 'POST', headers: { Origin: 'https://evil.example', ...json }, body: enqueue });
    expect(acted.status).toBe(403);
    expect(await log.head()).toBe(1);
  });
});

describe('acting', () => {
  it('by another method than POST has no effect', async () => {
    const { url, log } = await start();
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])
      expect((await request(url + ENQUEUE, { method, headers: json, body: enqueue })).status, method).toBeGreaterThanOrEqual(400);
    expect(await log.head()).toBe(1);
  });

  it('each action is a fact of a study that no engine runs here', async () => {
    const { url, log, say } = await start();
    await say(...finished(1, 0.5), {
      type: 'suggested',
      trial: 2,
      attempt: 1,
      by: 'random',
      params: { lr: 0.01, layers: 1, kind: 'relu' },
    });
    const act = async (path: string, action: object = {}) => {
      const body = JSON.stringify(action);
      const { status, text } = await request(`${url}v1/studies/net/${path}`, { method: 'POST', headers: json, body });
      return { status, ...(JSON.parse(text) as { fact: object; error: string }) };
    };
    expect((await act('enqueue', { params: { lr: 0.02 } })).fact).toEqual({ type: 'enqueued', params: { lr: 0.02 } });
    expect((await act('trials/1/retract')).fact).toEqual({ type: 'retracted', trial: 1 });
    expect((await act('trials/2/cancel')).fact).toEqual({ type: 'cancelled', trial: 2 });
    expect((await act('change', { paused: true })).fact).toEqual({ type: 'changed', paused: true });
    expect((await act('change', { parallel: 8, strategy: 'tpe' })).fact).toEqual({ type: 'changed', parallel: 8, strategy: 'tpe' });
    expect((await act('close')).fact).toMatchObject({ type: 'closed', reason: 'person' });
    const before = await log.head();
    for (const [path, action, why] of [
      ['enqueue', { params: { lr: 7 } }, 'lr'],
      ['enqueue', { params: { what: 7 } }, 'what'],
      ['enqueue', {}, 'params'],
      ['trials/99/retract', {}, '99'],
      ['trials/1/cancel', {}, 'has ended'],
      ['change', {}, 'nothing'],
      ['change', { parallel: -1 }, 'parallel'],
      ['change', { strategy: 'nonsense' }, 'nonsense'],
      ['close', {}, 'closed already'],
      ['explode', {}, 'no route'],
    ] as const) {
      const { status, error } = await act(path, action);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(error).toContain(why);
    }
    expect(await log.head()).toBe(before);
  });

  it('a study that is only shown gives no trials', async () => {
    const { url } = await start();
    const { status, text } = await request(`${url}v1/studies/net/ask`, { method: 'POST', headers: json, body: '{}' });
    expect([status, JSON.parse(text).code]).toEqual([409, 'elsewhere']);
  });
});

describe('what a browser may do with it', () => {
  it('every answer has a policy that lets nothing run but the page itself', async () => {
    const { url } = await start();
    for (const path of ['', 'healthz', 'metrics', READ, 'v1/studies/none/importance', 'nowhere']) {
      const { headers } = await request(url + path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      if (path === '') expect(policy).toContain("script-src 'self'; style-src 'self';");
      else expect(policy).not.toContain('script-src');
      expect(policy).not.toMatch(/unsafe|\*|data:.*script/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('the page has no inline script or style, and loads nothing from elsewhere', async () => {
    const { url } = await start();
    const { text } = await request(url);
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    const assets = new URL('../../dist/src/page/assets/', import.meta.url);
    for (const name of readdirSync(assets))
      expect(readFileSync(new URL(name, assets), 'utf8'), name).not.toMatch(/new Function\(|\beval\(/);
  });

  it('files outside the page are not served', async () => {
    const { url } = await start();
    for (const path of ['../package.json', '%2e%2e/package.json', 'assets/../../serve.js', 'assets/%2e%2e%2f%2e%2e%2fserve.js']) {
      expect((await request(url + path)).status, path).toBe(404);
    }
  });
});
