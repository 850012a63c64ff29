import { parseTemplate, readOutput, startProgram } from 'hypertide/programs';
import { expect, it } from 'vitest';

const events = async (output: Parameters<typeof readOutput>[0]) => {
  const found = [];
  for await (const event of readOutput(output, { metric: 'loss' })) found.push(event);
  return found;
};
const expected = [
  { type: 'report', report: { step: 1, values: { value: 0.5 }, metric: 'loss' } },
  { type: 'checkpoint', checkpoint: 'a.pt' },
  { type: 'report', report: { step: 2, values: { value: 0.25 } } },
];

it('output is read alike in pieces of bytes and in lines, up to a last line without a line feed', async () => {
  const text = 'epoch=1 loss=0.5\n{"checkpoint":"a.pt"}\nEpoch 2\nloss: 0.25';
  expect(await events(text.split('\n'))).toEqual(expected);
  for (const size of [1, 7, 1000]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => Buffer.from(text.slice(i * size, (i + 1) * size)));
    expect(await events(pieces)).toEqual(expected);
  }
});

it('events arrive before the output ends', async () => {
  async function* endless() {
    for (let epoch = 1; ; epoch++) yield `epoch=${epoch} loss=${1 / epoch}`;
  }
  const reading = readOutput(endless(), { metric: 'loss' });
  expect((await reading.next()).value).toMatchObject({ type: 'report', report: { step: 1 } });
  await reading.return();
});

it('a program needs neither a study nor files', async () => {
  const command = parseTemplate(
    ['sh', '-c', 'echo "accuracy={x}"; env | grep ^HYPERTIDE_ | cut -d= -f1 | sort | xargs echo >&2; exit $CODE', '{params}'],
    ['x'],
  );
  const run = { params: { x: 0.5 } };
  expect(await startProgram(run, { command, direction: 'maximize' }).done).toEqual({
    type: 'completed',
    values: { value: 0.5 },
    metric: 'accuracy',
    seconds: expect.any(Number),
  });
  const failed = await startProgram({ ...run, environment: { CODE: '3' } }, { command, direction: 'maximize' }).done;
  expect(failed).toEqual({
    type: 'failed',
    reason: 'error',
    message: 'exited with code 3: HYPERTIDE_PARAMS HYPERTIDE_PARAM_X HYPERTIDE_PROGRAM HYPERTIDE_RUNNER',
  });
});
