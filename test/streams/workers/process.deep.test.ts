import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const study = fileURLToPath(new URL('./programs/study.mjs', import.meta.url));

/** What a study of the built package prints in a process that ends by itself. */
async function run(does: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [study, does], { timeout: 60_000 });
  return JSON.parse(stdout);
}

it.each(['count', 'unheld'])('threads do not keep the process alive after the study (%s)', async (does) => {
  expect(await run(does)).toEqual({ reason: 'trials', completed: 2, failures: [] });
});

it('nor do those of trials that never end, when the study is aborted', async () => {
  expect(await run('loop')).toEqual({ reason: 'aborted', completed: 0, failures: [] });
});

it('a thread that runs out of memory fails its trial', async () => {
  expect(await run('grows')).toEqual({ failures: [expect.stringContaining('memory')] });
});
