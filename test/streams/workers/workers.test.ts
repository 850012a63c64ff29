import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chain,
  choice,
  type EvaluateOptions,
  evaluate,
  float,
  type Log,
  type Objective,
  optimize,
  random,
  type Suggestion,
  space,
} from 'hypertide';
import { memoryLog, OptionError } from 'hypertide/core';
import { openJournal } from 'hypertide/journal';
import { type WorkersOptions, workers } from 'hypertide/workers';
import { concat, from, lastValueFrom, NEVER, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isDeep } from '../../support/runs.ts';
import { stopAbove } from '../../support/stopAbove.ts';
import type { Behaviour } from './programs/objective.ts';

interface Params {
  readonly does: Behaviour;
  readonly x: number;
}
const at = (file: string) => new URL(`./programs/${file}`, import.meta.url);
const threads = (options?: WorkersOptions) => workers<Params>(at('objective.ts'), options);
const suggest = (does: Behaviour, trial: number): Suggestion<Params> => ({
  type: 'suggested',
  trial,
  attempt: 1,
  by: '',
  params: { does, x: trial },
});

/** The facts of trials that do these things, all suggested at once. */
const facts = (behaviours: readonly Behaviour[], objective: Objective<Params>, options: EvaluateOptions = {}) =>
  lastValueFrom(from(behaviours.map((does, i) => suggest(does, i + 1))).pipe(evaluate(objective, options), toArray()));

/** How these trials end. */
const ends = async (...of: Parameters<typeof facts>) =>
  (await facts(...of)).filter(({ type }) => type !== 'started' && type !== 'reported').sort((a, b) => a.trial - b.trial);

describe('an objective in threads', () => {
  it('is loaded once in each, and a thread that ends fails only its trial', async () => {
    const rows = await ends(['count', 'count', 'exits', 'count', 'strays', 'count', 'count'], threads({ count: 1 }));
    expect(rows).toMatchObject([
      { values: { value: 1 } },
      { values: { value: 2 } },
      { reason: 'error', message: expect.stringContaining('exit code 3') },
      { values: { value: 1 } },
      { reason: 'error', message: 'a stray error', trace: expect.stringContaining('objective.ts') },
      { values: { value: 1 } },
      { values: { value: 2 } },
    ]);
  });

  it('ends an endless loop with its thread after the time limit, and continues in another one', async () => {
    const objective = threads({ count: 1, grace: 2 }); // the loop takes a whole core meanwhile
    expect(await ends(['loop'], objective, { timeLimit: 1 })).toMatchObject([{ reason: 'timeout' }]);
    // Its place is free at once, though its thread may take a while to end.
    expect(await ends(['count'], objective)).toMatchObject([{ values: { value: 1 } }]);
  });

  it('is told when its trial should stop, also while it waits for a thread', async () => {
    const heard: string[] = [];
    const objective = threads({ count: 1 });
    const evaluated: Objective<Params> = (params, trial) =>
      Promise.resolve(objective(params, trial)).then(
        (value) => {
          heard.push(`${trial.trial} returned`);
          return value;
        },
        (error: unknown) => {
          heard.push(`${trial.trial} ${String(error)}`);
          throw error;
        },
      );
    const told: string[] = [];
    const study = concat(from([suggest('sleep', 1), suggest('count', 2)]), NEVER)
      .pipe(evaluate(evaluated))
      .subscribe(({ type }) => told.push(type));
    await expect.poll(() => told).toContain('reported');
    study.unsubscribe();
    await expect.poll(() => heard).toEqual(['2 Error: abandoned', '1 returned']);
    objective.close?.();
  });

  it('refuses wrong options, and a module without an objective', async () => {
    expect(() => workers('./train.js' as never)).toThrow(OptionError);
    expect(() => threads({ count: 0 })).toThrow(OptionError);
    expect(() => threads({ grace: -1 })).toThrow(OptionError);
    const [missing] = await ends(['count'], workers(at('missing.ts')));
    expect(missing).toMatchObject({ reason: 'error', message: expect.stringContaining('missing.ts') });
    const [empty] = await ends(['count'], workers(new URL('data:text/javascript,export const x = 1')));
    expect(empty).toMatchObject({ reason: 'error', message: expect.stringContaining('default export') });
  });
});

