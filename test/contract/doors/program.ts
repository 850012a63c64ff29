import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { float, space } from '../../../streams/index.ts';
import type { Said } from './door.ts';
import {
  ask,
  codeOf,
  failed,
  finish,
  firstRow,
  paused,
  QUIET,
  refused,
  reported,
  type Scene,
  statuses,
  texted,
  told,
  waits,
} from './words.ts';

/** The steps of every door, in order, from opening to a restart. */
export const ofAll: readonly Scene[] = [
  {
    play: async ({ place, step }) => {
      await step('1 another space', () => refused(place.open({ space: space({ z: float(0, 1) }) as never })), 'other-study');
      await step('1 another objective', () => refused(place.open({ objectives: { loss: 'minimize' } })), 'other-study');
    },
  },
  {
    study: { parallel: 2 },
    play: async ({ way, step }) => {
      const first = await ask(way, { run: 'r1' });
      const { trial, attempt, by, params } = first;
      await step('2 ask', () => ({ trial, attempt, by, params }), { trial: 1, attempt: 1, by: 'random', params: expect.any(Object) });
      await step('2 its row', () => firstRow(way, 'trial', 'params', 'status'), { trial: 1, params, status: 'open' });
      await step('3 the same ask', async () => (await ask(way, { run: 'r1' })).trial, 1);
      await step('4 a report without a step', () => way.record(reported(1, 3)), { stop: false });
      await step('4 its step', () => firstRow(way, 'step'), { step: 1 });
      await step('4 another one, with a metric', () => way.record(reported(1, 2, { metrics: { usd: 0.5 } })), { stop: false });
      await step('5 the same step', () => refused(way.record(reported(1, 2, { step: 2 }))), 'duplicate-step');
      await step('6 no number', () => texted(way.record(told(1, Number.NaN))), ['bad-field', expect.stringContaining('not NaN')]);
      const infinite = { type: 'enqueue', params: { x: Number.POSITIVE_INFINITY } } as const;
      await step('6 one in a command', () => texted(way.submit(infinite)), ['bad-field', expect.stringContaining('not Infinity')]);
      await step('6 a text', () => refused(way.record(told(1, 'much' as never))), 'bad-field');
      await step('7 a wrong name', () => refused(way.record(told(1, { los: 1 }))), 'missing-field');
      await step('8 a result', () => way.record(told(1, 1), 'q1').then(() => undefined), undefined);
      await step('8 the best', async () => (await way.read.best())!.values, { value: 1 });
      await step('9 the same result', () => refused(way.record(told(1, 1), 'q1')), 'accepted');
      await step('9 another result', () => refused(way.record(told(1, 2), 'q2')), 'ended');
      await step('9 its failure', () => refused(way.record(failed(1, 'late'))), 'ended');
      await step('10 a trial that is not there', () => Promise.all([told(9, 1), reported(9, 1)].map((fact) => refused(way.record(fact)))), [
        'unknown-trial',
        'unknown-trial',
      ]);
      await step('9 its cancellation', () => refused(way.submit({ type: 'cancel', trial: 1 })), 'ended');
      await step('9 its row', () => firstRow(way, 'status', 'values', 'metrics'), {
        status: 'completed',
        values: { value: 1 },
        metrics: { usd: 0.5 },
      });
      for (const type of ['cancel', 'retract', 'annotate'] as const)
        await step(
          `10 ${type}`,
          () => refused(way.submit({ type, trial: 9, ...(type === 'annotate' && { note: '' }) } as never)),
          'unknown-trial',
        );
      await step('10 why', () => refused(way.read.why(9)), 'unknown-trial');
      await step('10 importance', () => refused(way.read.importance('size')), 'bad-field');
    },
  },
  {
    study: { parallel: 1 },
    play: async ({ way, step }) => {
      const { trial } = await ask(way);
      const leaving = new AbortController();
      const left = refused(way.ask({ signal: leaving.signal }));
      await step('11 an ask beside the only trial', () => waits(left), 'waits');
      leaving.abort('left');
      await step('11 its signal', () => left, 'left');
      await step('11 an aborted signal', () => refused(way.ask({ signal: AbortSignal.abort('left') })), 'left');
      await sleep(QUIET); // until the place has noticed
      await way.record(told(trial, 1));
      await step('11 the next ask', async () => (await ask(way)).trial, 2);
    },
  },
  {
    study: { parallel: 1 },
    play: async ({ way, step }) => {
      const fixed = { kind: 'b', x: 4 };
      await step('12 fixed values', async () => (await ask(way, { fixed, run: 'f' })).params, fixed);
      await step('13 the same ask', async () => (await ask(way, { fixed, run: 'f' })).trial, 1);
      await step('14 fixed values outside the space', () => refused(way.ask({ fixed: { x: 99 }, run: 'g' })), 'bad-field');
    },
  },
  {
    study: { parallel: 1 },
    play: async ({ place, way, step }) => {
      const other = await place.open();
      const { trial } = await ask(other);
      const pulls = other.ask().then(() => 'the other trainer', codeOf);
      await sleep(QUIET);
      const asked = way.ask({ fixed: { kind: 'b' } }).then((claimed) => claimed?.params.kind, codeOf);
      await sleep(QUIET);
      await other.record(told(trial, 1));
      await step('15 fixed values beside a trainer', () => Promise.race([asked, pulls]), 'b');
    },
  },
  {
    study: { parallel: 9 },
    play: async ({ way, step }) => {
      await way.submit(paused(true));
      const params = { x: 1, kind: 'b' };
      const enqueued = way.submit({ type: 'enqueue', params });
      params.x = 2;
      await enqueued;
      await way.submit({ type: 'enqueue', params: { x: 3 }, rest: 'strategy' });
      await way.submit(paused(false));
      const tried: { readonly x?: unknown }[] = [];
      for (let n = 0; n < 4; n++) tried.push((await ask(way)).params); // two may have been suggested ahead
      const xs = async () => [1, 2, 3].filter((x) => tried.some((params) => params.x === x));
      await step('16 enqueued configurations', xs, [1, 3]);
      await step('17 one outside the space', () => refused(way.submit({ type: 'enqueue', params: { x: 99 } })), 'bad-field');
      const next = await ask(way);
      const written = async () => {
        (next.params as { x: number }).x = 9;
      };
      await step('18 written to params', () => refused(written()), expect.any(TypeError));
      await way.record(told(next.trial, -1));
      const isAs = async ({ trial }: typeof next) => (await way.read.trials()).find((row) => row.trial === trial)!.params.x !== 9;
      await step('18 its row', () => isAs(next), true);
    },
  },
  {
    play: async ({ way, step }) => {
      await way.submit(paused(true));
      const asked = ask(way);
      await step('19 an ask while paused', () => waits(asked.then(() => 'a trial')), 'waits');
      await way.submit(paused(false));
      await step('20 resumed', async () => (await asked).trial, 1);
    },
  },
  {
    play: async ({ way, step }) => {
      const { trial } = await ask(way);
      await step('21 before', () => way.record(reported(trial, 1)), { stop: false });
      await way.submit({ type: 'cancel', trial });
      await step('21 cancelled', () => way.record(reported(trial, 2)), { stop: true });
      await way.record(told(trial, 0));
      await step('22 told', () => firstRow(way, 'status', 'values', 'message'), {
        status: 'stopped',
        values: { value: 2 },
        message: 'because it was cancelled',
      });
    },
  },
  {
    study: { trials: 4, strategy: { chain: [{ percentileStop: { peers: 2 } }, 'random'] } },
    play: async ({ way, step }) => {
      for (const value of [1, 2, 3, 4]) {
        const { trial } = await ask(way);
        await step(`21 a report of ${value}`, () => way.record(reported(trial, value)), { stop: value > 2 });
        await way.record(value === 4 ? { type: 'stopped', trial } : told(trial, 0));
      }
      const ends = async () => (await way.read.trials()).map(({ status, values }) => [status, values!.value]);
      const why = 'by percentileStop: its best up to step 1, 4, is not among the best 50 % of 3';
      await step('22 why', async () => (await way.read.trials()).at(-1)!.message, why);
      await step('22 results', ends, [
        ['completed', 0],
        ['completed', 0],
        ['stopped', 3],
        ['stopped', 4],
      ]);
    },
  },
  {
    study: { trials: 1 },
    play: async ({ way, step }) => {
      const misspelt = async () => {
        const [code, text] = (await texted(way.submit({ type: 'change', paralel: 2 } as never))) as [string, string];
        return /did you mean parallel/.exec(text)?.[0] ?? code;
      };
      await step('23 a misspelt setting', misspelt, 'did you mean parallel');
      await step('24 nothing to change', () => refused(way.submit({ type: 'change' })), 'nothing-to-change');
      await step('24 an unknown strategy', () => refused(way.submit({ type: 'change', strategy: 'unknown' })), 'invalid-option');
      await finish(way);
      await step('25 the limit', () => way.ask(), undefined);
      await way.submit({ type: 'annotate', trial: 1, note: 'odd', starred: true });
      await way.submit({ type: 'retract', trial: 1 });
      const noted = { note: 'odd', starred: true, status: 'retracted' };
      await step('26 withdrawn', () => firstRow(way, 'note', 'starred', 'status'), noted);
      await step('26 the best', () => way.read.best(), undefined);
      await way.submit({ type: 'change', more: 2, parallel: 2 });
      await finish(way);
      await step('27 reopened', () => statuses(way), ['retracted', 'completed', 'completed']);
    },
  },
  {
    study: { strategy: { chain: [{ external: { proposer: 'agent' } }, 'random'] } },
    play: async ({ way, step }) => {
      const proposed = { type: 'propose', proposer: 'agent', params: { x: 0.5, kind: 'b' } } as const;
      await way.submit({ ...proposed, note: 'a guess' });
      await step('28 proposed', async () => (await ask(way)).params, { x: 0.5, kind: 'b' });
      await step('28 an unknown proposer', () => refused(way.submit({ ...proposed, proposer: 'none' })), 'unknown-proposer');
    },
  },
  {
    study: { trials: 20 },
    play: async ({ way, step }) => {
      await step('29 importance of nothing', () => way.read.importance(), undefined);
      await finish(way);
      await step('29 why', () => way.read.why(1), ['by', 'milliseconds', 'phases', 'recomputed', 'results', 'text', 'trial']);
      await step('29 importance', () => way.read.importance(), expect.objectContaining({ results: 20 }));
    },
  },
  {
    play: async ({ way, step }) => {
      for (const trial of [1, 2, 3]) await way.record(failed((await ask(way)).trial, `no module at 0x${trial}`));
      await step('30 three failures', () => firstRow(way, 'reason', 'message'), { reason: 'error', message: 'no module at 0x1' });
      await step('30 the next ask', () => refused(way.ask()), 'no-result');
    },
  },
  {
    study: { parallel: 1, lease: 2 },
    play: async ({ place, way, step }) => {
      const { trial } = await ask(way);
      if (!way.kill) return;
      await way.kill();
      const other = await place.open();
      const again = await ask(other);
      await step('32 a killed trainer', () => [again.trial, again.attempt], [trial, 2]);
      await step('32 its row', () => firstRow(other, 'reason'), { reason: 'lost' });
    },
  },
  {
    study: { parallel: 1, lease: 2 },
    play: async ({ place, way, step }) => {
      const { trial } = await ask(way);
      await way.close();
      const other = await place.open();
      const again = await ask(other);
      await step('33 a closed way', () => [again.trial, again.attempt], [trial, 2]);
      await step('33 its row', () => firstRow(other, 'reason'), { reason: 'preempted' });
    },
  },
  {
    study: { trials: 3, objectives: { loss: 'minimize', gain: 'maximize' } },
    play: async ({ way, study, step }) => {
      const noSingle = { name: 'RangeError', message: expect.stringContaining('with several, choose from front()') };
      await step('8 no recommendation yet *', async () => study.recommend(), expect.objectContaining(noSingle));
      for (const values of [
        { loss: 1, gain: 1 },
        { loss: 2, gain: 2 },
        { loss: 3, gain: 0 },
      ]) {
        const { trial } = await ask(way);
        await step(`8 a number for two objectives, ${trial}`, () => refused(way.record(told(trial, 1))), 'bad-field');
        await way.record(told(trial, values));
      }
      await step('8 the best of two objectives', async () => (await way.read.best())!.trial, 1);
      await step('8 the front *', () => study.front().map(({ trial }) => trial), [1, 2]);
      await step('8 no recommendation *', async () => study.recommend(), expect.objectContaining(noSingle));
    },
  },
  {
    study: { trials: 2, examples: ['a', 'b', 'c'] },
    play: async ({ way, step }) => {
      const first = await ask(way);
      const [done, ...missing] = first.examples!;
      const shown = (trial: number, place: number, values: Said['values']) =>
        way.record(reported(trial, values, { results: [[place, values]] }));
      await step('4 an example that is not there', () => refused(shown(first.trial, 3, 1)), 'bad-field');
      await step('4 an example', () => shown(first.trial, done!, 1), { stop: false });
      await way.record(failed(first.trial, '', 'preempted'));
      const second = await ask(way);
      await step('4 the examples that are missing', () => [second.trial, second.attempt, second.examples], [first.trial, 2, missing]);
      for (const place of missing) await shown(second.trial, place, 4);
      await way.record(told(second.trial, undefined));
      await step('8 the mean of examples', () => firstRow(way, 'status', 'values', 'step'), {
        status: 'completed',
        values: { value: 2.5 },
        step: 2,
      });
    },
  },
  {
    study: { trials: 6 },
    play: async ({ place, way, step }) => {
      for (const value of [3, 1, 2]) await way.record(told((await ask(way)).trial, value));
      await place.restart();
      const other = await place.open();
      await finish(other);
      const rows = async () => (await other.read.trials()).map(({ trial, params, status }) => [trial, params, status]);
      await step('36 started again', rows, Array(6).fill([expect.any(Number), expect.any(Object), 'completed']));
    },
  },
];
