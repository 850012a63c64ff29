import { expect, it } from 'vitest';
import { readRecord } from '../../examples/digits/record.ts';
import { run } from '../../examples/digits/run.ts';

// These depend on the network, the data, the space and early stopping, but on no model. If this fails, run `npx tsx examples/digits/compare.ts`.
it.each(['random', 'early, random'] as const)('the recorded comparison is what the study finds today: %s', async (name) => {
  const { seed, loss: recorded, ...others } = readRecord().runs[name][0]!;
  const { loss, ...rest } = await run(name, seed);
  expect(loss).toBeCloseTo(recorded, 4);
  expect(rest).toEqual({ seed, ...others });
});
