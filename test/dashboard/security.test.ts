import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Board, board, finished, request } from './support.ts';

let open: Board | undefined;
const start = async (...given: Parameters<typeof board>): Promise<Board> => {
  open = await board(...given);
  return open;
};
afterEach(() => open?.close());

const enqueue = JSON.stringify({ type: 'enqueue', params: { lr: 0.01 } });
const json = { 'Content-Type': 'application/json' };

describe('access', () => {
  it('is at the loopback address only, unless another one is given', async () => {
    const { url } = await start();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect((await request(`${url}api/events?study=net`, { method: 'HEAD' })).status).toBe(200);
  });

  it('at any other address needs the token', async () => {
    const { url, token } = await start({ host: '0.0.0.0' });
    for (const path of [
      'api/events?study=net',
      'api/studies/net/importance',
      'api/studies/net/trials/1/facts',
      'api/studies/net/report',
      'metrics',
    ]) {
      expect((await request(url + path)).status, path).toBe(401);
      expect((await request(url + path, { headers: { Authorization: 'Bearer wrong' } })).status, path).toBe(401);
    }
    expect((await request(`${url}healthz`)).status).toBe(200);
    expect((await request(`${url}metrics`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('behind a proxy needs the token too, though the server listens at the loopback address', async () => {
    const { url, token } = await start({ names: ['tuning.example.com'] });
    for (const headers of [{ Host: 'tuning.example.com' }, {}]) {
      for (const path of ['api/events?study=net', 'metrics']) expect((await request(url + path, { headers })).status, path).toBe(401);
      const Authorization = `Bearer ${token}`;
      expect((await request(`${url}metrics`, { headers: { ...headers, Authorization } })).status).toBe(200);
    }
  });

  it('by a cookie, which the token gives, allows reading but no actions', async () => {
    const { url, token, log } = await start({ host: '0.0.0.0' });
    expect((await request(`${url}api/session`, { method: 'POST' })).status).toBe(401);
    const { headers } = await request(`${url}api/session`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    const [set] = headers['set-cookie'] as string[];
    expect(set).toMatch(/HttpOnly; SameSite=Strict/);
    const Cookie = set!.split(';')[0]!;
    expect((await request(`${url}api/studies/net/importance`, { headers: { Cookie } })).status).toBe(200);
    expect((await request(`${url}api/studies/net/actions`, { method: 'POST', headers: { Cookie, ...json }, body: enqueue })).status).toBe(
      401,
    );
    expect(await log.head()).toBe(1);
  });

  it('by a cookie does not reveal the token to other servers on this host, or to another dashboard', async () => {
    const { url, token, log } = await start({ host: '0.0.0.0' });
    const given = async (more = {}) =>
      (await request(`${url}api/session`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, ...more } })).headers[
        'set-cookie'
      ]![0]!;
    const { port, host } = new URL(url);
    const [name, value] = (await given()).split(';')[0]!.split('=') as [string, string];
    expect(name).toBe(`hypertide-${port}`);
    expect(value).not.toContain(token);
    const act = { method: 'POST', headers: { Authorization: `Bearer ${value}`, ...json }, body: enqueue };
    expect((await request(`${url}api/studies/net/actions`, act)).status).toBe(401);
    expect(await log.head()).toBe(1);
    for (const Cookie of [`hypertide-${port}=${token}`, `hypertide=${value}`, `hypertide-1=${value}`]) {
      expect((await request(`${url}api/studies/net/importance`, { headers: { Cookie } })).status, Cookie).toBe(401);
    }
    expect(await given()).not.toMatch(/Secure/);
    expect(await given({ Origin: `https://${host}` })).toMatch(/; Secure/);
  });

  it('is refused to requests for another host name', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    for (const Host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.']) {
      expect((await request(`${url}api/events?study=net`, { headers: { Host } })).status, Host).toBeGreaterThanOrEqual(400);
    }
    for (const Host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      expect((await request(`${url}healthz`, { headers: { Host } })).status, Host).toBe(200);
    }
  });

  it('is refused to pages of other sites in a browser that can reach the server', async () => {
    const { url, token } = await start();
    const { port } = new URL(url);
    const from = (Origin: string, more = {}) => request(`${url}api/studies/net/importance`, { headers: { Origin, ...more } });
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${Number(port) + 1}`, `http://localhost:${port}`]) {
      expect((await from(origin)).status, origin).toBe(403);
    }
    expect((await from(`http://127.0.0.1:${port}`)).status).toBe(200);
    expect((await request(`${url}api/studies/net/importance`, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403);
    const acted = await request(`${url}api/studies/net/actions`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example', Authorization: `Bearer ${token}`, ...json },
      body: enqueue,
    });
    expect(acted.status).toBe(403);
  });
});

describe('acting', () => {
  it('without the token has no effect, whatever the method', async () => {
    const { url, token, log } = await start();
    const ways = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'];
    const keys = [
      {},
      { Authorization: 'Bearer ' },
      { Authorization: 'Bearer wrong' },
      { Authorization: `Basic ${token}` },
      { Cookie: `hypertide=${token}` },
    ];
    for (const method of ways) {
      for (const key of keys) {
        for (const path of ['api/studies/net/actions', `api/studies/net/actions?token=${token}`]) {
          const { status } = await request(url + path, { method, headers: { ...key, ...json }, body: enqueue });
          expect(status, `${method} ${JSON.stringify(key)}`).toBeGreaterThanOrEqual(400);
        }
      }
      if (method !== 'POST')
        await request(`${url}api/studies/net/actions`, { method, headers: { Authorization: `Bearer ${token}`, ...json }, body: enqueue });
    }
    expect(await log.head()).toBe(1);
  });

  it('with the token, each action is a fact', async () => {
    const { url, token, log, say } = await start();
    await say(...finished(1, 0.5), {
      type: 'suggested',
      trial: 2,
      attempt: 1,
      by: 'random',
      params: { lr: 0.01, layers: 1, kind: 'relu' },
    });
    const act = async (action: object) => {
      const body = JSON.stringify(action);
      const { text } = await request(`${url}api/studies/net/actions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, ...json },
        body,
      });
      return JSON.parse(text) as { ok: boolean; fact: object; error: string };
    };
    expect((await act({ type: 'enqueue', params: { lr: 0.02 } })).fact).toEqual({ type: 'enqueued', params: { lr: 0.02 } });
    expect((await act({ type: 'retract', trial: 1 })).fact).toEqual({ type: 'retracted', trial: 1 });
    expect((await act({ type: 'cancel', trial: 2 })).fact).toEqual({ type: 'cancelled', trial: 2 });
    expect((await act({ type: 'change', paused: true })).fact).toEqual({ type: 'changed', paused: true });
    expect((await act({ type: 'change', parallel: 8, strategy: 'tpe' })).fact).toEqual({ type: 'changed', parallel: 8, strategy: 'tpe' });
    expect((await act({ type: 'close' })).fact).toMatchObject({ type: 'closed', reason: 'person' });
    const before = await log.head();
    for (const [action, why] of [
      [{ type: 'enqueue', params: { lr: 7 } }, 'lr'],
      [{ type: 'enqueue', params: { what: 7 } }, 'what'],
      [{ type: 'enqueue' }, 'params'],
      [{ type: 'retract', trial: 99 }, '99'],
      [{ type: 'cancel', trial: 1 }, 'has ended'],
      [{ type: 'change' }, 'nothing'],
      [{ type: 'change', parallel: -1 }, 'parallel'],
      [{ type: 'change', strategy: 'nonsense' }, 'nonsense'],
      [{ type: 'close' }, 'closed already'],
      [{ type: 'explode' }, 'explode'],
    ] as const) {
      const { ok, error } = await act(action);
      expect(ok, JSON.stringify(action)).toBe(false);
      expect(error).toContain(why);
    }
    expect(await log.head()).toBe(before);
  });

  it('refuses a body that is not JSON, not declared as JSON, or too long', async () => {
    const { url, token } = await start();
    const post = (body: string, type: string) =>
      request(`${url}api/studies/net/actions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
        body,
      });
    expect((await post('{', 'application/json')).status).toBe(400);
    expect((await post('"close"', 'application/json')).status).toBe(400);
    expect((await post(enqueue, 'text/plain')).status).toBe(415);
    expect((await post(`"${'x'.repeat(2 ** 20)}"`, 'application/json')).status).toBe(413);
  });
});

describe('what a browser may do with it', () => {
  it('every answer has a policy that lets nothing run but the page itself', async () => {
    const { url } = await start();
    for (const path of ['', 'healthz', 'api/studies/net/importance', 'api/studies/none/importance', 'nowhere']) {
      const { headers } = await request(url + path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("style-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
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
