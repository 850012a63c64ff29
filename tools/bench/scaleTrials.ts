// Many trials in one study.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tpe } from '../../streams/index.ts';
import { natsServer } from '../../test/support/nats.ts';
import { beginStudy } from './scaleLog.ts';
import { messageOf, program, runToEnd } from './scaleProcess.ts';
import type { Start } from './scaleStart.ts';
import type { Verdicts } from './verdicts.ts';

/** The digest of the log in an archive. */
const digestOf = (archive: string): string =>
  createHash('sha256')
    .update(execFileSync('tar', ['-xzOf', archive, 'log.jsonl'], { maxBuffer: 2 ** 30 }))
    .digest('hex');

export async function manyTrials(trials: number, { judge }: Verdicts): Promise<void> {
  console.log(`\n${trials} trials in one study with tpe`);
  const [server, other] = [await natsServer(), await natsServer()];
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-bench-'));
  await beginStudy(await server.connect(), { name: 'scale', strategy: tpe(), ended: trials, parallel: 1 });
  const archives = ['first', 'second'].map((name) => join(folder, `${name}.tar.gz`)) as [string, string];
  const [first, second] = archives;
  const timed = async (what: string, ...words: readonly string[]) => {
    const { seconds } = await runToEnd(...words);
    console.log(`  ${what}: ${seconds.toFixed(1)} s`);
  };
  await timed('archive of the server', 'study', 'archive', `${server.url}/scale`, '-o', first);
  console.log(`  the archive has ${(statSync(first).size / 1e6).toFixed(1)} MB`);
  await timed('restore onto an empty server', 'study', 'restore', first, other.url);
  await timed('archive of that server', 'study', 'archive', `${other.url}/scale`, '-o', second);
  judge('logs in both archives that are equal', digestOf(first) === digestOf(second) ? 1 : 0, 1, 'of 1');
  await timed('restore into a folder', 'study', 'study', 'restore', first, folder);
  const start = async (what: string, bar: number, place: string) => {
    const { read, suggested, readCpu, suggestedCpu, peak } = await messageOf<Start>(program('./scaleStart.ts', place, 'scale'));
    console.log(
      `  ${what}: ${readCpu.toFixed(2)} s of CPU to read the log, ${suggestedCpu.toFixed(2)} s to suggest; ${peak.toFixed(0)} MB at most`,
    );
    judge(`${what}: the log is read after`, read, bar, 's', true);
    judge(`${what}: the first suggestion comes`, suggested, 0.5, 's later', true);
  };
  await start('a journal with checksums', 1.3, join(folder, 'scale.jsonl'));
  await start('a log on a server', 2.5, server.url);
  rmSync(folder, { recursive: true });
  for (const one of [server, other]) await one.dispose();
}
