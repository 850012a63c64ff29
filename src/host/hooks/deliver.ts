import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { HookEvent } from './events.ts';
import type { CommandTarget, Target } from './hookFile.ts';
import { DeliveryError, PATIENCE, post } from './request.ts';

/** Milliseconds from the request to end until a program is killed. */
const GRACE_MS = 1000;
/** Why a program cannot be started, now or later. */
const LASTING = ['ENOENT', 'EACCES'];
/** The name of a target in messages: the path of an address can contain a secret. */
export const hostOf = (target: Target): string => ('url' in target ? new URL(target.url).host : target.command[0]);

/** Delivers an event, once. @throws DeliveryError */
export const deliver = (target: Target, event: HookEvent, signal: AbortSignal): Promise<void> =>
  'url' in target ? post(target, event, signal) : run(target, event, signal);

/** The program gets the event as JSON on its standard input. What it prints goes to standard error. */
async function run({ command: [program, ...args] }: CommandTarget, event: HookEvent, signal: AbortSignal): Promise<void> {
  const { study, trial, best } = event.data;
  const env = {
    ...process.env,
    HYPERTIDE_EVENT: event.type.split('.')[2],
    HYPERTIDE_STUDY: study,
    HYPERTIDE_TRIAL: trial === undefined ? '' : String(trial.trial),
    HYPERTIDE_BEST: best === undefined ? '' : String(best),
  };
  const child = spawn(program, args, {
    env,
    stdio: ['pipe', process.stderr.fd, process.stderr.fd],
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  });
  const closed = once(child, 'close'); // registered first: a program that cannot be started has no standard input, and emits an error event
  child.stdin?.on('error', () => {}); // it may end without reading
  child.stdin?.end(`${JSON.stringify(event)}\n`);
  const [code, killed] = (await closed.catch((error: NodeJS.ErrnoException) => {
    endSoon(child);
    throw new DeliveryError(error.message, !LASTING.includes(error.code ?? ''));
  })) as [number | null, string | null];
  if (code !== 0) throw new DeliveryError(`it exited with ${code ?? killed}`, true);
}

/** Kills a program that ignores the request to end, so that it does not delay the end of this process. */
function endSoon(child: ChildProcess): void {
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    child.stdin?.destroy();
    child.unref();
  }, GRACE_MS).unref();
  child.once('close', () => clearTimeout(timer));
}
