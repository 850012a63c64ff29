// node --import tsx tools/bench/askTell.ts [--strategy auto]: answers a harness that compares optimisers, a line of JSON for each on standard input.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { failureOf } from '../../src/errors.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { type InitRequest, withBudgets } from './askTell/protocol.ts';
import { type Session, session } from './askTell/session.ts';

const { values } = parseArgs({ options: { strategy: { type: 'string' } } });
const strategy: unknown = values.strategy === undefined ? undefined : parse(values.strategy);
if (strategy !== undefined) parseStrategy(withBudgets(strategy, Number.MAX_SAFE_INTEGER));

let begun: Session | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  let reply: object;
  try {
    const request = JSON.parse(line) as { readonly cmd: string };
    if (request.cmd === 'quit') break;
    if (request.cmd === 'init') {
      await begun?.close();
      begun = await session(request as InitRequest, strategy);
      reply = begun.opened;
    } else {
      const answer = begun?.answers[request.cmd];
      if (!answer) throw new Error(begun ? `there is no request ${request.cmd}` : 'init comes first');
      reply = await answer(request as never);
    }
  } catch (error) {
    reply = { error: failureOf(error).error };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
await begun?.close();
process.exit(); // a pipe that the harness keeps open would keep the process alive
