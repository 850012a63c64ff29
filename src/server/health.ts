import { Hono } from 'hono';
import type { Measured, Metrics } from '../monitoring/metrics.ts';
import { studyPhase } from '../monitoring/studyState.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { answerAs, answerJson, type HttpEnv, type Permit } from './access/access.ts';
import { permitted } from './routes.ts';

/** The connection of this process to a server. */
export interface Link {
  /** Whether it is connected now; undefined if it needs no server. */
  connected(): boolean | undefined;
  /** Whether it was closed for good. */
  closed(): boolean;
}

/** Why the process should be restarted; undefined if it works, even as a standby or while the server is down. */
function failureOf({ studies }: Metrics, link: Link | undefined): string | undefined {
  if (link?.closed()) return 'the connection to the server is closed';
  const failures = [...studies.values()].map(({ failure }) => failure?.());
  return failures.length > 0 && failures.every((failure) => failure !== undefined) ? failures.join('; ') : undefined;
}

/** A study in the answer of `/readyz`. */
async function studyOf({ state, served, stored, isFull, failure, last }: Measured) {
  const folded = state();
  const why = failure?.();
  const now = served?.();
  return omitUndefined({
    phase: why !== undefined ? 'failed' : folded === undefined || now === 'starting' ? 'starting' : studyPhase(folded),
    served: now,
    position: folded?.ledger.position,
    lastEntry: last === undefined ? undefined : new Date(last).toISOString(),
    lag: (await stored?.().catch(() => undefined))?.lag,
    store: isFull?.() ? 'full' : undefined,
    failure: why,
  });
}

/** Whether the process can do its work now, with details for people. */
async function readinessOf({ studies, attended }: Metrics, link: Link | undefined) {
  const connected = link?.connected();
  const server = connected === undefined ? undefined : connected ? 'connected' : 'disconnected';
  const shown = await Promise.all([...studies].map(async ([name, study]) => [name, await studyOf(study)] as const));
  const isServing = shown.every(([, { phase, failure, store }]) => phase !== 'starting' && failure === undefined && store === undefined);
  const isWorking = attended.size === 0 || [...attended.values()].includes('working');
  const waited = [...attended].map(([name, phase]) => [name, { phase }] as const);
  return omitUndefined({
    ready: server !== 'disconnected' && isServing && isWorking,
    server,
    studies: Object.fromEntries([...shown, ...waited]),
  });
}

/** Adds `/healthz`, which is 200 while the process works, and `/readyz`, which is 200 if it can do its work now. */
export function healthRoutes(app: Hono<HttpEnv>, metrics: Metrics, link?: Link): void {
  app.get('/healthz', () => {
    const failure = failureOf(metrics, link);
    return failure === undefined ? answerAs(TEXT, 'ok') : answerAs(TEXT, failure, 503);
  });
  app.get('/readyz', async () => {
    const readiness = await readinessOf(metrics, link);
    return answerJson(readiness, readiness.ready ? 200 : 503);
  });
}

/** Adds `/metrics` for Prometheus. */
export function metricsRoute(app: Hono<HttpEnv>, { registry }: Metrics, permit: Permit = () => undefined): void {
  app.get('/metrics', async (c) => (await permit(c, permitted.viewer)) ?? answerAs(registry.contentType, await registry.metrics()));
}

/** The part of the server that a monitor needs: `/healthz`, `/readyz` and `/metrics`, without an access check. */
export function monitorApp(metrics: Metrics, link?: Link): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  healthRoutes(app, metrics, link);
  metricsRoute(app, metrics);
  return app;
}

const TEXT = 'text/plain; charset=utf-8';
