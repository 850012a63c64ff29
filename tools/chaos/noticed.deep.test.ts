import { expect, it } from 'vitest';
import { noticed } from './noticed.ts';

it('a line or a fact names what was killed', async () => {
  const named: [fault: string, seconds: number][] = [];
  await noticed((...one) => named.push(one), 'is killed');
  expect(named.map(([fault]) => fault)).toEqual([
    'over NATS, the server is killed',
    'over NATS, the engine is killed',
    'over NATS, the worker is killed',
    'over NATS, the program of a trial is killed',
    'in a journal, the runner is killed',
    'in a journal, the program of a trial is killed',
  ]);
  expect(named.filter(([, seconds]) => !Number.isFinite(seconds))).toEqual([]);
});
