import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Distributes jobs over several processes of one program. The program gets a job as a message and answers with its result.
 *
 * @param done is called with the number of finished jobs.
 * @returns the results in the order of the jobs.
 * @throws Error if a process ends before its job.
 */
export async function inProcesses<J, R>(program: URL, jobs: readonly J[], processes: number, done: (n: number) => void): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let finished = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(program));
      let at: number;
      const give = () => {
        at = next++;
        if (at < jobs.length) return child.send(jobs[at] as object);
        child.off('exit', onExit);
        child.disconnect();
        return resolve();
      };
      const onExit = (code: number | null) => reject(new Error(`${JSON.stringify(jobs[at])}: the process ended with ${code}`));
      child.on('exit', onExit);
      child.on('message', (result: R) => {
        results[at] = result;
        done(++finished);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, one));
  return results;
}
