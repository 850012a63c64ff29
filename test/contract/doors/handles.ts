import { lastValueFrom, map, take, toArray } from 'rxjs';
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Handle } from './door.ts';
import { ask, finish, firstRow, LOST, paused, refused, type Scene, told, upTo } from './words.ts';

/** What has words in handles only. */
export const ofHandles: readonly Scene[] = [
  {
    study: { parallel: 1 },
    play: async ({ way, study, step }) => {
      const { trial } = await ask(way);
      const waiting = refused(way.ask());
      let last = 0;
      const entries = lastValueFrom(study.entries$.pipe(map(({ position }) => (last = position))));
      await eventually(() => expect(last).toBeGreaterThanOrEqual(3));
      await study.close();
      await step('34 entries at the end *', async () => (await entries) === last, true);
      await step('35 an ask that waits *', () => waiting, 'handle-closed');
      await step('35 an ask *', () => refused(way.ask()), 'handle-closed');
      await step('35 a fact *', () => refused(way.record(told(trial, 1))), 'handle-closed');
      await step('35 a command *', () => refused(way.submit(paused(true))), 'handle-closed');
      await step('35 the result *', () => study.result(), expect.objectContaining({ reason: 'aborted', completed: 0 }));
      await step('35 closed again *', () => study.close(), undefined);
    },
  },
  {
    study: { trials: 2, examples: ['a', 'b', 'c'] },
    play: async ({ way, study, step }) => {
      const { trial } = await ask(way);
      const shown = { values: { value: 2 }, metrics: { usd: 0.5 } };
      await step('4 an example by its name *', () => study.reportExample(trial, 'b', shown), { stop: false });
      await study.reportExample(trial, 0, shown);
      await step('4 sums of metrics *', () => firstRow(way, 'metrics', 'step'), { metrics: { usd: 1 }, step: 2 });
      const wrong = ['z', 3, -1, 0.5].map((place) => refused(study.reportExample(trial, place, 1)));
      await step('4 wrong examples *', () => Promise.all(wrong), Array(4).fill('bad-field'));
      await step('7 an example without a value *', () => refused(study.reportExample(trial, 'a', {} as never)), 'missing-field');
    },
  },
  {
    study: { trials: 2 },
    play: async ({ way, study, step }) => {
      await step('2 nothing so far *', () => [study.best(), study.front(), study.recommend()], [undefined, [], undefined]);
      const { trial } = await ask(way);
      await step('4 an example of a study without *', () => refused(study.reportExample(trial, 0, 1)), 'bad-field');
      await study.fail(trial, 'error', 'out of memory', 'at line 1');
      const failure = { reason: 'error', message: 'out of memory', trace: 'at line 1' };
      await step('25 a failure *', () => firstRow(way, 'reason', 'message', 'trace'), failure);
      await way.record(told((await ask(way)).trial, 1));
      const { completed, failed, failures } = await study.result();
      await step('25 its result *', () => [completed, failed, failures], [1, 1, [{ trial: 1, ...failure }]]);
    },
  },
  {
    study: { trials: 3, parallel: 3 },
    play: async ({ place, way, study, step }) => {
      const positions = ({ entries$ }: Handle) =>
        lastValueFrom(
          entries$.pipe(
            map(({ position }) => position),
            take(10),
            toArray(),
          ),
        );
      const [early, elsewhere] = [positions(study), positions((await place.open()).study!)];
      const leaving = new AbortController();
      const left = refused(study.result({ signal: leaving.signal }));
      leaving.abort('left');
      await step('25 a result that is waited for no longer *', () => left, 'left');
      for (let n = 0; n < 3; n++) await ask(way);
      await way.record(told(2, 2));
      const ended: number[] = [];
      for await (const { trial } of study) {
        ended.push(trial);
        if (ended.length < 3) await way.record(told(ended.length === 1 ? 3 : 1, 1));
      }
      await step('34 trials as they end *', () => ended, [2, 3, 1]);
      await step('34 entries of an early subscriber *', () => early, upTo(10));
      await step('34 of another way *', () => elsewhere, upTo(10));
      await step('34 of a late one *', () => positions(study), upTo(10));
      const { reason, completed, best } = await study.result({ signal: AbortSignal.timeout(LOST) });
      await step('25 the result *', () => [reason, completed, best!.trial], ['trials', 3, 3]);
      await step('25 the recommendation *', () => study.recommend()!.row.status, 'completed');
      await way.submit({ type: 'change', more: 1 });
      await finish(way);
      await step('27 the result of more *', async () => (await study.result()).completed, 4);
    },
  },
];
