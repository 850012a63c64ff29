import { expectTypeOf, test } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { compare, runFleet, simulate } from '../../src/testing/index.ts';
import * as h from '../../streams/index.ts';
import { openJournal, readJournal } from '../../streams/journal.ts';

/** Each option that may be left out, as `undefined`. */
type Blank<T> = { readonly [K in keyof T as Record<never, never> extends Pick<T, K> ? K : never]-?: undefined };
const blank = <F extends (...args: never) => unknown>(_: F) => ({}) as Blank<NonNullable<LastOf<Parameters<F>>>>;
type LastOf<T extends readonly unknown[]> = Required<T> extends readonly [...unknown[], infer L] ? L : never;

const line = h.space({ x: h.float(0, 1) });

test('optional options accept undefined, and no others', () => {
  expectTypeOf(blank(h.tpe)).toEqualTypeOf<{
    readonly startup: undefined;
    readonly random: undefined;
  }>();
  expectTypeOf(blank(h.patience)).toEqualTypeOf<{ readonly warmup: undefined; readonly delta: undefined }>();
});

test('an option that may be left out may be undefined', () => {
  h.ga(blank(h.ga));
  h.nsga2(blank(h.nsga2));
  h.nsga3(blank(h.nsga3));
  h.cmaes(blank(h.cmaes));
  h.sgd(blank(h.sgd));
  h.lbfgs(blank(h.lbfgs));
  h.bo(blank(h.bo));
  h.tpe(blank(h.tpe));
  h.forest(blank(h.forest));
  h.grid(blank(h.grid));
  h.asha({ ...blank(h.asha), min: 1, max: 9 });
  h.hyperband({ ...blank(h.hyperband), min: 1, max: 9 });
  h.pbt({ ...blank(h.pbt), max: 9 });
  h.percentileStop(blank(h.percentileStop));
  h.patience({ ...blank(h.patience), steps: 3 });
  h.bandit({ a: h.random() }, blank(h.bandit));
  h.plateau(1, blank(h.plateau));
  h.pareto(blank(h.pareto));
  h.float(0, 1, blank(h.float));
  h.int(0, 1, blank(h.int));
  h.choice(['a'], blank(h.choice));
  h.ordinal(['a'], blank(h.ordinal));
  h.boolean(blank(h.boolean));
  h.space({ x: h.float(0, 1) }, { constraints: undefined });
  void h.optimize(line, ({ x }) => x, blank(h.optimize<{ x: number }>));
  h.createStudy(line, blank(h.createStudy<{ x: number }>));
  h.suggest(line, blank(h.suggest<{ x: number }>));
  h.evaluate(({ x }: { x: number }) => x, blank(h.evaluate));
  void openJournal('a', blank(openJournal));
  void readJournal('a', blank(readJournal));
  const workload = { steps: 1, optimum: undefined, curve: () => ({ value: () => 1, seconds: undefined }) };
  void simulate(line, workload, blank(simulate));
  void compare(line, {}, workload, blank(compare));
  runFleet({} as never, 1, { curve: () => 1, ...blank(runFleet) });
});

test('inspect gets the events of XState', () => {
  const inspect = (event: InspectionEvent) => event.type === '@xstate.snapshot' && event.snapshot.status;
  void h.optimize(line, ({ x }) => x, { inspect });
  void h.optimize(line, ({ x }) => x, { inspect: (event) => event.type === '@xstate.event' && event.event.type });
  // @ts-expect-error there is no such inspection event
  void h.optimize(line, ({ x }) => x, { inspect: (event) => event.type === '@xstate.nothing' });
});

