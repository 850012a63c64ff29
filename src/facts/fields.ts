import {
  type Described,
  dataSchema,
  type Fields,
  finiteSchema,
  integerSchema,
  listSchema,
  literalSchema,
  notNegativeSchema,
  objectSchema,
  recordSchema,
  textSchema,
  withinSchema,
} from './schema.ts';

/** A number for each name. */
export type Values = Readonly<Record<string, number>>;
/** A configuration by the names of its parameters. */
export type Params = Readonly<Record<string, unknown>>;

/** A fact with the fields that each fact has. */
export const fact = <const T extends string, R extends Fields, O extends Fields>(type: T, description: string, required: R, optional: O) =>
  objectSchema(description, { type: literalSchema(type), ...required }, optional);

// Fields that several facts have.

export const values: Described<Values> = recordSchema(finiteSchema('a finite number'), 'a finite number for each name');
export const params = dataSchema<Params>('values by the names of the parameters');

export const decisions = integerSchema(1, 'version of the decisions of strategies (default in `suggested`: that of `created`)');
export const trial = integerSchema(1, 'number of the trial');
export const attempt = integerSchema(1, 'number of the attempt: 1, 2, ...');
export const run = textSchema(
  "the trainer's claim on the attempt, a text that no other trainer uses. Default: the run that holds the attempt. Over NATS, it is required",
);
export const user = textSchema('name of the person or program that asked for it, if it is known');
export const metric = textSchema('the printed name of the value, if the study names none and the reader of the output chose this one');
export const checkpoint = textSchema("the trainer's own reference to a checkpoint, from which a later trial or attempt may resume", 4096);
export const after = integerSchema(0, 'position of the last entry that the decision of an engine is based on');
export const requires = recordSchema(
  notNegativeSchema('how much of it, for memory in bytes'),
  'what a trainer must have for each trial, such as GPUs (default: nothing)',
);
export const priority = withinSchema(0.01, 100, 'share of workers that serve several studies, relative to others (default: 1)');
export const uncounted = listSchema(trial, 'failed trials that no longer count towards the limit of trials', {
  minItems: 1,
  maxItems: 10_000,
});
