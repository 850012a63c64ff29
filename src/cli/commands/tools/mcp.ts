import { once } from 'node:events';
import { interruption } from '../../../host/interrupt.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { mcpOverStdio } from '../../../server/mcp/server.ts';
import { atMostOf } from '../../../study/atMost.ts';
import { HostedStudies } from '../../hosted/hostedStudies.ts';
import { readStudyFile } from '../../studyFile/studyFile.ts';
import { inform } from '../../terminal/output.ts';

interface McpOptions {
  readonly directory: string;
  readonly name: string;
  readonly trials?: number;
  readonly cost?: number;
  readonly dryRun?: boolean;
  readonly lease?: number;
}

/** `hypertide mcp`: lets an agent work on studies over standard input and output, until the input ends. Resolves with the exit status. */
export async function serveMcp(paths: readonly string[], { directory, name, trials, cost, dryRun, lease }: McpOptions): Promise<number> {
  const files = await Promise.all(paths.map(readStudyFile));
  const studies = new HostedStudies({ directory, lease, atMost: atMostOf({}), warn: inform });
  const { interrupted, release } = interruption();
  try {
    for (const file of files) await studies.host(file, directory);
    await studies.resumeAll(directory);
    const { close } = mcpOverStdio(studies, { name, role: 'agent', ...omitUndefined({ trials, cost, dryRun }) });
    await Promise.race([interrupted, once(process.stdin, 'end')]);
    await close();
    return 0;
  } finally {
    await studies.close().finally(release);
  }
}
