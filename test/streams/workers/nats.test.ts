import { chain, choice, float, random, space } from 'hypertide';
import { serve, trainer } from 'hypertide/nats';
import { workers } from 'hypertide/workers';
import { expect, it } from 'vitest';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { stopAbove } from '../../support/stopAbove.ts';
import type { Behaviour } from './programs/objective.ts';

interface Params {
  readonly does: Behaviour;
  readonly x: number;
}
const server = natsOfTests();

/** How many trials of a study on the server end in which way. Its trainer has two threads. */
async function ended(does: 'trainSlowly' | 'loop', limit: number, timeLimit?: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const onEntry = ({ fact, refusal }: { readonly fact: unknown; readonly refusal?: unknown }) => {
    const { type } = fact as { readonly type: string };
    if (!refusal) counts[type] = (counts[type] ?? 0) + 1;
  };
  const study = space({ does: choice([does]), x: float(0, 1) });
  const strategy = chain(stopAbove(limit), random());
  const engine = await serve(await server.connect(), study, { study: does.toLowerCase(), strategy, trials: 2, parallel: 2 });
  engine.entries$.subscribe(onEntry);
  const objective = workers<Params>(new URL('./programs/objective.ts', import.meta.url), { count: 2, grace: 0 });
  await trainer<Params>({ nc: await server.connect(), study: does.toLowerCase() }, { slots: 2, ...(timeLimit && { timeLimit }) }, objective)
    .done;
  await engine.finished;
  return counts;
}

it('a trainer of a server stops synchronous code in its threads', async () => {
  expect(await ended('trainSlowly', -1)).toMatchObject({ stopped: 2 });
});

it('and ends it after its time limit', async () => {
  expect(await ended('loop', 1, 1)).toMatchObject({ failed: 2 });
});
