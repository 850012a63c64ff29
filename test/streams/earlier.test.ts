import { describe, expect, it } from 'vitest';
import { memoryLog, verify } from '../../streams/core.ts';
import type { EarlierStudy } from '../../streams/engine/earlier.ts';
import {
  asha,
  bo,
  budget,
  chain,
  choice,
  createStudy,
  dedupe,
  float,
  hyperband,
  type Log,
  optimize,
  random,
  type Strategy,
  space,
  type TrialRow,
  tpe,
} from '../../streams/index.ts';
import { past, readUpTo } from '../../streams/log/past.ts';
import { wrongOption } from '../support/coded.ts';

const wide = space({ x: float(0, 1), y: float(1e-4, 1, { log: true }), kind: choice(['a', 'b']) });
interface Wide {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
}
/** Lowest at x = 0.2, y = 0.01, kind b. */
const loss = ({ x, y, kind }: Wide) => (x - 0.2) ** 2 + (Math.log10(y) + 2) ** 2 / 10 + (kind === 'a' ? 0.5 : 0);

async function finished(scale = 1, trials = 30, seed = 'before', objective = loss): Promise<Log> {
  const log = memoryLog();
  await optimize(wide, (params) => scale * objective(params), { study: `past-${seed}`, strategy: random(), trials, seed, log }).result();
  return log;
}

async function logOf(facts: readonly unknown[]): Promise<Log> {
  const log = memoryLog();
  for (const fact of facts) await log.append(fact);
  return log;
}

/** The trials of a new study after earlier ones, and its facts. */
async function begun(earlier: readonly EarlierStudy[], strategy: Strategy = bo(), trials = 8) {
  const log = memoryLog();
  const study = createStudy(wide, { strategy, trials, resumes: true, seed: 'now', earlier, log, warn: () => {} });
  for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, loss(next.params));
  const rows: readonly TrialRow<Wide>[] = study.trials();
  const facts: unknown[] = [];
  for await (const entries of readUpTo(log.read(), await log.head())) facts.push(...entries.map(({ fact }) => fact));
  await study.close();
  return { facts, rows };
}

