import { once } from 'node:events';
import { HostedStudies } from '../../../host/hostedStudies.ts';
import { interruption } from '../../../host/interrupt.ts';
import { openPlugins } from '../../../host/plugins.ts';
import { Metrics } from '../../../monitoring/metrics.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { mcpOverStdio } from '../../../server/mcp/mcpServer.ts';
import { serveHttp } from '../../../server/serve.ts';
import { atMostOf } from '../../../study/atMost.ts';
import { readStudyFile } from '../../../studyFile/studyFile.ts';
import { addressOf } from '../../../text/address.ts';
import { declare } from '../../command.ts';
import { flag, logFormat, many, positiveNumber, preset, time, value, wholeNumber } from '../../parts.ts';
import { withLog } from '../../terminal/withLog.ts';

export const command = declare({
  description: 'Let an agent work on studies through the Model Context Protocol, over standard input and output.',
  arguments: { files: many('files', 'study files') },
  options: {
    folder: preset('path', 'where to keep journals; existing ones are resumed', 'studies'),
    name: preset('name', 'name of the agent in the log', 'agent'),
    trials: value('n', 'allowance: trials that the agent may cause (default: no limit)', { kind: wholeNumber }),
    cost: value('steps', 'allowance: steps of these trials (default: no limit)', { kind: positiveNumber }),
    dryRun: flag('only check what the agent does'),
    lease: value('time', 'silence after which a trial is lost (default: 30s)', { kind: time }),
    hooks: value('file', 'commands and webhooks to call on events (YAML)'),
    http: value('address', 'show the studies in a browser, with metrics, at a port'),
    logFormat,
  },
  help: `An agent with an allowance cannot create or change studies, because it could
exceed its allowance that way. "hypertide serve --http" serves agents at /mcp.

Example of the configuration that most agents take:
  {"command": "hypertide", "args": ["server", "mcp", "--trials", "50"]}`,
  run: ({ files: paths = [], folder: directory, name, trials, cost, dryRun, lease, hooks, http, logFormat }) =>
    withLog(logFormat, async (screen) => {
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
    }),
});
