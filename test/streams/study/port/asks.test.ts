import { expect, it } from 'vitest';
import type { Suggestion } from '../../../../streams/engine/directive.ts';
import { Asks } from '../../../../streams/study/port/asks.ts';

const suggestion = (trial: number): Suggestion<{ x: number }> => ({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: 0 } });

it('gives a kept trial to a waiting ask once the ask accepts it', async () => {
  const asks = new Asks<{ x: number }>();
  let mayWork = false;
  const { suggestion: asked } = asks.wait(() => mayWork);
  asks.put(suggestion(1));
  asks.put(suggestion(2));
  asks.match();
  mayWork = true;
  asks.match();
  expect(await asked).toMatchObject({ trial: 1 });
  expect(asks.take()).toMatchObject({ trial: 2 });
});
