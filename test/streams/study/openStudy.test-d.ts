import { expectTypeOf, test } from 'vitest';
import * as http from '../../../streams/http/index.ts';
import * as h from '../../../streams/index.ts';
import * as journal from '../../../streams/journal.ts';
import * as nats from '../../../streams/nats/index.ts';

const network = h.space({ lr: h.float(0, 1), units: h.int(1, 9) });
type Net = h.Infer<typeof network>;
const expected = { space: network, objectives: { loss: 'minimize', bytes: 'minimize' } } as const;
const at: nats.NatsStudy = { nc: {} as never, study: 'digits' };

test('a study has the types that it is expected to have, wherever it is', async () => {
  const opened = [
    journal.openStudy('digits.jsonl', expected),
    http.openStudy('http://host/digits', expected),
    nats.openStudy(at, expected),
  ];
  expectTypeOf(opened).toEqualTypeOf<Promise<h.Study<Net, 'loss' | 'bytes'>>[]>();
  const study = await opened[0]!;
  expectTypeOf(study.best()!.values.bytes).toEqualTypeOf<number>();
  // @ts-expect-error it has no such objective
  study.best()!.values.los;
  // @ts-expect-error it has no such parameter
  await study.enqueue({ lrr: 1 });
  // @ts-expect-error a direction is minimize or maximize
  await http.openStudy('http://host/digits', { objectives: { loss: 'min' } });
});

test('the types can be given by hand, or left open', async () => {
  expectTypeOf(http.openStudy<Net, 'loss'>('http://host/digits')).resolves.toEqualTypeOf<h.Study<Net, 'loss'>>();
  expectTypeOf(nats.openStudy(at)).resolves.toEqualTypeOf<h.Study<h.Params>>();
  expectTypeOf(journal.openStudy('digits.jsonl')).resolves.toEqualTypeOf<h.Study<h.Params>>();
});

test('a trainer on NATS gets and returns what the study has', () => {
  nats.trainer(at, expected, ({ lr, units }) => ({ values: { loss: lr, bytes: units } }));
  nats.trainer(at, { space: network }, ({ lr }) => ({ values: { any: lr } }));
  nats.trainer(at, {}, ({ lr }: { readonly lr: number }) => lr);
  // @ts-expect-error it has no such objective
  nats.trainer(at, expected, ({ lr }) => ({ values: { los: lr, bytes: 1 } }));
  // @ts-expect-error a number is not enough for two objectives
  nats.trainer(at, expected, ({ lr }) => lr);
  // @ts-expect-error it has no such parameter
  nats.trainer(at, expected, ({ lrr }) => ({ values: { loss: lrr, bytes: 1 } }));
});
