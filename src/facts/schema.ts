/**
 * The part of JSON Schema that facts and requests need. Schemas are published as they are, so what is documented is what is validated.
 * (A general validator costs as much at import as everything else together.)
 */
export type Schema =
  | { readonly type: 'string'; readonly maxLength?: number; readonly enum?: readonly string[]; readonly description?: string }
  | { readonly type: 'number' | 'integer'; readonly minimum?: number; readonly maximum?: number; readonly description?: string }
  | { readonly type: 'boolean'; readonly description?: string }
  | {
      readonly type: 'array';
      readonly items: Schema;
      readonly minItems?: number;
      readonly maxItems?: number;
      readonly description?: string;
    }
  | ObjectSchema
  | UnionSchema
  | { readonly type: 'null'; readonly description?: string }
  | { readonly const: string | number; readonly description?: string }
  | { readonly description?: string };

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** For names that `properties` does not list. Without it, they are ignored. */
  readonly additionalProperties?: Schema;
  readonly description?: string;
}

/** What fits one of several schemas. */
export interface UnionSchema {
  readonly oneOf: readonly Schema[];
  /** The field whose value tells objects apart. */
  readonly discriminator?: { readonly propertyName: string };
  readonly description?: string;
}

declare const described: unique symbol;
/** A schema with the type of the values that it describes. The field exists only for the compiler. */
export type Described<T, S = Schema> = S & { readonly [described]?: T };
/** The type of the values that a schema describes. */
export type TypeOf<D> = D extends { readonly [described]?: infer T } ? T : never;

export type Fields = Readonly<Record<string, Described<unknown>>>;
type Flat<T> = { [K in keyof T]: T[K] };
type TypeOfFields<R extends Fields, O extends Fields> = Flat<
  { readonly [K in keyof R]: TypeOf<R[K]> } & { readonly [K in keyof O]?: TypeOf<O[K]> }
>;

export const textSchema = (description: string, maxLength = 256): Described<string> => ({ type: 'string', maxLength, description });

/** A text of any length, such as a part of an answer. */
export const proseSchema = (description: string): Described<string> => ({ type: 'string', description });

/** A whole number. */
export const integerSchema = (minimum: number, description: string, maximum?: number): Described<number> =>
  maximum === undefined ? { type: 'integer', minimum, description } : { type: 'integer', minimum, maximum, description };

export const finiteSchema = (description: string): Described<number> => ({ type: 'number', description });

export const notNegativeSchema = (description: string): Described<number> => ({ type: 'number', minimum: 0, description });

export const withinSchema = (minimum: number, maximum: number, description: string): Described<number> => ({
  type: 'number',
  minimum,
  maximum,
  description,
});

export const flagSchema = (description: string): Described<boolean> => ({ type: 'boolean', description });

export const enumSchema = <const T extends string>(names: readonly T[], description: string): Described<T> => ({
  type: 'string',
  enum: names,
  description,
});

export const literalSchema = <const T extends string | number>(value: T, description?: string): Described<T> =>
  description === undefined ? { const: value } : { const: value, description };

export const anySchema = (description: string): Described<unknown> => ({ description });

/** An object whose fields are checked elsewhere. */
export const dataSchema = <T = unknown>(description: string): Described<T, ObjectSchema> => ({
  type: 'object',
  additionalProperties: {},
  description,
});

/** An object with values of one type by name. */
export const recordSchema = <T>(values: Described<T>, description: string): Described<Readonly<Record<string, T>>> => ({
  type: 'object',
  additionalProperties: values,
  description,
});

export const listSchema = <T>(
  items: Described<T>,
  description: string,
  lengths: { readonly minItems?: number; readonly maxItems?: number } = {},
): Described<readonly T[]> => ({ type: 'array', items, ...lengths, description });

/** An object with required and optional fields. Others are ignored. */
export const objectSchema = <R extends Fields, O extends Fields>(
  description: string,
  required: R,
  optional: O,
): Described<TypeOfFields<R, O>, Required<Omit<ObjectSchema, 'additionalProperties'>>> => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  description,
});
