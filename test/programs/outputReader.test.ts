import { describe, expect, it } from 'vitest';
import { metricRows } from '../../src/programs/metricRows.ts';
import { type OutputOptions, outputReader } from '../../src/programs/outputReader.ts';
import type { OutputEvent } from '../../src/programs/structuredLine.ts';

/** What is read from the output of a program: reports as "step: value", and the result. */
function heard(output: readonly string[], listening: Partial<OutputOptions> = {}, broken = false) {
  const reader = outputReader({ objectives: ['value'], ...listening });
  const lines: OutputEvent[] = [];
  for (const text of output) lines.push(...reader.line(text.replace(/\r$/, ''), text.endsWith('\r')));
  lines.push(...reader.end(broken));
  const reports = lines.flatMap((line) => (line.type === 'report' ? [line.report] : []));
  const first = (values: object) => Object.values(values)[0];
  const last =
    lines.findLast((line) => line.type === 'result') ?? lines.findLast((line) => line.type === 'report' || line.type === 'value');
  return {
    reports: reports.map(({ step, values }) => `${step}: ${first(values)}`),
    result: last && (last.type === 'report' ? first(last.report.values) : 'result' in last ? first(last.result.values) : undefined),
    metric: reader.metric,
    metrics: reports.map(({ metrics }) => metrics),
    marks: reports.map(({ metric }) => metric),
    warnings: lines.flatMap((line) => (line.type === 'refused' ? [line.message] : [])),
    unclear: lines.flatMap((line) => (line.type === 'unclear' ? [line.message] : [])),
    lost: lines.filter(({ type }) => type === 'non-finite').length,
    noResult: reader.noResult(),
    proposal: reader.proposal(),
  };
}

describe('a step', () => {
  it.each(['epoch', 'step', 'iteration', 'iter', 'Epoch', 'round'])('can be called %s', (name) => {
    expect(heard([`${name}=1 loss=0.5`, `${name}=2 loss=0.4`])).toMatchObject({
      reports: ['1: 0.5', '2: 0.4'],
      result: 0.4,
      metric: 'loss',
    });
  });

  it('is found on a line before the value, and is reported when the next one begins', () => {
    const reader = outputReader({ objectives: ['val_loss'] });
    expect(reader.line('Epoch 1/20')).toEqual([]);
    expect(reader.line('loss: 0.41 - val_loss: 0.5')).toEqual([]);
    expect(reader.line('Epoch 2/20')).toEqual([
      { type: 'report', report: { step: 1, values: { val_loss: 0.5 }, metrics: { loss: 0.41 } } },
    ]);
  });

  it('on the line of the value is reported at once', () => {
    const reader = outputReader({ objectives: ['loss'] });
    expect(reader.line('INFO:root:epoch=3 loss=0.1')).toEqual([{ type: 'report', report: { step: 3, values: { loss: 0.1 } } }]);
  });

  it('is the epoch if a line has both, and ends when the next one begins', () => {
    expect(
      heard(['Epoch [1/2], Step [100/600], Loss: 0.9', 'Epoch [1/2], Step [600/600], Loss: 0.5', 'Epoch [2/2], Step [100/600], Loss: 0.4']),
    ).toMatchObject({
      reports: ['1: 0.5', '2: 0.4'],
    });
  });

  it('that a stopped program had not finished is not reported', () => {
    const output = ['Epoch 1: 100%|##| 10/10 [loss=0.5]\r', 'Epoch 2:  50%|# | 5/10 [loss=0.4]\r'];
    expect(heard(output, { objectives: ['loss'] }, true).reports).toEqual(['1: 0.5']);
    expect(heard(output, { objectives: ['loss'] }, false).reports).toEqual(['1: 0.5', '2: 0.4']);
  });

  it('of a fraction of an epoch counts for the epoch that it is in', () => {
    expect(heard([0.5, 1, 1.5, 2].map((epoch) => `{'loss': ${3 - epoch}, 'learning_rate': 5e-05, 'epoch': ${epoch}}`)).reports).toEqual([
      '1: 2',
      '2: 1',
    ]);
  });

  it('in prose does not count for later lines', () => {
    expect(heard(['Loading the checkpoint of step 5000', 'loss=0.3'])).toMatchObject({ reports: [], result: 0.3 });
  });
});

