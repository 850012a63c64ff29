import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { whyOf } from '../../streams/explanation/whyOf.ts';
import { failureOf } from '../errors.ts';
import { healthRoutes, metricsRoute } from '../monitoring/health.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { isRecord } from '../schema/json.ts';
import { parseIntent } from '../study/commands.ts';
import { type AccessOptions, access, sameSite, securityHeaders } from './access.ts';
import { eventStreams } from './eventStreams.ts';
import { machineEvents, studyEvents } from './events.ts';
import type { Feed } from './feed/feed.ts';
import { fileRoutes } from './fileRoutes.ts';
import { importancesOf } from './importances.ts';
import { closeUnread } from './listen.ts';
import { assetsIn, zipped } from './pageFiles.ts';
import { recommendedOf } from './recommended.ts';
import { reportOf } from './report.ts';
import type { Shown, ShownStudies } from './studies.ts';
import { entriesOf } from './trialEntries.ts';
import type { CommandAnswer } from './wire.ts';

/** The longest request to act, in bytes. */
const LARGEST = 2 ** 20;

/** The routes of the dashboard, with the guards in front of them. */
export function dashboardApp(studies: ShownStudies, metrics: Metrics, options: AccessOptions): Hono {
  const { mayRead, mayAct, permitReading } = access(options);
  const app = new Hono();
  const streams = eventStreams();
  app.use(securityHeaders, sameSite(options), closeUnread);

  app.use('/readyz', mayRead);
  healthRoutes(app, metrics);
  app.use('/metrics', mayRead);
  metricsRoute(app, metrics);
  app.post('/api/session', mayAct, (c) => {
    permitReading(c);
    return c.json({ ok: true });
  });

  app.use('/api/*', mayRead);
  app.get('/api/events', (c) => studyEvents(c, studies, streams));

  const ofStudy = (serve: (c: Context, shown: Shown) => Promise<Response> | Response) => (c: Context) => {
    const shown = studies.get(c.req.param('id') ?? '');
    return shown ? serve(c, shown) : c.json({ ok: false, error: 'there is no such study' }, 404);
  };
  const ofTrial = (answer: (shown: Shown, trial: number) => Promise<unknown>) =>
    ofStudy(async (c, shown) => {
      const found = await answer(shown, Number(c.req.param('trial')));
      return found === undefined ? c.json({ ok: false, error: 'there is no such trial' }, 404) : c.json(found as object);
    });
  app.get(
    '/api/studies/:id/trials/:trial/facts',
    ofTrial(({ feed }, trial) => entriesOf(feed, trial)),
  );
  app.get(
    '/api/studies/:id/trials/:trial/why',
    ofTrial(({ feed }, trial) => whyOf(feed, trial)),
  );
  app.get(
    '/api/studies/:id/machines',
    ofStudy((c, shown) => machineEvents(c, studies, streams, shown)),
  );
  app.get(
    '/api/studies/:id',
    ofStudy((c, { feed }) => c.json(feed.summary() ?? null)),
  );
  app.get(
    '/api/studies/:id/importance',
    ofStudy(async (c, { feed }) => c.json((await importancesOf(feed)) ?? null)),
  );
  app.get(
    '/api/studies/:id/recommendation',
    ofStudy(async (c, { feed }) => c.json((await recommendedOf(feed)) ?? null)),
  );
  app.get(
    '/api/studies/:id/report',
    ofStudy(async (c, { feed }) => {
      const html = await reportOf([feed]);
      return c.body(html, 200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Disposition': 'attachment; filename="report.html"' });
    }),
  );
  app.post(
    '/api/studies/:id/actions',
    mayAct,
    bodyLimit({ maxSize: LARGEST, onError: (c) => c.json({ ok: false, error: `expected at most ${LARGEST} bytes` }, 413) }),
    ofStudy(async (c, { feed }) => {
      if (!/^application\/json\b/.test(c.req.header('content-type') ?? '')) return c.json({ ok: false, error: 'expected JSON' }, 415);
      const body: unknown = await c.req.json().catch(() => undefined);
      if (!isRecord(body)) return c.json({ ok: false, error: 'expected a command as a JSON object' }, 400);
      const answer = await answerTo(feed, body);
      return c.json(answer, answer.ok ? 200 : 409);
    }),
  );

  fileRoutes(app, studies, mayAct);

  for (const asset of assetsIn()) {
    const { path, type, body } = asset;
    const headers = {
      'Content-Type': type,
      'Cache-Control': path === '/' ? 'no-cache' : 'max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
    };
    app.get(path, async (c) =>
      /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
        ? c.body(await zipped(asset), 200, { ...headers, 'Content-Encoding': 'gzip' })
        : c.body(body, 200, headers),
    );
  }
  app.onError((error, c) => c.json({ ok: false, ...failureOf(error) }, 500));
  return app;
}

/** Submits a command, and answers once the page can show its effect. */
async function answerTo(feed: Feed, command: unknown): Promise<CommandAnswer> {
  try {
    const { position, fact } = await feed.source.submit(parseIntent(command));
    await feed.reached(position);
    return { ok: true, position, fact };
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}
