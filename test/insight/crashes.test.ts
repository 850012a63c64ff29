import { expect, it } from 'vitest';
import { crashRegions, crashText } from '../../src/insight/crashes.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';

const parameters = { optimizer: choice(['adam', 'sgd', 'lbfgs']), batch: int(16, 1024), lr: float(1e-4, 1, { log: true }) };
const message = (text: string) => ({ status: 'failed' as const, reason: 'error', message: text });
const completed = { status: 'completed' as const };
const row = (i: number, params: object, how: object) =>
  ({ params: { optimizer: 'adam', batch: 32, lr: 10 ** -((i * 0.618) % 4), ...params }, ...how }) as never;
const texts = (rows: readonly never[]) => crashRegions(parameters, rows).map(crashText);

it('names the choice with which trials crash in the same way', () => {
  const rows = [1, 2, 3].map((i) => row(i, { optimizer: 'lbfgs' }, message(`no mini-batches of ${i}`)));
  const said = ['all 3 trials with optimizer = lbfgs failed: no mini-batches of 3'];
  expect(texts(rows)).toEqual(said); // nothing else was tried
  const others = [4, 5, 6, 7].map((i) => row(i, { optimizer: i % 2 ? 'adam' : 'sgd' }, completed));
  expect(texts([...rows, ...others])).toEqual(said);
  expect(texts([...rows.slice(1), ...others])).toEqual([]);
});

it('names the part of a range in which trials crash', () => {
  const rows = [512, 600, 700, 800, 900, 1000, 1024].map((batch, i) => row(i, { batch }, message('CUDA out of memory')));
  const others = [20, 40, 80, 160, 300, 500, 990].map((batch, i) => row(7 + i, { batch }, completed));
  expect(texts([...rows, ...others])).toEqual(['7 of 8 trials with batch >= 512 failed: CUDA out of memory']);
  const small = [1, 2, 3, 4, 5].map((i) => row(i, { lr: i / 1e4 }, message('diverged')));
  const large = [1, 2, 3, 4, 5].map((i) => row(i, { lr: i / 10 }, completed));
  expect(texts([...small, ...large])).toEqual(['all 5 trials with lr <= 5e-4 failed: diverged']);
});

it('names each kind of crash by its own parameter', () => {
  const rows = [
    ...[1, 2, 3, 4].map((i) => row(i, { optimizer: 'lbfgs', batch: 200 * i }, message('no mini-batches'))),
    ...[5, 6, 7, 8, 9].map((i) => row(i, { batch: 900 + i }, message('CUDA out of memory'))),
    ...Array.from({ length: 20 }, (_, i) => row(10 + i, { batch: 30 * (i + 1) }, completed)),
  ];
  expect(texts(rows)).toEqual([
    'all 5 trials with batch >= 905 failed: CUDA out of memory (9 failures in all)',
    'all 4 trials with optimizer = lbfgs failed: no mini-batches (9 failures in all)',
  ]);
});

it('names no parameter if crashes depend on none, or there are none', () => {
  const crash = message('the disk is full');
  expect(
    texts(
      Array.from({ length: 40 }, (_, i) =>
        row(i, { batch: 16 + ((i * 389) % 1000), optimizer: ['adam', 'sgd', 'lbfgs'][i % 3] }, i % 4 ? completed : crash),
      ),
    ),
  ).toEqual([]);
  expect(texts([1, 2, 3, 4].map((i) => row(i, { batch: 200 * i }, crash)))).toEqual([
    'all 4 trials with optimizer = adam failed: the disk is full',
  ]);
  const lbfgs = (how: object) => [1, 2, 3].map((i) => row(i, { optimizer: 'lbfgs' }, how));
  for (const how of [
    completed,
    { status: 'stopped' },
    { status: 'failed', reason: 'infeasible' },
    { status: 'failed', reason: 'lost' },
    { ...crash, uncounted: true },
  ])
    expect(texts(lbfgs(how))).toEqual([]);
});

it('reads only the latest thousand of many trials, and few thresholds of many values', () => {
  let reads = 0;
  const rows = Array.from({ length: 20_000 }, (_, i) => {
    const one: { readonly params: object } = row(i, {}, i % 1024 > 700 ? message('CUDA out of memory') : completed);
    const params = { ...one.params, batch: i % 1024 };
    const get = () => {
      reads++;
      return params;
    };
    return Object.defineProperty(one, 'params', { get }) as never;
  });
  expect(texts(rows)[0]).toMatch(/^all \d+ trials with batch >= 70\d failed/);
  expect(reads).toBeLessThan(150_000); // now 76 000
});

it('does not name a choice of one value, nor a parameter with the name of an inherited field', () => {
  const single = { optimizer: choice(['adam']), constructor: choice(['a', 'b']) };
  const rows = [1, 2, 3, 4].map((i) => row(i, {}, message('no data')));
  expect(crashRegions(single, rows)).toEqual([]);
});
