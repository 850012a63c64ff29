import { once } from 'node:events';
import { HostedStudies } from '../../../host/hostedStudies.ts';
import { interruption } from '../../../host/interrupt.ts';
import { openPlugins } from '../../../host/plugins.ts';
import { Metrics } from '../../../monitoring/metrics.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { mcpOverStdio } from '../../../server/mcp/server.ts';
import { serveHttp } from '../../../server/serve.ts';
import { atMostOf } from '../../../study/atMost.ts';
import { readStudyFile } from '../../../studyFile/studyFile.ts';
import { addressOf } from '../../../text/address.ts';
import type { StatusLine } from '../../../text/statusLine.ts';

interface McpOptions {
  readonly directory: string;
  readonly name: string;
  readonly trials?: number;
  readonly cost?: number;
  readonly dryRun?: boolean;
  readonly lease?: number;
  /** The file of commands and webhooks to call. */
  readonly hooks?: string;
  /** Where to serve the page, requests and metrics of the studies. */
  readonly http?: string;
}

/** `hypertide mcp`: lets an agent work on studies over standard input and output, until the input ends. Resolves with the exit status. */
export async function serveMcp(
  paths: readonly string[],
  { directory, name, trials, cost, dryRun, lease, hooks, http }: McpOptions,
  screen: StatusLine,
): Promise<number> {
  const files = await Promise.all(paths.map(readStudyFile));
  const metrics = http === undefined ? undefined : new Metrics();
  const { plugins, close: leave } = await openPlugins({ hooks, metrics }, screen);
  const studies = new HostedStudies({ directory, lease, atMost: atMostOf({}), plugins, metrics, line: screen.line });
  const server = http === undefined ? undefined : await serveHttp(studies.served, addressOf('--http', http));
  if (server) screen.line(`dashboard: ${server.url}`);
  const { interrupted, release } = interruption();
  try {
    for (const file of files) await studies.host(file, directory);
    await studies.resumeAll(directory);
    const { close } = mcpOverStdio(studies.served, { name, role: 'agent', ...omitUndefined({ trials, cost, dryRun }) });
    await Promise.race([interrupted, once(process.stdin, 'end')]);
    await close();
    return 0;
  } finally {
    await studies.close().finally(release);
    await server?.close();
    await leave();
  }
}
