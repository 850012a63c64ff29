import { expect, it } from 'vitest';
import { readFeed } from '../../../src/server/feed/feed.ts';
import { applied, processSource } from '../../../src/stores/process.ts';
import { memoryLog } from '../../../streams/core.ts';
import { float, random, space } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';

/** How the best loss changed, of trials that have a loss on each of some examples. */
async function trendOf(
  trials: readonly { readonly losses: readonly (readonly [place: number, loss: number])[]; readonly resumes?: number }[],
) {
  const log = memoryLog();
  const options = { study: 'net', objectives: { loss: 'minimize' }, seed: 1, examples: 6 } as const;
  await log.append(createdOf(space({ lr: float(0, 1) }), random(), options));
  for (const [i, { losses: results, resumes }] of trials.entries()) {
    const trial = i + 1;
    const about = { trial, run: `r${trial}` };
    const examples = results.map(([place]) => place);
    await log.append({
      type: 'suggested',
      trial,
      attempt: 1,
      by: 'race',
      params: { lr: trial / 10 },
      examples,
      ...(resumes && { resumes }),
    });
    await log.append({ type: 'started', ...about, attempt: 1 });
    await log.append({ type: 'reported', ...about, step: results.length, values: { loss: 0 }, results });
    await log.append({ type: 'completed', ...about, values: { loss: 0 } });
  }
  const feed = await readFeed(processSource('memory', log, (await applied(log)).submit));
  return feed.headline()!.trend;
}

it('a leader has the mean of all its examples from when it began to lead', async () => {
  const trend = await trendOf([
    { losses: [[0, 4]] },
    { losses: [[0, 1]] }, // leads, by luck
    { losses: [[1, 4]], resumes: 2 },
    { losses: [[2, 4]], resumes: 2 }, // at the same time
    {
      losses: [
        [0, 1],
        [1, 1],
        [2, 2.5],
      ],
    },
  ]);
  expect(trend).toEqual([
    [1, 4],
    [2, 3],
    [5, 1.5],
  ]);
});
