import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstFactIn } from '../../streams/engine/applyEntries.ts';
import { continuedIn, continuedText } from '../../streams/log/continued.ts';
import type { Access } from '../../streams/nats/connection/connect.ts';
import type { Created } from '../facts/facts.ts';
import { shellQuoted } from '../study/programArguments.ts';
import type { StudySource } from '../study/source.ts';
import { inform } from '../text/output.ts';
import { UsageError } from '../text/usage.ts';
import { journalSource } from './journal.ts';
import { createdIn, journalExpected, stemOf } from './journalFile.ts';
import { type PassedOver, passedOver } from './passedOver.ts';
import { serverOf } from './serverOf.ts';

/** The server and the name of a study that is not in a journal. */
export interface Remote extends Access {
  readonly nats?: string;
  readonly study?: string;
}

/** Options about a server. */
const FLAGS = {
  study: '--study',
  nkey: '--nkey',
  creds: '--creds',
  tlsCa: '--tls-ca',
  tlsCert: '--tls-cert',
  tlsKey: '--tls-key',
} as const;

/** A study that has begun, in a journal or on a server. */
export interface CommandStudy extends StudySource {
  readonly created: Created;
  /** Name for files made from it, without an ending. */
  readonly stem: string;
  /** The path of the journal for another command, quoted for a shell. Absent for a study on a server, whose address may hold a password. */
  readonly quoted?: string;
  /** Collects the entries that do not count while a command reads the study; the command reports them when it ends. */
  readonly passedOver: PassedOver;
}

/**
 * Calls a function with a study in a journal or on a server.
 *
 * @throws UsageError unless exactly one study is named, and exists.
 */
export async function withStudy<T>(journal: string | undefined, remote: Remote, use: (study: CommandStudy) => Promise<T>): Promise<T> {
  const nats = serverOf(remote);
  if (nats !== undefined) return withRemote(journal, nats, remote, use);
  if (journal === undefined) throw journalExpected();
  const { nats: _, ...others } = remote;
  const [other] = Object.entries(others).flatMap(([name, value]) => (value === undefined || !(name in FLAGS) ? [] : [name]));
  if (other !== undefined) throw serverExpected(FLAGS[other as keyof typeof FLAGS]);
  const path = await journalOf(journal);
  const created = await createdIn(path);
  const continued = await continuedIn(path);
  if (continued) inform(`${path}: ${continuedText(continued, path)}`);
  return read({ ...journalSource(path, once(inform)), created, stem: stemOf(path), quoted: shellQuoted(path) }, use);
}

/** That an option is for studies on a server. */
export const serverExpected = (flag: string): UsageError => new UsageError(`${flag}: expected --nats with a server as well`);

/** The journal that `run` writes for a study file. @throws UsageError if it does not exist yet */
async function journalOf(path: string): Promise<string> {
  if (!/\.ya?ml$/.test(path)) return path;
  const { readStudyFile } = await import('../studyFile/studyFile.ts');
  const journal = `${(await readStudyFile(path)).options.study}.jsonl`;
  const found = [journal, join(dirname(path), journal)].find((place) => existsSync(place));
  if (found === undefined) {
    throw new UsageError(`${path}: expected its journal ${journal}, which does not exist`, {
      todo: `"hypertide run ${path}" creates it; if it is elsewhere, give its path instead of the study file`,
    });
  }
  return found;
}

async function withRemote<T>(
  journal: string | undefined,
  nats: string,
  { study, ...access }: Remote,
  use: (study: CommandStudy) => Promise<T>,
): Promise<T> {
  if (journal !== undefined) throw new UsageError(`${journal}: expected a journal or --nats, got both`);
  if (study === undefined) throw new UsageError('--nats: expected --study with the name of a study as well');
  const [{ namingIn }, { accessOf, connect }, { openStatusLine }, { natsSource }, { checkName, subjectsOf }] = await Promise.all([
    import('../../streams/nats/connection/connect.ts'),
    import('./connect.ts'),
    import('../text/statusLine.ts'),
    import('../../streams/nats/place/source.ts'),
    import('../../streams/nats/protocol/subjects.ts'),
  ]);
  checkName('--study', study);
  const screen = openStatusLine();
  const nc = await connect(screen, nats, { inboxPrefix: '_INBOX_viewer', ...accessOf(access) });
  try {
    const source = await natsSource(nc, subjectsOf(study, namingIn(nats)), study, (text) => screen.line(text, { level: 'warn' }));
    return await read({ ...source, created: await firstOf(source), stem: study }, use);
  } finally {
    await nc.close();
  }
}

async function read<T>(study: Omit<CommandStudy, 'passedOver'>, use: (study: CommandStudy) => Promise<T>): Promise<T> {
  const passed = passedOver();
  const result = await use({ ...study, passedOver: passed });
  const line = passed.line();
  if (line !== undefined) inform(`${study.place}: ${line}`);
  return result;
}

/** The first fact of a study. @throws UsageError if it has not begun. */
export async function firstOf(source: StudySource): Promise<Created> {
  for await (const [entry] of source.past(1)) {
    const created = entry && firstFactIn(entry);
    if (created) return created;
    break;
  }
  throw new UsageError(`${source.place}: there is no study yet`);
}

/** Prints each message once: a log may be read more than once. */
function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) say(text);
    said.add(text);
  };
}
