import { afterAll, expect, it } from 'vitest';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { eventsOf } from '../dashboard/support.ts';
import { ensurePage } from '../support/build.ts';
import { server } from './support.ts';

await ensurePage();
const at = await server({}, undefined, { metrics: new Metrics() });
afterAll(() => at.close());

it.each([
  ['', 'text/html; charset=utf-8'],
  ['v1/studies', 'application/json'],
  ['v1/openapi.json', 'application/json'],
  ['metrics', 'text/plain; version=0.0.4; charset=utf-8'],
  ['healthz', 'text/plain; charset=utf-8'],
  ['readyz', 'application/json'],
])('the address at which trainers ask has /%s too', async (path, type) => {
  const answer = await fetch(at.url + path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
});

it('tells a page what trainers do', async () => {
  const seen = eventsOf(`${at.url}v1/events?study=digits`, ({ event, data }) => event === 'trials' && data.rows[0]?.values);
  const { body } = await at.post('studies/digits/ask');
  await at.post(`studies/digits/trials/${body.trial}/tell`, { run: body.run, values: { loss: 0.25 } });
  const events = await seen;
  expect(events[0]).toMatchObject({ event: 'studies', data: [{ id: 'digits', phase: 'running' }] });
  expect(events.at(-1)!.data.rows).toMatchObject([{ trial: 1, status: 'completed', values: { loss: 0.25 } }]);
  const command = await at.post('studies/digits/annotate', { note: 'seen' });
  expect((await at.get('studies/digits/summary')).body.detail).toMatchObject({
    note: 'seen',
    completed: 1,
    position: command.body.position,
  });
});
