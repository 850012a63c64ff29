import { lastValueFrom, map, take, tap, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { choice, float, type Infer, type Study, space } from '../../../streams/index.ts';
import { eventually } from '../../support/eventually.ts';

export const contractSpace = space({ x: float(-5, 5), kind: choice(['a', 'b']) });
type Params = Infer<typeof contractSpace>;

/** A study as each place can make it. */
export interface ContractStudy {
  /** As in a study file. Default: random. */
  readonly strategy?: unknown;
  readonly objectives?: Readonly<Record<string, 'minimize' | 'maximize'>>;
  readonly trials?: number;
  readonly parallel?: number;
  readonly examples?: number | readonly string[];
}

/** How places differ. */
export interface Traits {
  /** Whether trials are suggested before anyone asks, so that trainers elsewhere find one ready. */
  readonly isAhead?: boolean;
}

/** A study in a place. */
export interface Placed {
  readonly study: Study<Params>;
  /** Opens it once more, with a handle of its own where there can be several. */
  again(): Promise<Study<Params>>;
  /** Ends what runs the study. */
  dispose(): Promise<void>;
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => ({ value }),
    (error) => (error as { readonly code?: string }).code ?? error,
  );

const positions = (study: Study<Params>, count: number) =>
  lastValueFrom(
    study.entries$.pipe(
      map(({ position }) => position),
      take(count),
      toArray(),
    ),
  );

/** What holds for the handle of a study, wherever the study runs. @param place makes a study in a place */
export function handleContract(name: string, place: (study: ContractStudy) => Promise<Placed>, { isAhead = false }: Traits = {}): void {
  const open = async (study: ContractStudy = {}): Promise<Placed> => {
    const placed = await place(study);
    onTestFinished(() => placed.dispose());
    return placed;
  };
  /** Evaluates trials until there are no more. */
  const finish = async (study: Study<Params>) => {
    for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, next.params.x ** 2);
  };
  const statuses = (study: Study<Params>) => study.trials().map(({ status }) => status);
  const rowOf = (study: Study<Params>, wanted: number) => study.trials().find(({ trial }) => trial === wanted);
  /** Pauses a study, and takes what was suggested before. */
  const pauseEmpty = async (study: Study<Params>) => {
    await study.pause();
    while (statuses(study).includes('open')) await study.tell((await study.ask())!.trial, 9);
  };

  describe(`the handle of a study ${name}`, () => {
    it('evaluates trials, and what it shows is up to date after each call', async () => {
      const { study } = await open({ trials: 3 });
      await study.ready();
      expect([study.best(), study.front(), study.recommend()]).toEqual([undefined, [], undefined]);
      if (!isAhead) expect(study.trials()).toEqual([]);
      for (const value of [3, 1, 2]) {
        const { trial, params, run } = (await study.ask())!;
        expect(run).toEqual(expect.any(String));
        expect(rowOf(study, trial)).toMatchObject({ trial, params, status: 'open' });
        await study.tell(trial, value);
        expect(rowOf(study, trial)).toMatchObject({ trial, params, status: 'completed', values: { value } });
      }
      expect(study.best()).toMatchObject({ trial: 2, values: { value: 1 } });
      expect(study.front().map(({ trial }) => trial)).toEqual([2]);
      expect(study.recommend()!.row.status).toBe('completed');
      expect(await study.ask()).toBeUndefined();
      expect(await study.result()).toMatchObject({
        reason: 'trials',
        completed: 3,
        stopped: 0,
        failed: 0,
        best: { trial: 2 },
        failures: [],
      });
    });

    it('keeps several objectives by their names', async () => {
      const { study } = await open({ objectives: { loss: 'minimize', gain: 'maximize' }, trials: 3 });
      for (const values of [
        { loss: 1, gain: 1 },
        { loss: 2, gain: 2 },
        { loss: 3, gain: 0 },
      ]) {
        const { trial } = (await study.ask())!;
        expect(await codeOf(study.tell(trial, 1))).toBe('bad-field');
        await study.tell(trial, { values });
      }
      expect(study.front().map(({ values }) => values)).toEqual([
        { loss: 1, gain: 1 },
        { loss: 2, gain: 2 },
      ]);
      expect(() => study.recommend()).toThrow(RangeError);
    });

    it('answers reports with whether the trial should stop', async () => {
      const { study } = await open({ trials: 4, strategy: { chain: [{ percentileStop: { peers: 2 } }, 'random'] } });
      const stops: boolean[] = [];
      for (const value of [1, 2, 3, 4]) {
        const { trial } = (await study.ask())!;
        stops.push((await study.report(trial, value, 1)).stop);
        await (trial === 4 ? study.stopped(trial) : study.tell(trial, 0));
      }
      expect(stops).toEqual([false, false, true, true]);
      expect(study.trials().map(({ status, values }) => [status, values])).toEqual([
        ['completed', { value: 0 }],
        ['completed', { value: 0 }],
        ['stopped', { value: 3 }],
        ['stopped', { value: 4 }],
      ]);
    });

    it('counts steps on, and keeps metrics', async () => {
      const { study } = await open();
      const { trial } = (await study.ask())!;
      await study.report(trial, 2);
      await study.report(trial, 1, undefined, { accuracy: 0.5 });
      expect(study.trials()[0]).toMatchObject({ step: 2, status: 'open' });
      expect(await codeOf(study.report(trial, 1, 2))).toBe('duplicate-step');
    });

    it('races trials on examples, whose results come one by one', async () => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const { study } = await open({ trials: 8, examples: names });
      const scores = ({ x }: Params) => names.map((_, place) => x ** 2 + place / 10);
      for (let next = await study.ask(); next; next = await study.ask()) {
        for (const place of next.examples!) {
          const { stop } = await study.reportExample(next.trial, names[place]!, {
            values: { value: scores(next.params)[place]! },
            metrics: { usd: 0.5 },
          });
          if (stop) break;
        }
        await study.tell(next.trial);
      }
      expect(new Set(statuses(study))).toEqual(new Set(['completed', 'stopped']));
      const { params, values, step } = study.best()!;
      expect(step).toBe(names.length);
      expect(values.value).toBeCloseTo(scores(params).reduce((sum, score) => sum + score) / names.length, 9);
      const firsts = study.trials().filter(({ resumes }) => resumes === undefined);
      expect(firsts).toHaveLength(8);
      expect(firsts[0]).toMatchObject({ step: 2, metrics: { usd: 1 } });
    });

    it('asks another attempt for the examples that are missing only', async () => {
      const { study } = await open({ trials: 3, examples: 6 });
      const first = (await study.ask())!;
      const [done, ...missing] = first.examples!;
      await study.reportExample(first.trial, done!, 1);
      await study.fail(first.trial, 'preempted');
      const second = (await study.ask())!;
      expect(second).toMatchObject({ trial: first.trial, attempt: 2, examples: missing });
      for (const place of missing) await study.reportExample(second.trial, place, 4);
      await study.tell(second.trial);
      expect(rowOf(study, first.trial)).toMatchObject({ status: 'completed', values: { value: 2.5 }, step: 2 });
    });

    it('refuses results of examples that the study does not have', async () => {
      const { study } = await open({ examples: ['a', 'b'] });
      const { trial } = (await study.ask())!;
      for (const wrong of ['c', 2, -1, 0.5]) expect(await codeOf(study.reportExample(trial, wrong, 1))).toBe('bad-field');
      expect(await codeOf(study.reportExample(trial, 'a', {} as { value: number }))).toBe('missing-field');
      expect(await codeOf(study.tell(trial))).toBe('bad-field');
      const { study: other } = await open();
      expect(await codeOf(other.reportExample((await other.ask())!.trial, 0, 1))).toBe('bad-field');
    });

    it('says that trials have no result', async () => {
      const { study } = await open({ trials: 2 });
      await study.fail((await study.ask())!.trial, 'error', 'out of memory', 'at line 1');
      expect(study.trials()[0]).toMatchObject({ status: 'failed', reason: 'error', message: 'out of memory', trace: 'at line 1' });
      await study.tell((await study.ask())!.trial, 1);
      expect(await study.result()).toMatchObject({ completed: 1, failed: 1, failures: [{ trial: 1, message: 'out of memory' }] });
    });

    it('cancels a trial by the answer to its next report', async () => {
      const { study } = await open();
      const { trial } = (await study.ask())!;
      expect(await study.report(trial, 1)).toEqual({ stop: false });
      await study.cancel(trial);
      expect(await study.report(trial, 1)).toEqual({ stop: true });
      await study.tell(trial, 0);
      expect(study.trials()[0]).toMatchObject({ status: 'stopped', values: { value: 1 } });
    });

    it('tries enqueued and fixed configurations', async () => {
      const { study } = await open({ parallel: 9 });
      await pauseEmpty(study);
      await study.enqueue({ x: 1, kind: 'b' });
      await study.enqueue({ x: 2 }, { rest: 'strategy' });
      await study.resume();
      for (let n = 0; n < 2; n++) await study.ask(); // where trials are suggested ahead, these may be later ones
      const configurations = study.trials().map(({ params }) => params);
      expect(configurations).toContainEqual({ x: 1, kind: 'b' });
      expect(configurations).toContainEqual({ x: 2, kind: expect.any(String) });
      expect((await study.ask({ fixed: { kind: 'a' } }))!.params.kind).toBe('a');
    });

    it('proposes configurations to the stage external', async () => {
      const { study } = await open({ strategy: { chain: [{ external: { proposer: 'agent' } }, 'random'] } });
      await study.propose('agent', { x: 0.5, kind: 'b' }, { note: 'a guess' });
      expect((await study.ask())!.params).toEqual({ x: 0.5, kind: 'b' });
      expect(await codeOf(study.propose('none', { x: 1 }))).toBe('unknown-proposer');
    });

    it('pauses and resumes, and an ask waits meanwhile', async () => {
      const { study } = await open();
      await pauseEmpty(study);
      const asked = study.ask();
      const early = await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))]);
      expect(early).toBe('waits');
      await study.resume();
      expect((await asked)!.trial).toEqual(expect.any(Number));
    });

    it('gives the trial to the next ask if one that waits is abandoned', async () => {
      const { study } = await open({ parallel: 1 });
      const { trial } = (await study.ask())!;
      const leaving = new AbortController();
      const left = codeOf(study.ask({ signal: leaving.signal }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      leaving.abort('no time');
      expect(await left).toBe('no time');
      expect(await codeOf(study.ask({ signal: AbortSignal.abort('no time') }))).toBe('no time');
      await new Promise((resolve) => setTimeout(resolve, 50)); // until the place has noticed
      await study.tell(trial, 1);
      expect((await study.ask())!.trial).toBe(2);
    });

    it('changes limits, and opens a study again that has ended', async () => {
      const { study } = await open({ trials: 1 });
      await finish(study);
      expect(await study.result()).toMatchObject({ completed: 1 });
      await study.change({ more: 2, parallel: 2 });
      await finish(study);
      expect(await study.result()).toMatchObject({ completed: 3, reason: 'trials' });
      expect(await codeOf(study.change({}))).toBe('nothing-to-change');
      expect(await codeOf(study.change({ strategy: 'unknown' }))).toBe('invalid-option');
    });

    it('withdraws results, and keeps notes', async () => {
      const { study } = await open({ trials: 1 });
      await finish(study);
      await study.annotate({ trial: 1, note: 'odd', starred: true });
      expect(study.trials()[0]).toMatchObject({ note: 'odd', starred: true });
      await study.retract(1);
      expect(study.best()).toBeUndefined();
      expect(statuses(study)).toEqual(['retracted']);
    });

    it('says by codes why facts and commands do not count', async () => {
      const { study } = await open({ parallel: 2 });
      const { trial } = (await study.ask())!;
      expect(await codeOf(study.tell(9, 1))).toBe('unknown-trial');
      expect(await codeOf(study.report(9, 1))).toBe('unknown-trial');
      expect(await codeOf(study.tell(trial, Number.NaN))).toBe('bad-field');
      expect(await codeOf(study.tell(trial, 'much' as unknown as number))).toBe('bad-field');
      await study.tell(trial, 1);
      expect(await codeOf(study.tell(trial, 1))).toBe('ended');
      expect(await codeOf(study.fail(trial))).toBe('ended');
      expect(await codeOf(study.cancel(trial))).toBe('ended');
      expect(await codeOf(study.cancel(9))).toBe('unknown-trial');
      expect(await codeOf(study.retract(9))).toBe('unknown-trial');
      expect(await codeOf(study.annotate({ trial: 9, note: 'none' }))).toBe('unknown-trial');
      expect(await codeOf(study.enqueue({ x: 99 }))).toBe('bad-field');
      expect(await codeOf(study.ask({ fixed: { x: 99 } }))).toBe('bad-field');
      expect(await codeOf(study.why(9))).toBe('unknown-trial');
      expect(await codeOf(study.importance('size'))).toBe('bad-field');
      expect(statuses(study).filter((status) => status !== 'open')).toEqual(['completed']);
    });

    it('gives every subscriber all entries, from the first one on', async () => {
      const { study, again } = await open({ trials: 2 });
      const early = positions(study, 7);
      await finish(study);
      const late = positions(study, 7);
      const other = await again();
      expect(await early).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await late).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const live = positions(other, 10);
      await study.change({ more: 1 });
      await study.ask();
      expect(await live).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      await eventually(() => expect(other.trials()).toEqual(study.trials()));
    });

    it('iterates over trials as they end, past ones first, to the end of the study', async () => {
      const { study } = await open({ trials: 3, parallel: 3 });
      const [a, b, c] = [(await study.ask())!, (await study.ask())!, (await study.ask())!];
      await study.tell(b.trial, 1);
      const seen: number[] = [];
      for await (const { trial } of study) {
        seen.push(trial);
        if (seen.length === 1) await study.tell(c.trial, 1);
        if (seen.length === 2) await study.fail(a.trial, 'infeasible', 'none');
      }
      expect(seen).toEqual([2, 3, 1]);
    });

    it('waits for the end no longer than a signal says', async () => {
      const { study } = await open({ trials: 1 });
      const leaving = new AbortController();
      const left = codeOf(study.result({ signal: leaving.signal }));
      leaving.abort('no time');
      expect(await left).toBe('no time');
      await finish(study);
      expect(await study.result({ signal: AbortSignal.timeout(60_000) })).toMatchObject({ completed: 1 });
    });

    it('explains trials, and how much each parameter matters', async () => {
      const { study } = await open({ trials: 20 });
      expect(await study.importance()).toBeUndefined();
      await finish(study);
      expect(await study.why(1)).toMatchObject({ trial: 1, by: 'random', recomputed: 'equal' });
      const found = (await study.importance('value'))!;
      expect([found.results, Object.keys(found.fanova)]).toEqual([20, ['x', 'kind']]);
    });

    it('does nothing more once it is closed', async () => {
      const { study } = await open({ parallel: 1 });
      const { trial } = (await study.ask())!;
      const waiting = codeOf(study.ask());
      const seen: number[] = [];
      const entries = lastValueFrom(study.entries$.pipe(tap(({ position }) => seen.push(position))));
      await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(3));
      await study.close();
      expect(await waiting).toBe('closed');
      expect(await codeOf(study.tell(trial, 1))).toBe('closed');
      expect(await codeOf(study.pause())).toBe('closed');
      expect((await entries).position).toBe(seen.at(-1));
      expect(await study.result()).toMatchObject({ reason: 'aborted', completed: 0 });
      await study.close();
    });
  });
}
