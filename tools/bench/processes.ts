import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a program of this folder, as this one runs: from its source, or compiled. It tells what it found by messages. */
export const program = (file: URL, ...words: readonly string[]): ChildProcess => fork(fileURLToPath(file), words);

/** The next message of a program. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message as T;
}

/** Ends a process, whatever it does. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/**
 * Distributes jobs over several processes of one program. The program gets a job as a message and answers with its result.
 *
 * @param done is called with the number of finished jobs.
 * @returns the results in the order of the jobs.
 * @throws Error if a process ends before its job.
 */
export async function inProcesses<J extends object, R>(
  file: URL,
  jobs: readonly J[],
  processes: number,
  done: (n: number) => void = () => {},
): Promise<R[]> {
  const results: R[] = [];
  const left = [...jobs.entries()];
  let finished = 0;
  const one = async () => {
    const child = program(file);
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${code} before its job`)));
    ended.catch(() => {}); // its jobs are done
    for (let next = left.shift(); next; next = left.shift()) {
      const [at, job] = next;
      child.send(job);
      results[at] = await Promise.race([messageOf<R>(child), ended]);
      done(++finished);
    }
    child.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, one));
  return results;
}
