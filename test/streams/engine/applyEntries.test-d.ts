import { lastValueFrom, type Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import * as h from '../../../streams/index.ts';

const net = h.space({ rate: h.float(0, 1), act: h.choice(['relu', 'tanh']) });
type Net = h.Infer<typeof net>;
const run = h.optimize(net, ({ rate }) => rate);

test('operators on a study infer the type of its configurations', async () => {
  expectTypeOf(run.pipe(h.trials())).toEqualTypeOf<Observable<h.TrialRow<Net>>>();
  expectTypeOf(run.pipe(h.best())).toEqualTypeOf<Observable<h.CompletedRow<Net>>>();
  expectTypeOf(run.pipe(h.progress())).toEqualTypeOf<Observable<h.Progress<Net>>>();
  expectTypeOf(run.pipe(h.pareto())).toEqualTypeOf<Observable<h.Front<Net>>>();
  expectTypeOf((await lastValueFrom(run.pipe(h.trials()))).params).toEqualTypeOf<Net>();
  expectTypeOf((await run.result()).best!.params).toEqualTypeOf<Net>();
});

test('an entry that counts has the configuration', () => {
  run.subscribe(({ fact, refusal }) => {
    if (refusal) expectTypeOf(fact).toBeUnknown();
  });
  run.subscribe((applied) => {
    if (!applied.refusal && applied.fact.type === 'suggested') expectTypeOf(applied.fact.params).toEqualTypeOf<Net>();
  });
  h.createStudy(net, { strategy: h.random(), onEntry: (applied) => expectTypeOf(applied).toEqualTypeOf<h.AppliedEntry<Net>>() });
});

test('the reader of a log declares the type of its configurations', () => {
  expectTypeOf(h.applyEntries<Net>()).returns.toEqualTypeOf<Observable<h.AppliedEntry<Net>>>();
  expectTypeOf(h.applyEntries()).returns.toEqualTypeOf<Observable<h.AppliedEntry<h.Params>>>();
  const anyone = (applied: h.AppliedEntry) => expectTypeOf(applied.position).toBeNumber();
  run.subscribe(anyone);
});