// Each thread compiles the sources again, which takes long.
if (isDeep)
  describe('an objective in other threads', () => {
    it('fails as it would in this thread, with stack and cause', async () => {
      const [thrown, infeasible, odd, text, diverged] = await ends(
        ['throws', 'infeasible', 'throwsOdd', 'throwsText', 'diverges'],
        threads({ count: 1 }),
      );
      expect(thrown).toMatchObject({
        reason: 'error',
        message: 'no such rate',
        trace: expect.stringMatching(/^RangeError.*objective\.ts.*cause.*the rate was 7/s),
      });
      expect(infeasible).toMatchObject({ reason: 'infeasible', message: 'too large for the memory' });
      expect(odd).toMatchObject({
        reason: 'error',
        message: expect.stringContaining('cannot be copied'),
        trace: expect.stringContaining('objective.ts'),
      });
      expect(text).toMatchObject({ reason: 'error', message: 'no error at all' });
      expect(diverged).toMatchObject({ reason: 'non-finite' });
    });

    it('says what cannot leave its thread', async () => {
      const [returned, reported, text, saved] = await ends(
        ['returnsFunction', 'reportsFunction', 'reportsText', 'saves'],
        threads({ count: 1 }),
      );
      expect(returned).toMatchObject({
        reason: 'error',
        message: expect.stringContaining('what the objective returned cannot leave its thread'),
      });
      expect(reported).toMatchObject({ reason: 'error', message: expect.stringContaining('a report cannot leave its thread') });
      expect(text).toMatchObject({ reason: 'error', message: expect.stringContaining('got low') });
      expect(saved).toMatchObject({ values: { value: 4 }, checkpoint: 'none+4' });
    });

    it('runs synchronous code of as many trials at once as there are threads', async () => {
      const worker = { workerData: new Int32Array(new SharedArrayBuffer(4)) };
      expect(await ends(['meet', 'meet'], threads({ count: 2, worker }))).toMatchObject([{ type: 'completed' }, { type: 'completed' }]);
    });

    it('ends its threads with the study, and starts others for the next one', async () => {
      const objective = threads({ count: 1 });
      expect(await ends(['count', 'count'], objective)).toMatchObject([{ values: { value: 1 } }, { values: { value: 2 } }]);
      expect(await ends(['count'], objective)).toMatchObject([{ values: { value: 1 } }]);
    });

    it('does not hear what code of an earlier trial reports', async () => {
      const all = await facts(['reportsLater', 'nap'], threads({ count: 1 }));
      expect(all.map(({ type, trial }) => `${trial} ${type}`)).toEqual(['1 started', '2 started', '1 completed', '2 completed']);
    });
  });

describe('a study in threads', () => {
  const line = space({ does: choice(['train']), x: float(0, 1) });

  /** How many reports each stopped trial has made. */
  async function stopsIn(log: Log): Promise<ReadonlyMap<number, number>> {
    const made = new Map<number, number>();
    const stopped = new Map<number, number>();
    const strategy = chain(stopAbove(0.7, 4), random());
    const objective = workers<{ readonly does: 'train'; readonly x: number }>(at('objective.ts'), { count: 2 });
    const study = optimize(line, objective, { strategy, log, trials: 8, parallel: 2 });
    study.subscribe(({ event }) => {
      if (event?.type === 'reported') made.set(event.id, (made.get(event.id) ?? 0) + 1);
      if (event?.type === 'ended' && event.outcome === 'stopped') stopped.set(event.id, made.get(event.id)!);
    });
    await study;
    return stopped;
  }

  it('stops code that never awaits at the report that decides it', async () => {
    const stopped = await stopsIn(memoryLog());
    expect(new Set(stopped.values())).toEqual(new Set([4]));
  });

  if (isDeep)
    it('does so with a journal', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
      const log = await openJournal(join(directory, 'study.jsonl'));
      const stopped = await stopsIn(log);
      await log.close();
      expect(new Set(stopped.values())).toEqual(new Set([4]));
    });
});
