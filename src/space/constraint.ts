import { ownValue } from '../schema/ownValue.ts';
import { isSameValue, type Value, valueText } from './value.ts';

type Configuration = Readonly<Record<string, unknown>>;
type NumericKey<P> = keyof {
  [K in keyof P as [Exclude<P[K], undefined>] extends [number] ? K : unknown extends P[K] ? K : never]: unknown;
};
type Coefficients<P> = { readonly [K in NumericKey<P>]?: number };
type Equalities<P> = { readonly [K in keyof P]?: P[K] };

/** A constraint: data, except for the code of a predicate. `P`: the configurations that it applies to. */
export type Constraint<P = Configuration> =
  | { readonly atMost: Coefficients<P>; readonly limit: number }
  | { readonly atLeast: Coefficients<P>; readonly limit: number }
  | { readonly forbid: Equalities<P> }
  | { readonly predicate: string; holds(params: P): boolean };

/**
 * A weighted sum of numeric parameters is at most `limit`, up to rounding. A parameter that does not exist counts 0.
 *
 * @example atMost({ units: 1, width: 0.5 }, 300)
 */
export const atMost = <P = Configuration>(coefficients: NoInfer<Coefficients<P>>, limit: number): Constraint<P> => ({
  atMost: coefficients,
  limit,
});

/**
 * A weighted sum of numeric parameters is at least `limit`, up to rounding. A parameter that does not exist counts 0.
 *
 * @example atLeast({ units: 1, width: -1 }, 0) // at least as many units as the width
 */
export const atLeast = <P = Configuration>(coefficients: NoInfer<Coefficients<P>>, limit: number): Constraint<P> => ({
  atLeast: coefficients,
  limit,
});

/**
 * These values must not occur together. A parameter that does not exist has no value, so the constraint then holds.
 *
 * @example forbid({ act: 'relu', opt: 'sgd' })
 */
export const forbid = <P = Configuration>(values: NoInfer<Equalities<P>>): Constraint<P> => ({ forbid: values });

/**
 * Any condition, as code. It must depend on the parameters only. A study file holds just its name.
 *
 * @example predicate('small nets only', (p) => p.units * p.width < 1e5)
 */
export const predicate = <P = Configuration>(name: string, holds: (params: P) => boolean): Constraint<P> => ({ predicate: name, holds });

/** A constraint, ready to be checked. */
export interface CompiledConstraint {
  readonly name: string;
  holds(params: Configuration): boolean;
}

/** Tolerates rounding errors of sums and decimal fractions. */
const ROUNDING = 1e-12;

export function compileConstraint(constraint: Constraint): CompiledConstraint {
  if ('predicate' in constraint) return { name: constraint.predicate, holds: constraint.holds };
  if ('forbid' in constraint) return compileForbid(Object.entries(constraint.forbid) as [string, Value][]);
  return 'atMost' in constraint
    ? compileSum('at most', 1, constraint.atMost, constraint.limit)
    : compileSum('at least', -1, constraint.atLeast, constraint.limit);
}

const compileForbid = (values: readonly [string, Value][]): CompiledConstraint => ({
  name: `not ${values.map(([name, value]) => `${name} = ${valueText(value)}`).join(' and ')}`,
  holds: (params) => !values.every(([name, value]) => isSameValue(ownValue(params, name), value)),
});

function compileSum(
  words: string,
  sign: 1 | -1,
  coefficients: Readonly<Record<string, number | undefined>>,
  limit: number,
): CompiledConstraint {
  const terms = Object.entries(coefficients).map(([name, coefficient]) => [name, coefficient ?? 0] as const);
  return {
    name: `${terms.map(([name, coefficient]) => (coefficient === 1 ? name : `${coefficient} ${name}`)).join(' + ')} ${words} ${limit}`,
    holds: (params) => {
      let sum = 0;
      let size = Math.abs(limit);
      for (const [name, coefficient] of terms) {
        const term = coefficient * ((ownValue(params, name) as number | undefined) ?? 0);
        sum += term;
        size += Math.abs(term);
      }
      return sign * (sum - limit) <= ROUNDING * size;
    },
  };
}
