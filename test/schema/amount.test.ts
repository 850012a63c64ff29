import { expect, it } from 'vitest';
import { amountIn, amountText, secondsIn } from '../../src/schema/amount.ts';

it.each([
  ['8GiB', '8GiB'],
  ['512MiB', '512MiB'],
  ['2048GiB', '2TiB'],
  ['5GB', '5000000000'],
  ['2', '2'],
  ['0.5', '0.5'],
])('the amount %s is %s as text, which is the same amount', (written, text) => {
  expect(amountText(amountIn(written)!)).toBe(text);
  expect(amountIn(text)).toBe(amountIn(written));
});

it.each([
  ['90', 90],
  ['0.5', 0.5],
  ['1e3', 1000],
  ['60s', 60],
  ['1.5 M', 90],
  ['2h', 7200],
  ['1d', 86_400],
])('the time %s is %d seconds', (text, seconds) => expect(secondsIn(text)).toBe(seconds));

it.each(['', 's', '0', '-5', '5x', '5 minutes', '1h30m', 'Infinity', '1e999', '0x10'])('%j is not a time', (text) =>
  expect(secondsIn(text)).toBeUndefined(),
);
