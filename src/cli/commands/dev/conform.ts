import { spawn } from 'node:child_process';
import { conformance } from '../../../../streams/nats/conformance/conform.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { value } from '../../parts.ts';

export const command = declare({
  description: 'Check that your trainer conforms: claims, heartbeats, stops, dropped and half-open connections.',
  arguments: { server: value('server', 'address of a NATS server (default: that of the context)') },
  program: 'command that starts the trainer, with {nats}, {study} and {name}',
  help: `{nats} is the server to connect to, {study} the study to work on, and {name}
the name of the trainer. The trainer gets the parameters x, steps, pause and
outcome: for each of the steps it waits pause seconds and reports x + step,
then its result is x, or it throws (outcome "error"), or its result is NaN
(outcome "nan"). It takes one trial at a time and ends with the study. The
check creates its studies with all rights on the server, and deletes them.

Example:
  hypertide dev conform nats://127.0.0.1:4222 -- \\
    python3 my_trainer.py {nats} {study} {name}`,
  run: async ({ server, program: words }, { connection }) => {
    const nats = server ?? connection.server;
    if (nats === undefined) throw new UsageError('expected the address of a NATS server, such as nats://127.0.0.1:4222');
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
  },
});
