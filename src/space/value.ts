import type { OptionRule } from '../schema/optionRules.ts';
import { fault } from './check.ts';
import { checkedBy, type Shape } from './shape.ts';

/** A value of a parameter. */
export type Value = string | number | boolean;

const valueRule: OptionRule<Value> = {
  expected: 'a string, a finite number or a boolean',
  schema: { type: ['string', 'number', 'boolean'] },
  holds: (data): data is Value => typeof data === 'string' || typeof data === 'boolean' || Number.isFinite(data),
};
const plain = checkedBy(valueRule);
export const anyValue: Shape<Value> = {
  ...plain,
  read(path, data) {
    if (data === null) throw fault(path, valueRule.expected, data, '; write a text such as "none", and let your program read it as that');
    return plain.read(path, data);
  },
};
