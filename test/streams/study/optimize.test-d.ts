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
