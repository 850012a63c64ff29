import { expectTypeOf, test } from 'vitest';
import * as h from '../../../streams/index.ts';

const network = h.space({ lr: h.float(0, 1), units: h.int(1, 9) });

test('a study is awaited for its result', async () => {
  const study = h.optimize(network, ({ lr }) => ({ values: { accuracy: lr } }), { objectives: { accuracy: 'maximize' } });
  const result = await study;
  expectTypeOf(result).toExtend<h.StudyResult<{ lr: number; units: number }, 'accuracy'>>();
  expectTypeOf(result.best!.values.accuracy).toEqualTypeOf<number>();
  expectTypeOf(study.result()).resolves.toEqualTypeOf<typeof result>();
  expectTypeOf(study.then(({ best }) => best?.params.units)).resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(study).toExtend<import('rxjs').Observable<h.AppliedEntry<{ lr: number; units: number }>>>();
});

test('the results of examples have the names of the objectives', () => {
  type At = h.Infer<typeof network>;
  const score = { objectives: { score: 'maximize' } } as const;
  const both = { objectives: { score: 'maximize', size: 'minimize' } } as const;
  void h.optimize(
    network,
    h.each([1, 2], ({ lr }, n) => lr * n),
  );
  void h.optimize(
    network,
    h.each(['a'], async ({ lr }, name) => lr + name.length),
    score,
  );
  void h.optimize(
    network,
    h.each(['a'], ({ lr }) => ({ score: lr })),
    score,
  );
  void h.optimize(
    network,
    h.each(['a'], async ({ lr, units }, _, { signal }) => ({
      values: { score: signal.aborted ? 0 : lr, size: units },
      metrics: { usd: 1 },
    })),
    both,
  );
  // @ts-expect-error a value has another name
  void h.optimize(network, wrong, score);
  // @ts-expect-error a number is not enough for two objectives
  void h.optimize(network, plain, both);
  expectTypeOf(plain).toExtend<h.Objective<At>>();
});

const plain = h.each([1, 2], ({ lr }: h.Infer<typeof network>, n) => lr * n);
const wrong = h.each([1, 2], ({ lr }: h.Infer<typeof network>) => ({ score2: lr }));
