import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../streams/core.ts';
import {
  type AppliedEntry,
  best,
  chain,
  createStudy,
  type Fact,
  float,
  type Log,
  NoResultError,
  random,
  space,
} from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';
import { stopAbove } from '../../support/stopAbove.ts';

const line = space({ x: float(-5, 5) });
const square = ({ x }: { readonly x: number }) => (x - 1) ** 2;

describe('createStudy', () => {
  it('suggests no trial after three equal failures, until an open one has a result', async () => {
    const log = memoryLog();
    await using study = createStudy(line, { strategy: random(), trials: 5, parallel: 4, log });
    for (let i = 0; i < 4; i++) await study.ask();
    for (const trial of [1, 2, 3]) await study.fail(trial, 'error', `no module at 0x${trial}`);
    await expect(study.ask()).rejects.toBeInstanceOf(NoResultError);
    await expect(study.ask()).rejects.toThrow(coded('no-result'));
    expect(study.trials().map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'open']);
    await study.tell(4, 1);
    for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, 1);
    expect(study.trials().filter(({ status }) => status === 'completed')).toHaveLength(5);
  });

  it('accepts a result that could not be stored when it is told again', async () => {
    const log = memoryLog();
    let full = false;
    const append: Log['append'] = async (fact) => {
      if (full) throw new Error('no space left');
      return log.append(fact);
    };
    await using study = createStudy(line, { strategy: random(), log: { ...log, append } });
    const { trial } = (await study.ask())!;
    full = true;
    await expect(study.tell(trial, 1)).rejects.toThrow('no space left');
    full = false;
    await study.tell(trial, 1);
  });

  it('may be closed while a result is being stored', async () => {
    const log = memoryLog();
    let store = () => {};
    const slowly: Log['append'] = async (fact) => {
      const outcome = await log.append(fact);
      if ((fact as Fact).type === 'completed') await new Promise<void>((stored) => (store = stored));
      return outcome;
    };
    const read: Log['read'] = async function* (from, signal) {
      for await (const entries of log.read(from, signal)) {
        const readable = entries.filter(({ fact }) => (fact as Fact).type !== 'completed');
        if (readable.length > 0) yield readable;
      }
    };
    const study = createStudy(line, { strategy: random(), log: { ...log, read, append: slowly } });
    const { trial } = (await study.ask())!;
    const refused = expect(study.tell(trial, 1)).rejects.toThrow(coded('handle-closed'));
    await sleep(1);
    await study.close();
    await sleep(1); // an error that is unhandled by now ends the process
    store();
    await refused;
  });

  it('starts the next attempt at step 1, without the stop of the last one', async () => {
    const steps: unknown[] = [];
    const note = ({ fact }: AppliedEntry) => {
      const { type, step } = fact as { type: string; step?: number };
      if (type === 'reported') steps.push(step);
    };
    await using study = createStudy(line, { strategy: chain(stopAbove(1), random()) });
    study.entries$.subscribe(note);
    const attempt = async (...values: number[]) => {
      const { trial } = (await study.ask())!;
      for (const value of values) await study.report(trial, value);
      return trial;
    };
    await study.fail(await attempt(9, 9), 'preempted');
    await study.fail(await attempt(0.5), 'preempted');
    await study.tell(await attempt(), 0.25);
    expect(study.trials()).toMatchObject([{ trial: 1, attempt: 3, status: 'completed', values: { value: 0.25 } }]);
    expect(steps).toEqual([1, 2, 1]);
  });

  it('counts steps itself, and refuses a step and a value that are swapped', async () => {
    await using study = createStudy(line, { strategy: random() });
    const { trial } = (await study.ask())!;
    await study.report(trial, 0.5);
    await study.report(trial, { value: 0.4 });
    expect(study.trials()[0]).toMatchObject({ step: 2, values: { value: 0.4 } });
    await Promise.all([study.report(trial, 0.3), study.report(trial, 0.2)]);
    expect(study.trials()[0]).toMatchObject({ step: 4, values: { value: 0.2 } });
    await expect(study.report(trial, 3, 0.25)).rejects.toThrow(coded('bad-field'));
  });

  it('shows its best trial, all trials and the front', async () => {
    const objectives = { near: 'minimize', far: 'maximize' } as const;
    const study = createStudy(line, { strategy: random(), trials: 9, parallel: 2, objectives });
    const bests: number[] = [];
    study.entries$.pipe(best()).subscribe(({ trial }) => bests.push(trial));
    expect([study.best(), study.trials(), study.front()]).toEqual([undefined, [], []]);
    const xs = [3, 2, 4, 1];
    for (const x of xs) await study.enqueue({ x });
    for (const x of xs) {
      const { trial, params } = (await study.ask())!;
      expect(params.x).toBe(x);
      await study.tell(trial, { values: { near: x, far: x === 2 ? 5 : x } });
    }
    await study.ask();
    expect(bests).toEqual([1, 2, 4]);
    expect(study.best()).toMatchObject({ trial: 4, values: { near: 1 } });
    expect(study.trials().map(({ status }) => status)).toEqual([...xs.map(() => 'completed'), 'open']);
    expect(study.front().map(({ trial }) => trial)).toEqual([4, 2]);
    await study.retract(4);
    expect(study.best()).toMatchObject({ trial: 2 });
    expect(bests).toEqual([1, 2, 4, 2]);
    await study.close();
    expect(await lastValueFrom(study.entries$.pipe(best()))).toMatchObject({ trial: 2 });
  });

  it('raises the limit of trials for enqueued configurations', async () => {
    const log = memoryLog();
    const study = createStudy(line, { strategy: random(), trials: 1, log: { ...log, close: async () => {} } });
    const { trial } = (await study.ask())!;
    await study.enqueue({ x: 2 });
    await study.enqueue({ x: 3 });
    await study.tell(trial, 1);
    for (const x of [2, 3]) {
      const next = (await study.ask())!;
      expect(next).toMatchObject({ by: 'queue', params: { x } });
      await study.tell(next.trial, 1);
    }
    expect(await study.ask()).toBeUndefined();
    await study.enqueue({ x: 4 }); // opens the study again
    expect(await study.ask()).toMatchObject({ by: 'queue', params: { x: 4 } });
    await study.tell(4, 1);
    expect(await study.ask()).toBeUndefined();
    await study.close();
    await using again = createStudy(line, { strategy: random(), trials: 5, log });
    await again.enqueue({ x: 5 });
    expect(await again.ask()).toMatchObject({ params: { x: 5 } });
  });

  it('races on examples, or with early: false evaluates each trial on all of them', async () => {
    const evaluated = async (early?: boolean) => {
      const study = createStudy(line, { strategy: random(), examples: 9, early, trials: 6 });
      const places: (readonly number[] | undefined)[] = [];
      for (let next = await study.ask(); next; next = await study.ask()) {
        places.push(next.examples);
        for (const place of next.examples ?? Array(9).keys())
          if ((await study.reportExample(next.trial, place, square(next.params) + place)).stop) break;
        await study.tell(next.trial);
      }
      expect(study.best()!.step).toBe(9);
      await study.close();
      return places;
    };
    expect((await evaluated())[0]).toHaveLength(2);
    expect(await evaluated(false)).toEqual(Array(6).fill(undefined));
    expect(() => createStudy(line, { strategy: random(), early: false })).toThrow(coded('invalid-option'));
  });
});
