import { setTimeout } from 'node:timers/promises';
import type { Access } from '../../../../streams/nats/connect.ts';
import { type ServedStudy, serve, studyLog } from '../../../../streams/nats/serve.ts';
import { DECISIONS } from '../../../facts/versions.ts';
import type { AppliedEntry } from '../../../ledger/appliedEntry.ts';
import { omitUndefined } from '../../../omitUndefined.ts';
import { accessOf, announceWait, connect, withoutPassword } from '../../sources/connect.ts';
import { readStudyFile, type StudyFile } from '../../studyFile/studyFile.ts';
import { onInterrupt } from '../../terminal/interrupt.ts';
import { stripControls } from '../../terminal/plainText.ts';
import { openStatusLine } from '../../terminal/statusLine.ts';
import { type Alike, failingAlike } from '../../trainers/alike.ts';
import { checkResuming } from '../../trainers/resuming.ts';
import { UsageError } from '../../usage.ts';

interface ServeOptions extends Access {
  readonly nats?: string;
  readonly lease?: number;
  readonly replicas?: number;
  readonly maxBytes?: number;
  readonly once?: boolean;
}

/** Milliseconds that the end of an engine may take. */
const PARTING = 2000;

/** `hypertide serve`: runs studies on a server until it is interrupted. Resolves with the exit status. */
export async function serveStudies(paths: readonly string[], options: ServeOptions): Promise<number> {
  const { nats = process.env.HYPERTIDE_NATS, lease, replicas, maxBytes, once = false } = options;
  if (nats === undefined) throw new UsageError('expected --nats with a server, or --http with an address');
  if (paths.length === 0) throw new UsageError('expected study files to serve');
  const files = await Promise.all(paths.map(readStudyFile));
  const names = files.map((file) => file.options.study);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`two study files are named ${twice}`);
  for (const { strategy, options: described } of files)
    checkResuming({ strategy: strategy?.spec, decisions: DECISIONS, resumes: described.resumes ?? false });
  const screen = openStatusLine();
  const nc = await connect(screen, nats, { inboxPrefix: '_INBOX_engine', ...accessOf(options) });
  const settings = omitUndefined({ lease, replicas, maxBytes });
  const served: ServedStudy[] = [];
  let ending = false;
  let release = () => {};
  const interrupted = new Promise<'interrupted'>((resolve) => {
    release = onInterrupt(() => resolve('interrupted'));
  });
  const begin = async ({ space, strategy, options: described }: StudyFile): Promise<ServedStudy> => {
    const { study } = described;
    const what = `JetStream, for ${study}: the server must run with it (nats-server -js), and this user must have a right to it`;
    const log = await announceWait(screen, what, studyLog(nc, space, { strategy, ...described, ...settings }));
    const head = await log.head();
    await log.close();
    const failing = failingAlike(head);
    const note = (noted: AppliedEntry) => {
      const alike = failing(noted);
      if (alike) void paused(study, engine, alike);
    };
    const engine = await serve(nc, space, { strategy, ...described, ...settings, note, warn: screen.line });
    served.push(engine);
    screen.line(`${study}: ${head > 0 ? 'resumed' : 'started'}`);
    if (head === 0)
      screen.line(`${study}: next: hypertide worker --nats ${withoutPassword(nats)} --study ${study} -- <the command of your program>`);
    return engine;
  };
  /** Waits for a person to correct the trainers. */
  const paused = async (study: string, engine: ServedStudy, { trials, how, message, limits }: Alike) => {
    screen.line(`${study}: trials ${trials.join(', ')} failed ${how}, so the study is paused: ${stripControls(message)}`);
    screen.line(
      `${study}: correct the trainers, then: hypertide change --nats ${withoutPassword(nats)} --study ${study} --resume (these trials are not counted)`,
    );
    await engine.pause(limits()).catch((error: Error) => screen.line(`${study}: ${error.message}`));
  };
  let failed = 0;
  /** Serves a study until it has closed. Where several are served, the failure of one ends that one only. */
  const attend = async (file: StudyFile) => {
    const { study } = file.options;
    try {
      const { finished } = await begin(file);
      await finished;
      if (!ending) screen.line(`${study}: closed`);
    } catch (error) {
      if (files.length === 1) throw error;
      failed++;
      if (!ending) screen.line(`${study}: ended, the others continue: ${(error as Error).message}`);
    }
  };
  const work = async () => {
    await Promise.all(files.map(attend));
    if (!once && failed < files.length) await interrupted;
  };
  try {
    const why = await Promise.race([interrupted, work()]);
    if (failed > 0) return 1;
    return why === 'interrupted' && once ? 130 : 0;
  } finally {
    ending = true;
    release();
    // Pending messages are sent, unless the server cannot be reached. An engine may end at any moment.
    const parted = Promise.all(served.map(({ close }) => close())).then(() => nc.drain());
    await Promise.race([parted.catch(() => {}), setTimeout(PARTING, undefined, { ref: false })]);
    await nc.close();
  }
}
