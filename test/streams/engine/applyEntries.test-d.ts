import { lastValueFrom, type Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import { applyEntries } from '../../../streams/core.ts';
import * as h from '../../../streams/index.ts';

const net = h.space({ rate: h.float(0, 1), act: h.choice(['relu', 'tanh']) });
type Net = h.Infer<typeof net>;
const run = h.optimize(net, ({ rate }) => rate);

test('operators on a study infer the type of its configurations', async () => {
  expectTypeOf(run.pipe(h.trials())).toEqualTypeOf<Observable<h.TrialRow<Net, 'value'>>>();
  expectTypeOf(run.pipe(h.best())).toEqualTypeOf<Observable<h.CompletedRow<Net, 'value'>>>();
  expectTypeOf(run.pipe(h.progress())).toEqualTypeOf<Observable<h.Progress<Net, 'value'>>>();
  expectTypeOf(run.pipe(h.pareto())).toEqualTypeOf<Observable<h.Front<Net, 'value'>>>();
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
  const { entries$ } = h.createStudy(net, { strategy: h.random() });
  expectTypeOf(entries$).toEqualTypeOf<Observable<h.AppliedEntry<Net, 'value'>>>();
});

test('the reader of a log declares the type of its configurations', () => {
  expectTypeOf(applyEntries<Net>()).returns.toEqualTypeOf<Observable<h.AppliedEntry<Net>>>();
  expectTypeOf(applyEntries()).returns.toEqualTypeOf<Observable<h.AppliedEntry<h.Params>>>();
  const anyone = (applied: h.AppliedEntry) => expectTypeOf(applied.position).toBeNumber();
  run.subscribe(anyone);
});
