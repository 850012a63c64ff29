import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseStrategy } from '../../../../streams/spec/spec.ts';
import { failureOf, type RequestFailure } from '../../../errors.ts';
import { type Driven, type InitRequest, type Request, withBudgets } from '../../../host/askTell/protocol.ts';
import { drivenSpace, SessionError } from '../../../host/askTell/session.ts';
import { drivenStudy } from '../../../host/askTell/studySession.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { openPlugins } from '../../../host/plugins.ts';
import { addressOf } from '../../../text/address.ts';
import { parseData } from '../../../text/parseData.ts';
import { openStatusLine, type StatusLine } from '../../../text/statusLine.ts';
import { declare } from '../../command.ts';
import { type Given, value } from '../../parts.ts';

const options = {
  journal: value('file', 'for studies: the journal; resumes its study (default: in memory)'),
  strategy: value('data', 'for spaces: a name or YAML (default: auto)'),
  hooks: value('file', 'for studies: commands and webhooks to call on events (YAML)'),
  http: value('address', 'for studies: show it in a browser, with metrics, at a port'),
};

export const command = declare({
  description: 'Answer ask and tell requests on standard input, one JSON object per line. "hypertide help ask-tell" lists them.',
  options,
  run: (options) => askTell(options),
});

/**
 * A request per line on standard input, a reply per line on standard output. A bad request never ends it. A request with a
 * `seq` is answered as soon as possible, and the reply has the same `seq`; others are answered in order. An interrupt ends it as the end of the input does.
 *
 * @returns the exit status.
 * @throws OptionError if the strategy is invalid for any study.
 */
export async function askTell(
  { strategy, journal, hooks, http }: Given<typeof options>,
  input: Readable = process.stdin,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  screen: StatusLine = openStatusLine(),
): Promise<number> {
  const given: unknown = strategy === undefined ? undefined : parseData('--strategy', strategy);
  if (given !== undefined) parseStrategy(withBudgets(given, Number.MAX_SAFE_INTEGER));
  const { plugins, open, close } = await openPlugins({ hooks, server: http === undefined ? undefined : addressOf('--http', http) }, screen);
  const host = { plugins, open, line: screen.line };
  let driven: Driven | undefined;
  const begin = async (request: Request): Promise<object> => {
    await driven?.dispose();
    driven = undefined;
    driven = await ('space' in request ? drivenSpace(request as unknown as InitRequest, given) : drivenStudy(request.study, journal, host));
    return driven.opened;
  };
  const replyTo = async (request: Request): Promise<object> => {
    if (request.cmd === 'init') return begin(request);
    if (!driven) throw new SessionError('init comes first');
    const { answers } = driven;
    const answer = Object.hasOwn(answers, request.cmd) ? answers[request.cmd] : undefined;
    if (answer) return answer({ trial: request.id, ...request } as never); // harnesses name a trial `id`, also in a study
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
  try {
    await driven?.dispose();
  } finally {
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
