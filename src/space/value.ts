import type { OptionRule } from '../schema/optionRules.ts';
import { checkedBy } from './shape.ts';

/** A value of a parameter. */
export type Value = string | number | boolean;

const valueRule: OptionRule<Value> = {
  expected: 'a string, a finite number or a boolean',
  schema: { type: ['string', 'number', 'boolean'] },
  holds: (data): data is Value => typeof data === 'string' || typeof data === 'boolean' || Number.isFinite(data),
};
export const anyValue = checkedBy(valueRule);
