import { expect, it } from 'vitest';
import { amountIn, amountText } from '../../src/schema/amount.ts';

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
