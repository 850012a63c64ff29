import { expect, it } from 'vitest';
import { HostedStudies } from '../../src/host/hostedStudies.ts';
import { parseUsers } from '../../src/server/access/users.ts';
import { operationIds, rolesOf } from '../../src/server/routes.ts';
import { serveHttp } from '../../src/server/serve.ts';
import { operations } from '../../src/server/serverOperations.ts';
import { coded, wrongOption } from '../support/coded.ts';
import { open, tokens, users } from './support.ts';

it('a server that others can reach needs users', async () => {
  const none = new HostedStudies({ line: () => {} });
  await expect(serveHttp(none.served, { host: '0.0.0.0' })).rejects.toThrow(
    '0.0.0.0: without users, other machines could do everything on this server',
  );
  await expect(serveHttp(none.served, { names: ['tuning.example.com'] })).rejects.toThrow(
    'tuning.example.com: without users, other machines',
  );
});

it('each request needs a token of one of its roles', async () => {
  const { as, get, head, post } = await open({ users });
  const roles = { w1: 'trainer', ada: 'operator', board: 'viewer' } as const;
  for (const id of operationIds) {
    const { method } = operations[id];
    const place = operations[id].path.replace('/v1/', '').replace('{study}', 'none').replace('{trial}', '1').replace('{file}', 'a.txt');
    const send = (headers?: Readonly<Record<string, string>>) =>
      id === 'watch' ? head(place, headers) : method === 'get' ? get(place, headers) : post(place, {}, headers);
    expect(await send(), id).toMatchObject({ status: 401, ...(id !== 'watch' && { body: { code: 'unauthorized' } }) });
    expect(await send({ Authorization: 'Bearer wrong' }), id).toMatchObject({ status: 401 });
    for (const user of ['w1', 'ada', 'board'] as const) {
      const { status } = await send(as(user));
      if (rolesOf(id).includes(roles[user])) expect(status, `${id} as ${user}`).not.toBe(403);
      else expect(status, `${id} as ${user}`).toBe(403);
    }
  }
});

it('a trainer writes only for itself, and the log names it', async () => {
  const { as, hosted, post } = await open({ users });
  const { body } = await post('studies/digits/ask', { trainer: 'w2' }, as('w1'));
  const told = { run: body.run, values: { loss: 0 } };
  expect(await post('studies/digits/trials/1/tell', told, as('w2'))).toMatchObject({ status: 409, body: { code: 'wrong-author' } });
  expect(await post('studies/digits/trials/1/heartbeat', { run: body.run }, as('w2'))).toMatchObject({ status: 409 });
  expect((await post('studies/digits/ask', { run: body.run }, as('w2'))).body).toMatchObject({ trial: 2 });
  expect(await post('studies/digits/trials/1/tell', told, as('w1'))).toMatchObject({ status: 200 });
  expect(hosted.rows.get(1)).toMatchObject({ trainer: 'w1', values: { loss: 0 } });
  const { fact } = (await post('studies/digits/enqueue', { params: {} }, as('ada'))).body;
  expect(fact).toMatchObject({ type: 'enqueued' });
  let last: unknown;
  for await (const entries of hosted.log.read(1)) {
    last = entries.find((entry) => (entry.fact as { type: string }).type === 'enqueued')?.fact ?? last;
    if (last) break;
  }
  expect(last).toMatchObject({ user: 'ada' });
});

it('requests of pages of other sites are refused', async () => {
  const { get } = await open();
  expect(await get('studies', { Host: 'evil.example' })).toMatchObject({ status: 421 });
  expect(await get('studies', { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  expect(await get('studies', { 'Sec-Fetch-Site': 'cross-site' })).toMatchObject({ status: 403 });
  const { headers } = await get('studies');
  expect(headers).toMatchObject({ 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'cache-control': 'no-store' });
});

it('a wrong file of users is refused with the mistake', () => {
  const sha256 = 'a'.repeat(64);
  expect(() => parseUsers({})).toThrow(coded('users'));
  expect(() => parseUsers({ 'W 1': { role: 'viewer', sha256 } })).toThrow(wrongOption('users'));
  expect(() => parseUsers({ w1: { role: 'root', sha256 } })).toThrow(/w1: .*, got "root"/);
  expect(() => parseUsers({ w1: { role: 'viewer', sha256: tokens.w1 } })).toThrow('w1: ');
  const twice = { w1: { role: 'viewer', sha256 }, w2: { role: 'trainer', sha256 } };
  expect(() => parseUsers(twice)).toThrow(/w2: .*, got that of w1/);
});