test('the values of an objective follow the objectives', () => {
  const objectives = { loss: 'minimize', size: 'minimize' } as const;
  void h.optimize(line, ({ x }) => ({ values: { loss: x, size: 1 } }), { objectives });
  const reporting = { objectives, trials: 1 };
  void h.optimize(
    line,
    ({ x }, { report }) => {
      report({ loss: x, size: 1 });
      return { values: { loss: x, size: 1 } };
    },
    reporting,
  );
  void h.optimize(line, ({ x }) => x, { objectives: { loss: 'minimize' } });
  void h.optimize(line, ({ x }) => ({ values: { loss: x } }), { objectives: { loss: 'minimize' } });
  void h.optimize(line, ({ x }) => ({ values: { value: x } }));
  // @ts-expect-error another name than that of a study without objectives
  void h.optimize(line, ({ x }) => ({ values: { whatever: x } }));
  const options: h.OptimizeOptions = {};
  void h.optimize(line, ({ x }) => ({ values: { whatever: x } }), options); // the type does not declare the objectives
  // @ts-expect-error a number for two objectives
  void h.optimize(line, ({ x }) => x, { objectives });
  // @ts-expect-error size is missing
  void h.optimize(line, ({ x }) => ({ values: { loss: x } }), { objectives });
  void h.optimize(
    line,
    ({ x }, { report }) => {
      // @ts-expect-error a report of one of two objectives
      report(x);
      return { values: { loss: x, size: 1 } };
    },
    reporting,
  );
  // @ts-expect-error another name
  void h.optimize(line, ({ x }) => ({ values: { los: x } }), { objectives: { loss: 'minimize' } });
});

test('the values of results follow the objectives', () => {
  const one = h.optimize(line, ({ x }) => x, { trials: 1 });
  expectTypeOf(one.result()).resolves.toEqualTypeOf<h.StudyResult<{ readonly x: number }, 'value'>>();
  expectTypeOf<h.StudyResult<object, 'value'>['best']>().toEqualTypeOf<h.CompletedRow<object, 'value'> | undefined>();
  expectTypeOf<h.CompletedRow<object, 'loss' | 'size'>['values']>().toEqualTypeOf<Readonly<Record<'loss' | 'size', number>>>();
  const two = h.optimize(line, ({ x }) => ({ values: { loss: x, size: 1 } }), { objectives: { loss: 'minimize', size: 'minimize' } });
  expectTypeOf(two.result()).resolves.toEqualTypeOf<h.StudyResult<{ readonly x: number }, 'loss' | 'size'>>();
  expectTypeOf<h.StudyResult<object, 'loss'>['front']>().toEqualTypeOf<readonly h.CompletedRow<object, 'loss'>[]>();
});

test('a study takes and returns the values of its objectives', () => {
  const study = h.createStudy(line, { objectives: { loss: 'minimize', size: 'minimize' } });
  expectTypeOf(study).toEqualTypeOf<h.Study<{ readonly x: number }, 'loss' | 'size'>>();
  expectTypeOf(study.best()!.values).toEqualTypeOf<Readonly<Record<'loss' | 'size', number>>>();
  expectTypeOf(study.recommend()!.row).toEqualTypeOf<h.CompletedRow<{ readonly x: number }, 'loss' | 'size'>>();
  expectTypeOf(study.trials()[0]!.values).toEqualTypeOf<Readonly<Record<'loss' | 'size', number>> | undefined>();
  void study.tell(1, { values: { loss: 1, size: 2 }, metrics: { seconds: 3 } });
  void study.report(1, { loss: 1, size: 2 });
  // @ts-expect-error size is missing
  void study.tell(1, { values: { loss: 1 } });
  // @ts-expect-error a number for two objectives
  void study.tell(1, 1);
  // @ts-expect-error another name
  void study.report(1, { los: 1, size: 2 });
  const plain = h.createStudy(line, { trials: 1 });
  void plain.tell(1, 0.5);
  // @ts-expect-error another name than that of a study without objectives
  void plain.tell(1, { values: { los: 1 } });
  const any: h.Study<{ readonly x: number }> = study; // code for any objectives
  expectTypeOf(any.best()?.values).toEqualTypeOf<Readonly<Record<string, number>> | undefined>();
});
