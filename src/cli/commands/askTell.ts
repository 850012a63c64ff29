import type { Readable } from 'node:stream';
import { parse } from 'yaml';
import { parseStrategy } from '../../../streams/spec.ts';
import { version } from '../../version.ts';
import { type Request, withBudgets } from '../askTell/protocol.ts';
import { Session, SessionError } from '../askTell/session.ts';
import type { ExitCode } from '../errors.ts';
import type { Output } from '../output.ts';

/**
 * Serves a study over lines of JSON: each request gets one reply, in order.
 *
 * @param strategy a name or YAML, as in a study file.
 * @throws OptionError where the strategy is wrong whatever the study.
 */
export async function askTell(strategy: string, input: Readable, output: Output): Promise<ExitCode> {
  const data = parse(strategy) as unknown;
  parseStrategy(withBudgets(data, Number.MAX_SAFE_INTEGER));
  let session: Session | undefined;
  const answer = (request: Request): object | Promise<object> | undefined => {
    switch (request.cmd) {
      case 'init':
        session?.dispose();
        session = new Session(request, data);
        return { ok: true, name: `hypertide ${JSON.stringify(data)}`, version };
      case 'ask':
        return begun(session).ask();
      case 'tell':
        begun(session).tell(request);
        return { ok: true };
      case 'report':
        return { stop: begun(session).report(request) };
      case 'quit':
        return undefined;
      default:
        throw new SessionError(`cmd: expected init, ask, tell, report or quit, got ${JSON.stringify((request as { cmd?: unknown }).cmd)}`);
    }
  };
  for await (const line of lines(input)) {
    let reply: object | undefined;
    try {
      const promised = answer(requestIn(line));
      reply = promised instanceof Promise ? await promised : promised;
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    if (reply === undefined) break;
    output.data(JSON.stringify(reply));
  }
  session?.dispose();
  return 0;
}

function requestIn(line: string): Request {
  const request: unknown = JSON.parse(line);
  if (typeof request !== 'object' || request === null) throw new SessionError(`expected a JSON object, got ${line.slice(0, 60)}`);
  return request as Request;
}

function begun(session: Session | undefined): Session {
  if (!session) throw new SessionError('expected init first');
  return session;
}

async function* lines(input: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8')) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    for (const part of parts) if (part.trim()) yield part;
  }
  if (rest.trim()) yield rest;
}
