import { createInterface } from 'node:readline';
import { isRecord } from '../../space/check.ts';
import { AskTell, type Request } from '../askTell.ts';
import { dataOf } from '../yaml.ts';

/** `hypertide ask-tell`: a request a line on standard input, a reply a line on standard output. Never ends by a bad request. */
export async function askTell({ strategy: text }: { readonly strategy: string }): Promise<void> {
  const strategy = new AskTell(dataOf('--strategy', text));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const reply = await replyTo(strategy, line);
    if (reply === undefined) return;
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

async function replyTo(strategy: AskTell, line: string): Promise<object | undefined> {
  try {
    const request = JSON.parse(line) as Request;
    if (!isRecord(request)) throw new Error('expected an object');
    return request.cmd === 'quit' ? undefined : await strategy.answer(request);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
