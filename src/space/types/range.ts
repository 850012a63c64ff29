import { finite, positive } from '../../schema/optionRules.ts';
import { priorShape } from '../prior.ts';
import { checkedBy } from '../shape.ts';

/** The keys that every range of numbers has. */
export const rangeEnds = {
  /** The lowest value. In data, it may be the name of another parameter, which this one is never below. */
  low: checkedBy(finite),
  /** The highest value. In data, it may be the name of another parameter, which this one never exceeds. */
  high: checkedBy(finite),
};

/** The keys that a range of numbers may have, next to its scale. */
export const rangeOptions = {
  /** Only low, low + step, low + 2 step, ...; if they do not reach `high`, the last one below it is the highest value. */
  step: checkedBy(positive),
  /** Where good values are expected, in the parameter's own units. */
  prior: priorShape,
};
