import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { parseStrategy } from '../../../streams/spec.ts';
import { AskTell, type Request } from '../askTell.ts';

/** `hypertide ask-tell`: a request a line on standard input, a reply a line on standard output. Never ends by a bad request. */
export async function askTell({ strategy: text }: { readonly strategy: string }): Promise<void> {
  const data: unknown = parse(text);
  const strategy = new AskTell(data);
  if (typeof data === 'string') checkName(data);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const reply = await replyTo(strategy, line);
    if (reply === undefined) return;
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

/** An unknown name is an error of the command, before anything is asked. */
function checkName(name: string): void {
  if (name !== 'asha') parseStrategy(name);
}

async function replyTo(strategy: AskTell, line: string): Promise<object | undefined> {
  try {
    const request = JSON.parse(line) as Request;
    return request.cmd === 'quit' ? undefined : await strategy.answer(request);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