describe('a study with earlier ones', () => {
  it('tries configurations that are good by their results between its own, whatever the scale of those', async () => {
    const { rows } = await begun([await finished(), await finished(1000, 30, 'other')], random(), 12);
    const given = rows.filter(({ by }) => by === 'earlier');
    expect(given.map(({ trial }) => trial)).toEqual([1, 3, 5, 7, 9]);
    expect(given[0]!.tags!.studies).toBe('past-before, past-other');
    const randomly = Array.from(await begun([], random(), 30).then((cold) => cold.rows.map(({ params }) => loss(params)))).sort(
      (a, b) => a - b,
    );
    for (const { params } of given) expect(loss(params)).toBeLessThan(randomly[15]!);
    expect(Math.min(...given.map(({ params }) => loss(params)))).toBeLessThan(randomly[1]!);
  });

  it('leaves them while its own configurations are better', async () => {
    const misleading = await finished(1, 30, 'misleading', (params) => -loss(params));
    const { rows } = await begun([misleading], random(), 30);
    const given = rows.filter(({ by }) => by === 'earlier');
    expect(given[0]!.trial).toBe(1);
    expect(given.length).toBeLessThan(3);
  });

  it('tries them where its own trials say nothing', async () => {
    const log = memoryLog();
    await using study = createStudy(wide, { strategy: random(), trials: 8, earlier: [await finished()], log });
    for (let next = await study.ask(); next; next = await study.ask()) {
      if (next.by === 'random') await study.fail(next.trial, 'preempted');
      else await study.tell(next.trial, loss(next.params));
    }
    expect(study.trials().filter(({ by }) => by === 'earlier')).toHaveLength(4);
  });

  it('records what it took, resumes without it, and is recomputed from its own log', async () => {
    const { facts, rows } = await begun([await finished()]);
    expect(facts[0]).toMatchObject({
      type: 'created',
      earlier: {
        studies: [{ study: 'past-before', results: 30 }],
        configurations: expect.arrayContaining(rows.filter(({ by }) => by === 'earlier').map(({ params }) => params)),
      },
    });
    const reads = { head: () => Promise.reject(new Error('read again')), read: memoryLog().read };
    for (const length of facts.keys()) {
      if (length === 0) continue;
      const log = await logOf(facts.slice(0, length));
      await using study = createStudy(wide, { strategy: bo(), trials: 8, seed: 'now', earlier: [reads], log });
      const next = await study.ask();
      if (next) expect(next.params).toEqual(rows[next.trial - 1]!.params);
    }
    const log = await logOf(facts);
    expect(await verify(wide, bo(), () => readUpTo(log.read(), facts.length))).toEqual({ recomputed: 8 });
  });

  it('trains these configurations as its strategy trains others', async () => {
    const earlier = [await finished()];
    const budgets = async (strategy: Strategy) => {
      const { rows } = await begun(earlier, strategy, 20);
      return rows.filter(({ by }) => by === 'earlier').map(({ budget }) => budget);
    };
    expect(await budgets(chain(asha({ min: 1, max: 9, pause: true, first: 1 }), random()))).toEqual([1, 1, 1, 1, 1]);
    expect(await budgets(chain(budget(9), random()))).toEqual([9, 9, 9, 9, 9]);
    expect(await budgets(chain(hyperband({ min: 1, max: 9 }), tpe()))).toEqual([9, 9, 9, 9, 9]);
  });

  it('matches parameters by name, and ranks configurations that failed behind the others', async () => {
    const log = memoryLog();
    const other = space({ y: float(1e-6, 10, { log: true }), z: float(0, 1) });
    const objective = ({ y }: { readonly y: number }) => {
      if (y > 0.1) throw new Error('diverged');
      return (Math.log10(y) + 2) ** 2;
    };
    const study = createStudy(other, { strategy: random(), trials: 40, log });
    for (let next = await study.ask(); next; next = await study.ask()) {
      if (next.params.y > 0.1) await study.fail(next.trial, 'error', `diverged ${next.trial}`);
      else await study.tell(next.trial, objective(next.params));
    }
    await study.close();
    const { rows } = await begun([log], random(), 6);
    const [best] = rows;
    expect(best!.params.x).toBeCloseTo(0.5);
    expect(Math.abs(Math.log10(best!.params.y) + 2)).toBeLessThan(0.7);
  });

  it('ranks configurations that violate a constraint behind the others', async () => {
    const log = memoryLog();
    const study = createStudy(wide, { strategy: random(), trials: 40, log });
    for (let next = await study.ask(); next; next = await study.ask())
      await study.tell(next.trial, { values: { value: -next.params.x }, constraints: [next.params.x - 0.6] });
    await study.close();
    const { rows } = await begun([log], random(), 5);
    expect(rows.map(({ by }) => by)).toContain('earlier');
    for (const { by, params } of rows) if (by === 'earlier') expect(params.x).toBeLessThan(0.65);
  });

  it('keeps its first configurations for asks without fixed values', async () => {
    await using study = createStudy(wide, { strategy: random(), trials: 8, parallel: 2, earlier: [await finished()] });
    expect(await study.ask({ fixed: { kind: 'a' } })).toMatchObject({ by: 'random' });
    expect(await study.ask()).toMatchObject({ by: 'earlier' });
  });

  it('begins as without them if none of their results fits', async () => {
    const log = memoryLog();
    await optimize(space({ kind: choice(['c', 'd']) }), () => 1, { trials: 2, log }).result();
    const { rows } = await begun([log], random(), 3);
    expect(rows.map(({ by }) => by)).toEqual(['random', 'random', 'random']);
  });

  it('refuses a file that is not the log of a study', async () => {
    const ask = (earlier: unknown) => createStudy(wide, { trials: 1, earlier: earlier as readonly EarlierStudy[] }).ask();
    await expect(ask([memoryLog()])).rejects.toThrow(/earlier\[0\]: .*, got 0 entries without one/);
    const before: object[] = [];
    for await (const entries of past(await finished(1, 3, 'odd'), 1)) before.push(...entries.map(({ fact }) => fact as object));
    const [created, ...others] = before;
    await expect(ask([await logOf([{ ...created, format: 9 }, ...others])])).rejects.toThrow(/entries without one; the first: .*9/);
    const inverted = { parameters: { x: { type: 'float', low: 2, high: 1 } } };
    await expect(ask([await logOf([{ ...created, space: inverted }, ...others])])).rejects.toThrow(/earlier\[0\]: .*, got 2/);
    await expect(ask(['last.jsonl'])).rejects.toThrow(/earlier\[0\]: .*, got "last\.jsonl"/);
    await expect(ask('last.jsonl')).rejects.toThrow('earlier: ');
    const many = [...Array(30).fill(await finished(1, 3)), memoryLog()];
    await expect(ask(many)).rejects.toThrow('earlier[30]: ');
    const inside = dedupe(chain(asha({ min: 1, max: 9 }), random()));
    await expect(createStudy(wide, { strategy: inside, earlier: [await finished()] }).ask()).rejects.toThrow(wrongOption('earlier'));
  });
});
