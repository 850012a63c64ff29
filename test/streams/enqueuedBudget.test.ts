import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../streams/core.ts';
import { asha, budget, chain, createStudy, type Fact, float, type Log, random, space } from '../../streams/index.ts';
import { readUpTo } from '../../streams/log/past.ts';

const line = space({ x: float(0, 1) });
const halving = chain(asha({ min: 1, max: 9 }), random());

/** Runs a study whose first trial is enqueued, with a loss of 0.99: worse than others. */
async function played(log: Log, strategy = halving) {
  const study = createStudy(line, { strategy, trials: 12, parallel: 2, seed: 'a', log });
  await study.enqueue({ x: 0.99 });
  for (let next = await study.ask(); next; next = await study.ask()) {
    let isStopped = false;
    for (let step = 1; step <= 9 && !isStopped; step++) isStopped = (await study.report(next.trial, next.params.x, step)).stop;
    await (isStopped ? study.stopped(next.trial) : study.tell(next.trial, next.params.x));
  }
  const [rows, best, recommended] = [study.trials(), study.best(), study.recommend()];
  await study.close();
  return { rows, best, recommended };
}

async function factsOf(log: Log): Promise<Fact[]> {
  const facts: Fact[] = [];
  for await (const entries of readUpTo(log.read(), await log.head())) facts.push(...entries.map(({ fact }) => fact as Fact));
  return facts;
}

describe('an enqueued trial', () => {
  it('trains with the full budget that others have', async () => {
    for (const [strategy, full] of [
      [halving, 9],
      [chain(budget(27), random()), 27],
      [random(), undefined],
    ] as const) {
      const { rows } = await played(memoryLog(), strategy);
      const [queued] = rows.filter(({ by }) => by === 'queue');
      expect(queued).toBeDefined();
      expect(queued!.budget).toBe(full);
    }
  });

  it('has it also in a study that continues with the strategy of its log', async () => {
    const log = memoryLog();
    await createStudy(line, { strategy: halving, log }).ask();
    const continued = memoryLog();
    for (const fact of await factsOf(log)) await continued.append(fact);
    await using study = createStudy(line, { log: continued });
    await study.tell((await study.ask())!.trial, 1);
    await study.enqueue({ x: 0.5 });
    expect(await study.ask()).toMatchObject({ by: 'queue', budget: 9 });
  });

  it('ranks with the trials at the highest budget if it was imported, and has none', async () => {
    const log = memoryLog();
    await played(log);
    const imported = memoryLog();
    for (const fact of await factsOf(log))
      await imported.append(fact.type === 'suggested' && fact.by === 'queue' ? { ...fact, by: 'import', budget: undefined } : fact);
    await using study = createStudy(line, { strategy: halving, trials: 12, parallel: 2, seed: 'a', log: imported });
    await study.ask();
    const completed = study.trials().filter(({ status }) => status === 'completed');
    const lowest = Math.min(...completed.map(({ values }) => values!.value!));
    expect(completed.find(({ by }) => by === 'import')).not.toHaveProperty('budget');
    expect(lowest).toBeLessThan(0.99);
    expect(study.best()!.values).toEqual({ value: lowest });
    expect(study.recommend()!.row.by).not.toBe('import');
  });
});
