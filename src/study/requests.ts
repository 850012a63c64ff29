import { anySchema, dataSchema, enumSchema, integerSchema, listSchema, objectSchema, proseSchema, type Schema } from '../facts/schema.ts';
import { forIntents } from './intents.ts';
import { trainerRowSchema } from './trainerRows.ts';
import { annotationSchemas, trialRowSchema } from './trialRowSchema.ts';
import { trialStatuses } from './trials.ts';

/** A request to a study, and its result. */
export interface RequestKind {
  /** What it does, as a sentence. */
  readonly summary: string;
  readonly request: Schema;
  readonly result: Schema;
}

const count = (description: string) => integerSchema(0, description);
const nothing: Schema = { type: 'object', description: 'nothing' };

/** The state of a study: the answer of `rpc.status`, and what `ht.<study>.status` publishes. */
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

const entry = objectSchema(
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

const stored: Schema = {
  type: 'object',
  properties: {
    position: integerSchema(1, 'of the fact in the log'),
    fact: dataSchema('the fact that the command appended'),
    running: { type: 'boolean', description: 'over HTTP: whether the study runs; otherwise the command takes effect in its next run' },
  },
  required: ['position', 'fact'],
};

const turnSchema = objectSchema(
  'whether it is the turn of a proposer',
  {
    next: enumSchema(['propose', 'wait', 'over'], 'propose: it is your turn; wait: ask again; over: the study has ended'),
    waiting: count('how many of its proposals wait to be used'),
  },
  { reason: proseSchema('over: why') },
);

/** Each method of `ht.<study>.rpc.<method>`. Requests are checked against these schemas. */
export const requestKinds = {
  status: { summary: 'Get the state of the study.', request: nothing, result: statusSchema },
  list: {
    summary: 'List the studies, with their state.',
    request: objectSchema(
      'with `_all` in the place of the name of the study: each process answers for the studies that it runs, in the order of their names, with as many as fit into an answer; ask again with `after` while one says `more`',
      {},
      { after: proseSchema('later names only') },
    ),
    result: objectSchema(
      'studies of a process',
      {
        studies: listSchema(
          objectSchema(
            'a study',
            { study: proseSchema('its name') },
            {
              status: statusSchema,
              error: proseSchema('why it cannot be run, if it has failed'),
              archive: proseSchema('where its archive is, if its log is no longer on the server'),
            },
          ),
          'without `status` while their logs are read, or if they have failed',
        ),
        more: { type: 'boolean', description: 'whether more follow' },
      },
      {},
    ),
  },
  load: {
    summary: 'Load a closed study that was unloaded.',
    request: nothing,
    result: nothing,
  },
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
    request: objectSchema(
      'what a trainer takes the study for; what is left out is not compared',
      {},
      {
        parameters: dataSchema('its parameters by name, as in a study file'),
        constraints: listSchema({}, 'its constraints, as in a study file'),
        objectives: dataSchema('the direction of each objective by name'),
      },
    ),
    result: nothing,
  },
  trials: {
    summary: 'List trials in the order of their numbers.',
    request: objectSchema(
      'the next rows, as many as fit into an answer; ask again with `after` until there are none',
      {},
      {
        after: count('rows of later trials only'),
        status: enumSchema(trialStatuses, 'only these'),
        limit: integerSchema(1, 'how many rows at most (default: as many as fit into an answer)'),
      },
    ),
    result: { type: 'array', items: trialRowSchema },
  },
  log: {
    summary: 'Read the log.',
    request: objectSchema(
      'the next entries of the log, as many as fit into an answer; ask again with `after` until there are none',
      {},
      { after: count('entries of later positions only') },
    ),
    result: { type: 'array', items: entry },
  },
  turn: {
    summary: 'Ask whether it is the turn of a proposer, an external strategy.',
    request: objectSchema(
      'whether it is the turn of an external proposer; over NATS, ask again until it is',
      { proposer: proseSchema('name of the proposer') },
      {
        ahead: count(
          'how many proposals it makes in advance, so that no trainer waits for it; 0: none, it proposes only when the study waits (default: 1)',
        ),
      },
    ),
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
    request: objectSchema(
      'begins the study; `hypertide serve --all` answers',
      { study: dataSchema('a study file as data, without keys that decide what a worker runs, such as `command`') },
      {},
    ),
    result: objectSchema('the study runs', {}, { warning: proseSchema('what of it its team may not use, by its quota') }),
  },
} as const satisfies Readonly<Record<string, RequestKind>>;

export type RequestMethod = keyof typeof requestKinds;
export const requestMethods = Object.keys(requestKinds) as RequestMethod[];
