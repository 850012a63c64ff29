import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { failureOf, type RequestFailure } from '../../../errors.ts';
import { type StudyOnServer, serverStudy } from '../../../host/askTell/serverStudy.ts';
import { type Driven, drivenStudy } from '../../../host/askTell/studySession.ts';
import { SessionError } from '../../../host/askTell/trainerAnswers.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { openPlugins } from '../../../host/plugins.ts';
import type { Connection } from '../../../stores/connection.ts';
import { addressOf } from '../../../text/address.ts';
import { openStatusLine, type StatusLine } from '../../../text/statusLine.ts';
import { declare } from '../../command.ts';
import { type Given, value } from '../../parts.ts';

const options = {
  journal: value('file', 'the journal; resumes its study (default: in memory)'),
  hooks: value('file', 'commands and webhooks to call on events (YAML)'),
  http: value('address', 'show it in a browser, with metrics, at a port'),
};

interface Request {
  readonly cmd: string;
  /** The number of the request, if several are answered at the same time. */
  readonly seq?: number;
  /** Of `init`: a study as in a study file, without a command. */
  readonly study?: Readonly<Record<string, unknown>>;
  /** Of `init`: a study on a server, which is compared with `study`. */
  readonly trainer?: StudyOnServer;
}

export const command = declare({
  description: 'Answer ask and tell requests on standard input, one JSON object per line. "hypertide help ask-tell" lists them.',
  options,
  run: (options, { connection }) => askTell(options, connection),
});

/** Milliseconds for which a study is closed, such as while its server is away, for a program that has ended itself. */
const ORPHANED_MS = 10_000;

/**
 * A request per line on standard input, a reply per line on standard output. A bad request never ends it. A request with a
 * `seq` is answered as soon as possible, and the reply has the same `seq`; others are answered in order. An interrupt ends it as the end of the input does.
 *
 * @returns the exit status.
 */
export async function askTell(
  { journal, hooks, http }: Given<typeof options>,
  connection: Connection,
  input: Readable = process.stdin,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  screen: StatusLine = openStatusLine(),
): Promise<number> {
  const { plugins, open, close } = await openPlugins({ hooks, server: http === undefined ? undefined : addressOf('--http', http) }, screen);
  const host = { plugins, open, line: screen.line };
  const parent = process.ppid;
  let driven = Promise.resolve<Driven | undefined>(undefined);
  const ended = new AbortController();
  const begin = async ({ study, trainer }: Request, before: typeof driven): Promise<Driven> => {
    await (await before)?.dispose();
    return trainer ? serverStudy(trainer, study ?? {}, connection, screen, ended.signal) : drivenStudy(study, journal, host);
  };
  const replyTo = async (request: Request): Promise<object> => {
    if (request.cmd === 'init') {
      const opening = begin(request, driven);
      driven = opening.catch(() => undefined); // its reply says what is wrong
      return (await opening).opened;
    }
    const now = await driven;
    if (!now) throw new SessionError('init comes first');
    const { answers } = now;
    const answer = Object.hasOwn(answers, request.cmd) ? answers[request.cmd] : undefined;
    if (answer) return answer(request as never);
    const names = ['init', ...Object.keys(answers)].join(', ');
    throw new SessionError(`cmd: expected ${names} or quit, got ${JSON.stringify(request.cmd)}`);
  };
  const leaving = new AbortController();
  const left = new Promise((resolve) => leaving.signal.addEventListener('abort', resolve));
  const release = onInterrupt(() => leaving.abort());
  for await (const line of createInterface({ input, signal: leaving.signal })) {
    if (line.trim() === '') continue;
    const request = parsed(line);
    if ('error' in request) write(JSON.stringify(request));
    else if (request.cmd === 'quit') break;
    else {
      const { seq } = request;
      const written = replyTo(request)
        .catch(failureOf)
        .then((reply) => write(JSON.stringify(seq === undefined ? reply : { seq, ...reply })));
      if (seq === undefined) await Promise.race([written, left]);
    }
  }
  input.destroy(); // after `quit`, a pipe that the client keeps open would keep the process alive
  ended.abort();
  const orphaned = setInterval(() => process.ppid !== parent && process.exit(1), ORPHANED_MS);
  try {
    await (await driven)?.dispose();
  } finally {
    clearInterval(orphaned);
    release(); // until here, another interrupt would lose what waits to be stored
    await close();
  }
  return leaving.signal.aborted ? 130 : 0;
}

function parsed(line: string): Request | RequestFailure {
  try {
    const request: unknown = JSON.parse(line);
    return typeof request === 'object' && request !== null
      ? (request as Request)
      : { error: `expected a request, got ${line.slice(0, 60)}`, code: 'not-json' };
  } catch (error) {
    return { ...failureOf(error), code: 'not-json' };
  }
}
