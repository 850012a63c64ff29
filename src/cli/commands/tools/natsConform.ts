import { spawn } from 'node:child_process';
import { conformance } from '../../../../streams/nats/conformance/conform.ts';
import { UsageError } from '../../../text/usage.ts';

/** `hypertide nats-conform`: checks that a trainer in any language conforms to the protocol. Resolves with the exit status. */
export async function natsConform(words: readonly string[], { nats }: { readonly nats: string }): Promise<number> {
  for (const name of ['nats', 'study', 'name'])
    if (!words.some((word) => word.includes(`{${name}}`))) throw new UsageError(`expected the command to contain {${name}}`);
  const begin = (at: Readonly<Record<string, string>>) => {
    const [program, ...rest] = words.map((word) => word.replace(/\{(nats|study|name)\}/g, (_, name: string) => at[name]!));
    const child = spawn(program!, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
      child.once('error', () => resolve(null));
    });
    return { ended, kill: () => child.kill('SIGKILL') };
  };
  let breaches = 0;
  for await (const { name, breach } of conformance(nats, begin)) {
    if (breach !== undefined) breaches++;
    process.stdout.write(breach === undefined ? `ok      ${name}\n` : `not ok  ${name}\n        ${breach}\n`);
  }
  process.stdout.write(breaches === 0 ? 'the trainer conforms\n' : `the trainer breaks ${breaches} rules\n`);
  return breaches === 0 ? 0 : 1;
}