describe('a comma within a number', () => {
  it('separates thousands if a decimal point follows or the number is a step', () => {
    expect(heard(['step 12,000 | loss: 1,234.5', 'step 1,013,000 | loss 0.5, acc 0.9']).reports).toEqual(['12000: 1234.5', '1013000: 0.5']);
    expect(heard(['step: 3,loss: 5,acc: 0.5']).reports, 'not between fields').toEqual(['3: 5']);
  });

  it.each(['loss: 0,5', 'loss=0,512 acc=0,9', 'epoch=3 loss=1,234', 'losses: 0.1,0.2'])(
    'may be a decimal comma, so nothing is read from %s',
    (line) => {
      const { result, noResult } = heard([line]);
      expect(result).toBeUndefined();
      expect(noResult).toContain('print a line such as "loss=0.38"');
    },
  );
});

describe('a value that the study does not name', () => {
  it('is taken if one name is usually minimised, and the first report names it', () => {
    const output = ['epoch=1 loss=0.41 acc=0.8 lr=0.1', 'epoch=2 loss=0.39 acc=0.8 lr=0.1'];
    expect(heard(output)).toMatchObject({ metric: 'loss', marks: ['loss', undefined], metrics: [{ acc: 0.8, lr: 0.1 }, {}], result: 0.39 });
  });

  it('is taken from a line without steps', () => {
    expect(heard(['val_loss: 0.123'])).toMatchObject({ result: 0.123, metric: 'val_loss' });
    expect(heard(['RMSE = 3.2e-1'])).toMatchObject({ result: 0.32, metric: 'RMSE' });
  });

  it('is never one that is usually maximised under minimize, nor one that is minimised under maximize', () => {
    expect(heard(['epoch=1 accuracy=0.9', 'epoch=2 accuracy=0.9 auc: 0.7'])).toMatchObject({ reports: [], result: undefined });
    expect(heard(['epoch=1 loss=0.9'], { direction: 'maximize' }).result).toBeUndefined();
    expect(heard(['epoch=1 accuracy=0.9 loss=0.3'], { direction: 'maximize' })).toMatchObject({ metric: 'accuracy', result: 0.9 });
  });

  it('is the one that is measured on data for validation, and the whole rather than its parts', () => {
    const taken = (...output: string[]) => heard(output).metric;
    expect(taken('Epoch 1', 'loss: 0.4 - val_loss: 0.5', 'Epoch 2', 'loss: 0.3 - val_loss: 0.4')).toBe('val_loss');
    expect(taken('epoch=1 train_loss=2 test_loss=3 valid_loss=4')).toBe('valid_loss');
    expect(taken('epoch=1 loss_cls=0.2 loss_bbox=0.3 loss=0.5')).toBe('loss');
    expect(taken('epoch=1 loss=0.2', 'test_loss=0.3')).toBe('test_loss');
  });

  const twice = (line: string) => [1, 2, 3].map((epoch) => `epoch=${epoch} ${line}`);

  it.each([
    ['val_mae=1 val_rmse=2', /several could be the result: minimize val_mae \(1, 1, 1\), minimize val_rmse/],
    ['loss_D=0.4 loss_G=0.5', /minimize loss_D \(0\.4, .*minimize loss_G/],
    ['rec=-222 kl=12.5', /if one of them is the result/],
    ['elbo=-327 rec=-222 kl=12.5', /write "objective: maximize elbo"/],
    ['ep_rew_mean=22 approx_kl=0.1 loss=3', /write "objective: maximize ep_rew_mean"/],
    ['loss=0.2 val_accuracy=0.9', /write "objective: maximize val_accuracy"/],
  ])('is asked for once %s is there twice', (line, question) => {
    const { unclear, result, reports } = heard([...twice(line), ...twice(line)]);
    expect([unclear.length, reports, result]).toEqual([1, [], undefined]);
    expect(unclear[0]).toMatch(question);
    expect(heard([line]).result).toBeUndefined();
  });

  it('is asked for as soon as a result on better data follows the one that was taken', () => {
    const { unclear } = heard(['epoch=1 loss=0.5', 'epoch=2 loss=0.4', 'Test accuracy: 0.9']);
    expect(unclear).toMatchObject([expect.stringContaining('write "objective: maximize test_accuracy"')]);
    expect(heard(['epoch=1 val_loss=0.5', 'epoch=2 val_loss=0.4', 'Test accuracy: 0.9']).unclear).toEqual([]);
  });

  it('is never one that is printed only before the training', () => {
    const { unclear, metric } = heard(['val_loss=2.3', ...twice('loss=0.4'), 'epoch=4 loss=0.3']);
    expect([metric, unclear.length]).toEqual([undefined, 1]);
  });

  it('gives way to a line that names value', () => {
    expect(heard(['loss: 0.4', '{"value": 0.1}'])).toMatchObject({ result: 0.1, metric: undefined });
    const late = heard(['epoch=1 loss=0.4', 'epoch=2 loss=0.3', '{"value": 0.1}']);
    expect(late).toMatchObject({
      result: 0.1,
      metric: undefined,
      warnings: ['it prints value besides loss: value is the result from here on'],
    });
  });
});

describe('JSON with objects within', () => {
  const lines = [1, 2].map((e) =>
    JSON.stringify({ step: 100 * e, train: { loss: 0.9 }, eval: { loss: 0.5 / e, f1: 0.6 }, lr: 0.01, time: 9 }),
  );

  it('has values by their paths', () => {
    for (const name of ['eval/loss', 'eval.loss', 'eval_loss']) expect(heard(lines, { metric: name })).toMatchObject({ result: 0.25 });
    expect(heard(lines, { objectives: ['eval/loss'] })).toMatchObject({
      reports: ['100: 0.5', '200: 0.25'],
      metrics: [{ 'train/loss': 0.9, 'eval/f1': 0.6, lr: 0.01, time: 9 }, {}],
    });
  });

  it('is read as the same rows of a file', () => {
    const listening = { objectives: ['eval/loss'] };
    expect(
      heard(
        metricRows(lines.join('\n')).map(({ line }) => line),
        listening,
      ),
    ).toEqual(heard(lines, listening));
  });

  it('may be nested as deep as a line is long', () => {
    expect(heard([`${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`]).result).toBeUndefined();
  });

  it('may be long, and is not lost without a word if it is too long', () => {
    const of = (fields: number) => `{"loss":0.5,${Array.from({ length: fields }, (_, i) => `"metric_${i}":0.123`).join()}}`;
    expect(heard([of(5000)]).result).toBe(0.5);
    expect(heard([of(60_000).slice(0, 1024 * 1024)])).toMatchObject({ result: undefined, warnings: [expect.stringContaining('1 MiB')] });
  });
});

it.each([
  (epoch: number) => `epoch=${epoch} train_loss=0.5 val_loss=${epoch % 5 === 0 ? 0.4 : 'None'}`,
  (epoch: number) => `Epoch ${epoch}: train_loss: 0.5, val_loss: ${epoch % 5 === 0 ? 0.4 : 'None'}`,
  (epoch: number) => `{"epoch":${epoch},"train_loss":0.5,"val_loss":${epoch % 5 === 0 ? 0.4 : 'null'}}`,
])('a loss that is not measured in each epoch has not diverged', (line) => {
  const output = Array.from({ length: 10 }, (_, i) => line(i + 1));
  const reports = ['5: 0.4', '10: 0.4'];
  for (const options of [{}, { objectives: ['val_loss'] }])
    expect(heard(output, options)).toMatchObject({ reports, unclear: [], warnings: [], lost: 0 });
});

it('a program without a result is told every objective to print, whatever the first one is called', () => {
  expect(heard(['done'], { objectives: ['value', 'cost'] }).noResult).toContain('"value=0.3 cost=0.4"');
});

it('a name with two values on a line has none', () => {
  expect(heard(['loss=0.5 loss=0.6', 'loss=0.7 loss=0.7'], { objectives: ['loss'] })).toMatchObject({
    result: 0.7,
    warnings: [expect.stringContaining('0.5 and 0.6')],
  });
});

describe('a name on a line of its own', () => {
  it('names the number that is alone on the next line', () => {
    for (const lines of [
      ['[1] "RMSE"', '[1] 0.53'],
      ['RMSE', '0.53'],
      ['RMSE:', '5.3e-1'],
    ])
      expect(heard(lines)).toMatchObject({ metric: 'RMSE', result: 0.53 });
    expect(heard(['Epoch 1', 'val_loss', '0.5', 'Epoch 2', 'val_loss', '0.4']).reports).toEqual(['1: 0.5', '2: 0.4']);
  });

  it('names no other number', () => {
    for (const lines of [
      ['RMSE', 'of 3 folds', '0.53'],
      ['RMSE', '0.53 0.54'],
      ['RMSE', 'x', '0.53', '0.54'],
      ['size', '0.53'],
      ['0.53', 'RMSE'],
    ])
      expect(heard(lines).result, lines.join()).toBeUndefined();
  });
});

describe('a value that is proposed', () => {
  it('is never a parameter, a setting, a time or an amount', () => {
    const settings = 'lr=0.01 time=120 max_epochs=6 train_time=3 batch_size=32 samples_per_second=7 best_epoch=3 n_params=100';
    const { noResult, proposal } = heard([settings]);
    expect([proposal, noResult]).toEqual([undefined, expect.not.stringMatching(/objective: \w+ /)]);
    expect(heard(['depth2=4 foo=3'], { parameters: ['depth2'] }).proposal).toEqual({
      name: 'foo',
      direction: 'minimize',
      isCertain: false,
    });
    expect(heard(['l2=0.1', 'epoch=1 loss=0.3', 'epoch=2 loss=0.2'], { parameters: ['l2'] }).metric).toBe('loss');
  });

  it('is one that is measured on data for validation', () => {
    expect(heard(['foo=3 train_loss=1 val_loss=2 acc=1']).proposal).toEqual({ name: 'val_loss', direction: 'minimize', isCertain: true });
    expect(heard(['foo=3 train_acc=1 val_acc=2']).proposal).toEqual({ name: 'val_acc', direction: 'maximize', isCertain: true });
  });

  it('is not how uncertain another one is', () => {
    expect(heard(['Residual standard error: 1.21 on 28 degrees of freedom', 'RMSE: 0.5']).metric).toBe('RMSE');
    expect(heard(['Residual standard error: 1.21 on 28 degrees of freedom']).proposal).toBeUndefined();
  });

  it('has the direction that is usual', () => {
    for (const name of ['mAP50', 'Multiple R-squared']) expect(heard([`${name}: 0.9`]).proposal?.direction).toBe('maximize');
  });
});

it('a line with the number of steps says how many there are', () => {
  const total = (line: string) => {
    const reader = outputReader({ objectives: ['value'] });
    reader.line(line);
    return reader.total;
  };
  expect(total('Epoch 3/20: 100/500 loss: 1')).toBe(20);
  expect(total('epoch=3/20 loss=1')).toBe(20);
  expect(total('Epoch [3/20], Step [4/500], loss: 1')).toBe(20);
  expect(total('Epoch 3 batch 7/500 loss: 1')).toBeUndefined();
});

describe('a program without a result', () => {
  it.each([
    [
      {},
      'accuracy=0.9',
      'expected a value to minimize, but it printed accuracy=0.9; accuracy is usually maximized, and the study minimizes; write "objective: maximize accuracy"',
    ],
    [{}, 'foo=3', 'expected a value to minimize, but it printed foo=3; write "objective: minimize foo" in the study file'],
    [{ objectives: ['val_loss'] }, 'epoch=1 loss=0.3', 'expected val_loss, but it printed loss=0.3; write "objective: minimize loss"'],
    [
      { objectives: ['loss', 'size'] },
      'loss=0.3',
      'expected loss and size, but it printed loss=0.3; print a line such as "loss=0.3 size=0.4"',
    ],
    [{}, 'hello', 'it printed no line that names a value; print a line such as "loss=0.38", or "epoch=3 loss=0.41" after each epoch'],
    [{}, 'x\u001b[31my: 3', 'it printed xy=3'],
  ])('%j that printed %j gets advice', (listening, output, message) => {
    expect(heard([output], listening).noResult).toContain(message);
  });
});

it('names its losses, however many settings a program prints before', () => {
  const settings = Array.from({ length: 20 }, (_, i) => `setting_${i} = ${i}`);
  const { noResult } = heard([...settings, 'train loss 0.5, val loss 0.4', 'setting_20 = 1']);
  expect(noResult).toContain('it printed train_loss=0.5, val_loss=0.4, setting_0=0');
});

describe('the result', () => {
  const output = ['epoch=1 loss=0.4', 'epoch=2 loss=0.2', 'epoch=3 loss=0.3'];
  it('is the last value', () => expect(heard(output).result).toBe(0.3));
  it('is the best one if that is wanted', () => {
    expect(heard(output, { result: 'best' }).result).toBe(0.2);
    expect(heard(output, { result: 'best', direction: 'maximize', metric: 'loss' }).result).toBe(0.4);
  });
  it('may go by another form of its name', () => {
    for (const line of ['Validation loss: 0.5', 'valid_loss=0.5', '{"val/loss": 0.5}', 'val: loss 0.5'])
      expect(heard([line], { objectives: ['val_loss'] }).result, line).toBe(0.5);
    expect(heard(['Test loss: 0.5'], { objectives: ['loss'] }).result).toBeUndefined();
  });
});

/** How many times longer a line takes that is 16 times as long. */
function growth(make: (length: number) => string): number {
  const time = (length: number) => {
    const line = make(length);
    const times = Array.from({ length: 7 }, () => {
      const reader = outputReader({ objectives: ['value'] });
      const since = performance.now();
      reader.line(line);
      return performance.now() - since;
    });
    return Math.min(...times);
  };
  time(1000);
  const once = () => time(64 * 1024) / Math.max(0.2, time(4 * 1024));
  // A busy machine interrupts a measurement, but not each time.
  let least = once();
  for (let tries = 1; tries < 6 && least >= MOST; tries++) least = Math.min(least, once());
  return least;
}
/** It would be 256 if it were quadratic. */
const MOST = 100;

it.each([
  '1',
  '1 ',
  'loss=1 ',
  'loss',
  'a=1,',
  '"',
  '\\"',
  '[',
  '{"a":',
  '\u001b[',
  '\u001b]',
  '0:',
  '1e',
  '. ',
  '|',
  '\t',
  '- loss: ',
  "'",
  '1.1',
  'x1x',
  '=',
  'é',
  '█',
])('a line of %j over and over takes time in proportion to its length', (piece) => {
  for (const [start, end] of [
    ['', ''],
    ['{', '}'],
    ['{"loss": "', ''],
    ['loss=', 'x'],
  ] as const)
    expect(growth((length) => start + piece.repeat(length / piece.length) + end)).toBeLessThan(MOST);
});

it.each([
  ['latency: 0.50ms', 'latency', 0.5],
  ['latency=0.5ms', 'latency', 0.5],
  ['PSNR 35.05 dB  SSIM 0.75', 'SSIM', 0.75],
  ['energy=0.5 kWh loss=0.3', 'loss', 0.3],
  ['AUC=0.5000+/-0.01', 'AUC', 0.5],
  ['AUC=0.5±0.01', 'AUC', 0.5],
  ['error: 12%', 'error', 12],
  ['loss is 0.5', 'loss', 0.5],
  ['RMSE improved from 1.2 to 0.5', 'RMSE', 0.5],
  ['Epoch 1: val_loss improved from inf to 0.58, saving model', 'val_loss', 0.58],
  ['accuracy on the test set: 0.9', 'test_accuracy', 0.9],
  ['{"epoch":1,"metrics":{"val":{"loss":0.5}}}', 'val_loss', 0.5],
  ['{"epoch":1,"metrics":{"val":{"loss":0.5}}}', 'metrics.val.loss', 0.5],
  [`${'{"a":'.repeat(49)}{"loss":0.5}${'}'.repeat(49)}`, `${'a/'.repeat(49)}loss`, 0.5],
  [`{${Array.from({ length: 5000 }, (_, i) => `"a${i}":1`).join()},"loss":0.5}`, 'loss', 0.5],
])('%s holds a value of the name that it has', (line, metric, value) => {
  expect(heard([line], { metric }).result).toBe(value);
});

it.each(['size: 12M', 'loss=3k', 'shape: 3x3', 'loss: 00:05', 'val_loss did not improve from 0.58', 'rank: 1st'])(
  'no value is read from %s',
  (line) => {
    for (const metric of ['size', 'loss', 'shape', 'val_loss', 'rank']) expect(heard([line], { metric }).result).toBeUndefined();
  },
);

describe('a table of names and values between two rules', () => {
  const block = (step: number, reward: string) => [
    '------------------------------------',
    '| eval/              |             |',
    `|    mean_reward     | ${reward}        |`,
    '| time/              |             |',
    `|    total_timesteps | ${step}         |`,
    '| train/             |             |',
    '|    loss            | 39.3        |',
    '------------------------------------',
  ];

  it('has its step in any row, and its data in the names of sections', () => {
    const { reports, metrics } = heard([...block(256, '-20'), ...block(512, '-1e+01')], {
      metric: 'eval/mean_reward',
      direction: 'maximize',
    });
    expect(reports).toEqual(['256: -20', '512: -10']);
    expect(metrics[0]).toEqual({ 'train/loss': 39.3 });
  });

  it('may have a head, and no step', () => {
    const rows = [
      '┏━━━━┳━━━━┓',
      '┃ Test metric ┃ DataLoader 0 ┃',
      '┡━━━━╇━━━━┩',
      '│ test_loss │ 0.25 │',
      '│ test_acc │ 0.9 │',
      '└────┴────┘',
    ];
    expect(heard(rows)).toMatchObject({ metric: 'test_loss', result: 0.25 });
  });

  it('with a step in each row is read by its columns', () => {
    const rows = ['+-------+------+', '| epoch | loss |', '+-------+------+', '| 1 | 0.5 |', '| 2 | 0.4 |', '+-------+------+'];
    expect(heard(rows).reports).toEqual(['1: 0.5', '2: 0.4']);
  });
});
