import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Params } from '../../../src/facts/facts.ts';
import { memoryLog } from '../../../streams/core.ts';
import { Moments } from '../../../streams/explanation/moment.ts';
import * as h from '../../../streams/index.ts';
import { past } from '../../../streams/log/past.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';

const plane = h.space({ x: h.float(0, 1), y: h.float(0, 1), kind: h.choice(['good', 'bad']) });

/** The log of a study of the bowl around x = .3 and y = .7. */
async function logOf(strategy: h.Strategy, cliff = 0): Promise<readonly Entry[]> {
  const log = memoryLog();
  const bowl = ({ x, y, kind }: { readonly x: number; readonly y: number; readonly kind: string }) =>
    (x - 0.3) ** 2 + (y - 0.7) ** 2 + (kind === 'bad' ? 0.5 : 0) + (x > 0.7 ? cliff : 0);
  await h.optimize(plane, bowl, { strategy, trials: 30, seed: '3', log });
  const entries: Entry[] = [];
  for await (const batch of past(log, 1)) entries.push(...batch);
  return entries;
}

function momentsOf(entries: readonly Entry[]): Moments {
  return new Moments(sourceOf(entries), entries[0]!.fact as never, parseStrategy);
}

const sourceOf = (entries: readonly Entry[]) => ({
  past: async function* (from: number) {
    yield entries.slice(from - 1);
  },
});

const slice = (params: Params) => ({ x: 'x', y: 'y', through: { trial: 1, params } });
const through = slice({ x: 0.9, y: 0.1, kind: 'good' });

describe.each([
  ['bo', h.bo(), 'loss', true],
  ['forest', h.forest(), 'log loss', true],
  ['tpe', h.tpe(), 'log density ratio', false],
] as const)('the landscape of %s', (name, strategy, of, hasSds) => {
  it('is lowest near the best point', async () => {
    const entries = await logOf(strategy);
    const { landscape } = await momentsOf(entries).at({
      position: entries.length,
      by: ['without-a-model', name],
      slice: through,
      cells: 10,
    });
    expect(landscape).toMatchObject({ by: name, of, x: 'x', y: 'y', through: 1, across: 10, up: 10 });
    const { means, sds } = landscape!;
    expect(sds).toHaveLength(hasSds ? 100 : 0);
    const lowest = means.indexOf(means.reduce((a, b) => Math.min(a, b)));
    expect(Math.abs(Math.floor(lowest / 10) / 10 + 0.05 - 0.3)).toBeLessThan(0.3);
    expect(Math.abs((lowest % 10) / 10 + 0.05 - 0.7)).toBeLessThan(0.3);
  });

  it('is absent before there is a model', async () => {
    const entries = await logOf(strategy);
    const position = entries.findIndex(({ fact }) => (fact as { trial?: number }).trial === 3) + 1;
    const moment = await momentsOf(entries).at({ position, by: [name], slice: through, cells: 10 });
    expect(moment.landscape).toBeUndefined();
    expect(moment.news).toMatchObject([{ path: name, phase: 'exploring' }]);
  });
});

it('says from which loss on all are equal to the model', async () => {
  const entries = await logOf(h.bo(), 1e6);
  const { limit, means } = (await momentsOf(entries).at({ position: entries.length, by: ['bo'], slice: through, cells: 4 })).landscape!;
  expect(limit).toBeGreaterThan(0);
  expect(limit).toBeLessThan(1);
  expect(Math.max(...means)).toBeLessThan(1); // although the loss is 1e6 in a part of the slice
});

it('has a cell for each value of a choice', async () => {
  const entries = await logOf(h.bo());
  const question = { position: entries.length, by: ['bo'], cells: 6, slice: { ...through, y: 'kind' } };
  const { across, up, means } = (await momentsOf(entries).at(question)).landscape!;
  expect([across, up, means.length]).toEqual([6, 2, 12]);
  for (let k = 0; k < means.length; k += 2) expect(means[k]!).toBeLessThan(means[k + 1]!);
});

it('a moment is the same whether it comes first, later or again', async () => {
  const entries = await logOf(h.chain(h.take(12, h.ga({ population: 6 })), h.bo()));
  const positions = [20, entries.length, 20, 60, 61, 5];
  const moments = momentsOf(entries);
  for (const position of positions) {
    const question = { position, by: ['chain/bo', 'bo'], slice: through, cells: 4 };
    expect(await moments.at(question)).toEqual(await momentsOf(entries).at(question));
  }
});

it('follows a log as it grows, with results that are retracted', async () => {
  const entries = await logOf(h.random());
  const grown = entries.slice(0, 12);
  const moments = momentsOf(grown);
  expect((await moments.at({ position: 12, by: [], cells: 4 })).news).toMatchObject([{ path: 'random' }]);
  const retracted = { position: 13, at: 1, fact: { type: 'retracted', trial: 1 } } as unknown as Entry;
  grown.push(retracted);
  const { news } = await moments.at({ position: 13, by: [], cells: 4 });
  expect(news[0]!.counts.suggested).toBeGreaterThan(0);
});

it('refuses a study of which another version decided', async () => {
  const [{ fact }] = (await logOf(h.random())) as [Entry];
  expect(() => new Moments(sourceOf([]), { ...(fact as object), decisions: 99 } as never, parseStrategy)).toThrow('version 99');
});
