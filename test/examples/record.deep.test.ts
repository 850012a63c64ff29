import { expect, it } from 'vitest';
import { readRecord } from '../../examples/digits/record.ts';
import { run } from '../../examples/digits/run.ts';

// Random search depends on the network, the data and the space, but on no model: if this fails, run `npm run compare:digits`.
it('the recorded comparison is what random search finds today', async () => {
  const { loss, ...rest } = await run('random', 1);
  const { loss: recorded, ...others } = readRecord().runs.random[0]!;
  expect(loss).toBeCloseTo(recorded, 4);
  expect(rest).toEqual(others);
});
