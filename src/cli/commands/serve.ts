import { connectTo } from '../../../streams/nats/connect.ts';
import { natsLog } from '../../../streams/nats/log.ts';
import { type Served, serve } from '../../../streams/nats/serve.ts';
import type { Created } from '../../facts/facts.ts';
import { isRefusal, parseFact } from '../../facts/parse.ts';
import { onInterrupt } from '../interrupt.ts';
import { live } from '../live.ts';
import { readStudyFile } from '../studyFile.ts';
import { UsageError } from '../usage.ts';
import { optionsOf } from './run.ts';

export interface ServeOptions {
  readonly nats: string;
  readonly nkey?: string;
  readonly lease?: number;
  readonly replicas?: number;
  readonly once?: boolean;
}

/** `hypertide serve`: runs studies on a server until it is told to end. Resolves with the exit status. */
export async function serveStudies(paths: readonly string[], options: ServeOptions): Promise<number> {
  const files = await Promise.all(paths.map(readStudyFile));
  const names = files.map((file) => file.options.study);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`two study files are named ${twice}`);
  const { nats, nkey, lease, replicas, once = false } = options;
  const nc = await connectTo(nats, { inboxPrefix: '_INBOX_engine', ...(nkey !== undefined && { nkey }) });
  const screen = live();
  const settings = { ...(lease !== undefined && { lease }), ...(replicas !== undefined && { replicas }) };
  const served: Served[] = [];
  for (const { space, strategy, options: described } of files) {
    const log = await natsLog(nc, described.study, settings);
    const created = await firstOf(log);
    await log.close();
    served.push(await serve(nc, space, strategy, { ...optionsOf(described, {}, created), ...settings }));
    screen.line(`${described.study}: ${created ? 'gone on with' : 'begun'}`);
  }
  const finished = Promise.all(
    served.map(async ({ finished }, i) => {
      await finished;
      screen.line(`${names[i]}: closed`);
    }),
  );
  finished.catch(() => {});
  let release = () => {};
  const interrupted = new Promise<'interrupted'>((resolve) => {
    release = onInterrupt(() => resolve('interrupted'));
  });
  try {
    const ending = await Promise.race([interrupted, once ? finished : finished.then(() => interrupted)]);
    return ending === 'interrupted' && once ? 130 : 0;
  } finally {
    release();
    await Promise.all(served.map(({ close }) => close()));
    await nc.drain();
  }
}

async function firstOf(log: Awaited<ReturnType<typeof natsLog>>): Promise<Created | undefined> {
  if ((await log.head()) === 0) return undefined;
  for await (const [entry] of log.read()) {
    const fact = parseFact(entry?.fact);
    return isRefusal(fact) || fact.type !== 'created' ? undefined : fact;
  }
  return undefined;
}
