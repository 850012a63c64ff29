import { factSchemas } from '../facts/facts.ts';
import { params } from '../facts/fields.ts';
import {
  anySchema,
  dataSchema,
  enumSchema,
  integerSchema,
  type ObjectSchema,
  objectSchema,
  proseSchema,
  type Schema,
  textSchema,
} from '../facts/schema.ts';
import { annotationSchemas, trialRowSchema } from './trialRowSchema.ts';

const count = (description: string) => integerSchema(0, description);

/** The claim of a trainer. */
export const claim = textSchema('the claim on the trial, from the answer to ask');

/** The state of a study, as `ht.<study>.status` publishes it. */
export const statusSchema = objectSchema(
  'the state of a study',
  {
    study: proseSchema('its name'),
    phase: proseSchema('of the engine'),
    position: count('of the last entry in the log'),
    at: count('when that was written, in milliseconds since 1970'),
    paused: { type: 'boolean' },
    objective: proseSchema('name of the first one'),
    trials: count('suggested so far'),
    open: count('not ended yet'),
    completed: count('with a result'),
    stopped: count('stopped early'),
    failed: count('without a result'),
  },
  {
    limit: count('configurations to try'),
    ended: count('those of them that have ended'),
    waiting: count('those of the open ones that no trainer holds'),
    uncounted: count('failed ones that do not count towards the limit'),
    best: trialRowSchema,
    closed: proseSchema('why it is over'),
    waits: proseSchema('why no other trial may begin, if its team has used its quota'),
    ...annotationSchemas,
    error: proseSchema('why it cannot be run, if it has failed'),
  },
);

/** A study, and its state. */
export const describedStudy: ObjectSchema = {
  type: 'object',
  properties: { ...statusSchema.properties, created: factSchemas.created },
  required: [...statusSchema.required, 'created'],
  description: 'a study, and its state',
};

/** The answers to an ask, by their field `next`. */
export const asked = {
  trial: {
    type: 'object',
    properties: {
      next: { const: 'trial' },
      trial: integerSchema(1, 'its number'),
      attempt: integerSchema(1, 'its attempt'),
      run: claim,
      params,
      budget: { type: 'number', description: 'the step up to which it may train' },
      examples: factSchemas.suggested.properties!.examples!,
      resumes: integerSchema(1, 'the trial that it continues'),
      checkpoint: textSchema('saved state to resume from', 4096),
      metric: textSchema('the name under which programs print the value, if it differs from that of the objective'),
      traceparent: textSchema('the trace of the trial, as W3C Trace Context writes it, if the study is traced', 55),
      lease: { type: 'number', description: 'seconds without a report or a heartbeat after which the attempt is lost' },
    },
    required: ['next', 'trial', 'attempt', 'run', 'params', 'lease'],
    description: 'evaluate this trial',
  },
  wait: {
    type: 'object',
    properties: {
      next: { const: 'wait' },
      why: enumSchema(['paused', 'no-result'], 'why none begins: a person paused the study, or its first trials failed alike'),
    },
    required: ['next'],
    description: 'no trial is due: ask again',
  },
  over: {
    type: 'object',
    properties: { next: { const: 'over' }, reason: textSchema('why') },
    required: ['next', 'reason'],
    description: 'there are no more trials',
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** The answer to a trainer that works on a trial. */
export const stopping: Schema = {
  type: 'object',
  properties: {
    stop: { type: 'boolean', description: 'whether the trial should stop: end it, and call stopped' },
    by: textSchema('what stops it'),
    why: textSchema('why, for people', 1024),
    position: integerSchema(1, 'of the fact in the log; a heartbeat has none'),
  },
  required: ['stop'],
  description: 'whether the trial should stop',
};

/** The answer to a command. */
export const stored: Schema = {
  type: 'object',
  properties: {
    position: integerSchema(1, 'of the fact in the log'),
    fact: dataSchema('the fact that the command appended'),
    running: { type: 'boolean', description: 'over HTTP: whether the study runs; otherwise the command takes effect in its next run' },
  },
  required: ['position', 'fact'],
};

export const entrySchema = objectSchema(
  'an entry of the log, whether it counts or not',
  { position: { type: 'integer', minimum: 1 }, at: count('milliseconds since 1970') },
  {
    fact: anySchema('as it was written'),
    author: proseSchema('the trainer that wrote it'),
    refusal: {
      type: 'object',
      properties: { code: proseSchema('why it is not a fact'), message: proseSchema('the same in one sentence') },
    },
  },
);

export const queueSchema = objectSchema(
  'whether it is the turn of a proposer',
  {
    next: enumSchema(['propose', 'wait', 'over'], 'propose: it is your turn; wait: ask again; over: the study has ended'),
    waiting: count('how many of its proposals wait to be used'),
  },
  { reason: proseSchema('over: why') },
);
