import { dataSchema, type Schema } from '../facts/schema.ts';
import { forIntents } from './intents.ts';
import { trainerRowSchema } from './trainerRows.ts';
import { annotationSchemas, trialRowSchema, trialStatuses } from './trials.ts';

/** A request to a study, and its result. */
export interface RequestKind {
  /** What it does, as a sentence. */
  readonly summary: string;
  readonly request: Schema;
  readonly result: Schema;
}

const text = (description: string): Schema => ({ type: 'string', description });
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const nothing: Schema = { type: 'object', description: 'nothing' };

/** The state of a study: the answer of `rpc.status`, and what `ht.<study>.status` publishes. */
export const statusSchema = {
  type: 'object',
  properties: {
    study: text('its name'),
    phase: text('of the engine'),
    position: count('of the last entry in the log'),
    paused: { type: 'boolean' },
    limit: count('configurations to try'),
    ended: count('those of them that have ended'),
    objective: text('name of the first one'),
    trials: count('suggested so far'),
    open: count('not ended yet'),
    waiting: count('those of the open ones that no trainer holds'),
    completed: count('with a result'),
    stopped: count('stopped early'),
    failed: count('without a result'),
    uncounted: count('failed ones that do not count towards the limit'),
    best: trialRowSchema,
    closed: text('why it is over'),
    ...annotationSchemas,
    error: text('why it cannot be run, if it has failed'),
  },
  required: ['study', 'phase', 'position', 'paused', 'objective', 'trials', 'open', 'completed', 'stopped', 'failed'],
  description: 'the state of a study',
} as const satisfies Schema;

const entry: Schema = {
  type: 'object',
  properties: {
    position: { type: 'integer', minimum: 1 },
    at: count('milliseconds since 1970'),
    fact: { description: 'as it was written' },
    author: text('the trainer that wrote it'),
    refusal: { type: 'object', properties: { code: text('why it is not a fact'), message: text('the same in one sentence') } },
  },
  required: ['position', 'at'],
  description: 'an entry of the log, whether it counts or not',
};

const stored: Schema = {
  type: 'object',
  properties: {
    position: { type: 'integer', minimum: 1, description: 'of the fact in the log' },
    fact: dataSchema('the fact that the command appended'),
  },
  required: ['position', 'fact'],
};

const turnSchema = {
  type: 'object',
  properties: {
    next: {
      type: 'string',
      enum: ['propose', 'wait', 'over'],
      description: 'propose: it is your turn; wait: ask again; over: the study has ended',
    },
    waiting: count('how many of its proposals wait to be used'),
    reason: text('over: why'),
  },
  required: ['next', 'waiting'],
  description: 'whether it is the turn of a proposer',
} as const satisfies Schema;

/** Each method of `ht.<study>.rpc.<method>`. Requests are checked against these schemas. */
export const requestKinds = {
  status: { summary: 'Get the state of the study.', request: nothing, result: statusSchema },
  best: {
    summary: 'Get the best trial so far, or null.',
    request: nothing,
    result: { oneOf: [trialRowSchema, { type: 'null' }], description: 'the best trial, or null' },
  },
  front: {
    summary: 'List the trials that no other trial dominates.',
    request: nothing,
    result: { type: 'array', items: trialRowSchema },
  },
  match: {
    summary: 'Check that the study has this space and these objectives.',
    request: {
      type: 'object',
      properties: {
        parameters: dataSchema('its parameters by name, as in a study file'),
        constraints: { type: 'array', items: {}, description: 'its constraints, as in a study file' },
        objectives: dataSchema('the direction of each objective by name'),
      },
      description: 'what a trainer takes the study for; what is left out is not compared',
    },
    result: nothing,
  },
  trials: {
    summary: 'List trials in the order of their numbers.',
    request: {
      type: 'object',
      properties: {
        after: count('rows of later trials only'),
        status: { type: 'string', enum: trialStatuses, description: 'only these' },
        limit: { type: 'integer', minimum: 1, description: 'how many rows at most (default: as many as fit into an answer)' },
      },
      description: 'the next rows, as many as fit into an answer; ask again with `after` until there are none',
    },
    result: { type: 'array', items: trialRowSchema },
  },
  log: {
    summary: 'Read the log.',
    request: {
      type: 'object',
      properties: { after: count('entries of later positions only') },
      description: 'the next entries of the log, as many as fit into an answer; ask again with `after` until there are none',
    },
    result: { type: 'array', items: entry },
  },
  turn: {
    summary: 'Ask whether it is the turn of a proposer, an external strategy.',
    request: {
      type: 'object',
      properties: {
        proposer: text('name of the proposer'),
        ahead: count(
          'how many proposals it makes in advance, so that no trainer waits for it; 0: none, it proposes only when the study waits (default: 1)',
        ),
      },
      required: ['proposer'],
      description: 'whether it is the turn of an external proposer; over NATS, ask again until it is',
    },
    result: turnSchema,
  },
  trainers: {
    summary: 'List the trainers, with the trials that they hold.',
    request: nothing,
    result: { type: 'array', items: trainerRowSchema },
  },
  ...forIntents((_, { summary, schema }): RequestKind => ({ summary, request: schema, result: stored })),
  create: {
    summary: 'Create a study, and run it.',
    request: {
      type: 'object',
      properties: { study: dataSchema('a study file as data, without keys that decide what a worker runs, such as `command`') },
      required: ['study'],
      description: 'begins the study; `hypertide serve --all` answers',
    },
    result: nothing,
  },
} as const satisfies Readonly<Record<string, RequestKind>>;

export type RequestMethod = keyof typeof requestKinds;
export const requestMethods = Object.keys(requestKinds) as RequestMethod[];

/** The answer: the result, or why there is none. */
export const replySchema = (result: Schema): Schema => ({
  type: 'object',
  properties: {
    ok: { type: 'boolean' },
    result,
    error: text('if ok is false: why, in one sentence'),
    code: text('if ok is false: a stable name for the reason, such as `bad-field`; `internal` if the engine failed'),
  },
  required: ['ok'],
});
