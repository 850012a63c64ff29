import { expect, it } from 'vitest';
import { Allowances } from '../../src/server/allowances.ts';
import { float, random, space } from '../../streams/index.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { LocalPort } from '../../streams/study/port/local.ts';

it('counts the steps of a trial that resumes another one once', async () => {
  const allowances = new Allowances();
  const study = new LocalPort(space({ x: float(0, 1) }), memoryLog(), { strategy: random(), resumes: true });
  study.live$.subscribe((entry) => allowances.apply('s', entry));
  await study.ready();
  const { append } = study;
  for (const [trial, budget, resumes] of [
    [1, 10, {}],
    [2, 30, { resumes: 1 }],
  ] as const) {
    await append({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: 0.5 }, budget, ...resumes });
    await append({ type: 'started', trial, attempt: 1, run: `r${trial}` }, { author: 'agent' });
    await append({ type: 'reported', trial, run: `r${trial}`, step: budget, values: { value: 1 } }, { author: 'agent' });
    await append({ type: 'completed', trial, run: `r${trial}`, values: { value: 1 } }, { author: 'agent' });
  }
  expect(allowances.of('agent')).toEqual({ trials: 2, cost: 30 });
  await study.close();
});
