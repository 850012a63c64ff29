import { expect, it } from 'vitest';
import { sealedLinesIn } from '../../streams/log/journalLines.ts';
import { fuzz, makers } from './fuzz.ts';
import { output } from './targets/output.ts';

/** The inputs are the same each time, so that a failure comes from a change. `npx tsx tools/fuzz` looks for new ones. */
const seed = 'test';
const SECONDS = 3;

it.each(Object.keys(makers))('%s: no input breaks a rule of its target', async (name) => {
  const target = await makers[name]!();
  const { failure, inputs } = await fuzz(target, SECONDS, seed);
  await target.close?.();
  expect(failure).toBeUndefined();
  expect(inputs).toBeGreaterThan(target.seeds.length);
});

/** Pieces that a line of output may repeat. */
const units = [
  ...['1', '9.', '1.', '1,', '1:', '1e', 'e1', '.', '-', '+', '0.1,', '1 ', 'a 1 ', 'a:1,', '1/2 ', '10%|\u2588', 'step 1/10 ', 'epoch 1 '],
  ...[
    'a',
    'a=',
    'a=1 ',
    '=',
    'value=1',
    'loss: 0.1 ',
    'val_loss',
    'x1',
    '1x',
    'a_1',
    'aB',
    "'s ",
    '#',
    '/',
    ':',
    ': ',
    '(',
    ')',
    '|',
    '%',
    '_',
  ],
  ...['{"', '{"a":', '[', '"', '\\"', '\\', 'nan', 'NaN', 'inf ', 'Infinity', 'tensor(1)', ' ', '\t', '\r'],
  ...['\u0000', '\u001b[', '\u001b]', '\u001b[2J', '\u009b', '\u00e9'],
];
const MEGABYTE = 2 ** 20;

it.each(['', 'value=', '{"value":'])(
  'a megabyte in one line that begins with "%s" is read in linear time, whatever it repeats',
  (begin) => {
    for (const unit of units) void output.take(`${begin}${unit.repeat(MEGABYTE / unit.length)}x\n`); // throws if it takes too long
  },
);

it('a megabyte of seals in one line of a journal is read in linear time', () => {
  const start = performance.now();
  for (const seal of [',"sum":"1.00000000.00000000"}', '{"at":0,"sum":"1.00000000.00000000"}'])
    expect(sealedLinesIn(Buffer.from(seal.repeat(MEGABYTE / seal.length)))).toEqual([]);
  expect(performance.now() - start).toBeLessThan(2000);
});
