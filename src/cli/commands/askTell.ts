import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseStrategy } from '../../../streams/spec.ts';
import { version } from '../../version.ts';
import { defaultStrategy, type Request, withBudgets } from '../askTell/protocol.ts';
import { Session, SessionError } from '../askTell/session.ts';
import { dataOf } from '../parseValue.ts';

/**
 * `hypertide ask-tell`: a request a line on standard input, a reply a line on standard output. Never ends by a bad request.
 *
 * @throws OptionError where the strategy is wrong whatever the study.
 */
export async function askTell(
  { strategy: text }: { readonly strategy?: string },
  input: Readable = process.stdin,
  reply: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<void> {
  const given: unknown = text === undefined ? undefined : dataOf('--strategy', text);
  if (given !== undefined) parseStrategy(withBudgets(given, Number.MAX_SAFE_INTEGER));
  let session: Session | undefined;
  let strategy: unknown;
  const begun = () => {
    if (session) return session;
    throw new SessionError('init comes first');
  };
  const answer = async (request: Request): Promise<object | undefined> => {
    switch (request.cmd) {
      case 'init':
        session?.dispose();
        strategy = given ?? defaultStrategy(request);
        session = new Session(request, strategy);
        return { ok: true, name: `hypertide ${typeof strategy === 'string' ? strategy : JSON.stringify(strategy)}`, version };
      case 'ask':
        return begun().ask();
      case 'tell':
        begun().tell(request);
        return { ok: true };
      case 'report':
        return { stop: begun().report(request) };
      case 'quit':
        return undefined;
      default:
        throw new SessionError(`cmd: expected init, ask, tell, report or quit, got ${JSON.stringify((request as { cmd?: unknown }).cmd)}`);
    }
  };
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    const answered = await replyTo(line, answer);
    if (answered === undefined) break;
    reply(JSON.stringify(answered));
  }
  session?.dispose();
}

async function replyTo(line: string, answer: (request: Request) => Promise<object | undefined>): Promise<object | undefined> {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request !== 'object' || request === null) throw new SessionError(`expected a request, got ${line.slice(0, 60)}`);
    return await answer(request as Request);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
