import { isRecord, type JsonSchema } from '../../schema/json.ts';
import { fault } from '../check.ts';

/** The ends of a range that another parameter may give, and the constraint that keeps it. */
const ENDS = { low: 'atLeast', high: 'atMost' } as const;
type End = keyof typeof ENDS;
const ends = Object.keys(ENDS) as End[];

/**
 * Replaces each end of a range that is the name of another parameter, such as `high: epochs`, by the end of that parameter's range, with a
 * constraint. An absent parameter counts as 0 in a sum, so neither of the two may be conditional.
 */
export function withoutNamedBounds(parameters: unknown): { readonly parameters: unknown; readonly constraints: readonly object[] } {
  if (!isRecord(parameters)) return { parameters, constraints: [] };
  const constraints: object[] = [];
  const entries = Object.entries(parameters).map(([name, dimension]) => {
    if (!isRecord(dimension)) return [name, dimension];
    const named = ends.filter((end) => typeof dimension[end] === 'string' && 'low' in dimension && 'high' in dimension);
    const numbers = named.map((end) => {
      const other = String(dimension[end]);
      const bound = Object.hasOwn(parameters, other) && other !== name ? parameters[other] : undefined;
      if (!isRecord(bound) || typeof bound[end] !== 'number' || 'when' in bound || 'when' in dimension)
        throw fault(
          `parameters.${name}.${end}`,
          'a number, or the name of another parameter that has one, neither of them conditional',
          other,
        );
      constraints.push({ [ENDS[end]]: { [name]: 1, [other]: -1 }, limit: 0 });
      return [end, bound[end]];
    });
    return [name, { ...dimension, ...Object.fromEntries(numbers) }];
  });
  return { parameters: constraints.length > 0 ? Object.fromEntries(entries) : parameters, constraints };
}

/** The JSON Schema of a parameter whose ends may be names. */
export function withNamedBounds(schema: JsonSchema): JsonSchema {
  const properties = schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
  if (!properties || ends.some((end) => properties[end] === undefined)) return schema;
  const named = ends.map((end) => [end, { anyOf: [properties[end], { type: 'string' }] }]);
  return { ...schema, properties: { ...properties, ...Object.fromEntries(named) } };
}
