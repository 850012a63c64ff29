import { afterAll } from 'vitest';
import { measured } from '../../../src/host/plugins.ts';
import { serveAll } from '../../../src/host/serving/serveAll.ts';
import type { ServingOptions } from '../../../src/host/serving/served.ts';
import { serving } from '../../../src/host/serving/serving.ts';
import { Metrics } from '../../../src/monitoring/metrics.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import type { NatsServer } from '../../support/nats.ts';

/** What ends when the tests of a file are over, the last one first. */
export function endsOfTests(): (() => unknown)[] {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return ends;
}

/**
 * Serves the studies of a server that match a pattern, as `serve --all` does.
 *
 * @param serve starts engines in place of the usual function
 */
export async function allServed(server: NatsServer, pattern: string, given: Partial<ServingOptions> = {}, serve = serveStudy) {
  const lines: string[] = [];
  const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };
  const metrics = given.metrics ?? new Metrics();
  const own = given.nc ?? (await server.connect());
  const options = { nc: own, screen, nats: server.url, access: {}, metrics, plugins: [measured(metrics)], settings: {}, ...given };
  const engines = serving(options, serve);
  const stop = await serveAll(options, engines, pattern);
  const end = async () => {
    stop();
    await engines.close();
  };
  return { lines, metrics, own, engines, end };
}
