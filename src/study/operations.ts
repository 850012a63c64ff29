import {
  dataSchema,
  enumSchema,
  integerSchema,
  listSchema,
  type ObjectSchema,
  objectSchema,
  proseSchema,
  textSchema,
} from '../facts/schema.ts';
import { describedStudy, entrySchema, queueSchema, statusSchema, stored } from './answerSchemas.ts';
import { forIntents, type Intent } from './intents.ts';
import { inputOf, type Operation, operationsOf, paths, waiting } from './operation.ts';
import { trainerRowSchema } from './trainerRows.ts';
import { trialRowSchema } from './trialRowSchema.ts';
import { trialStatuses } from './trials.ts';
import { isOfTrial } from './verbs.ts';

const nothing: ObjectSchema = { type: 'object', description: 'nothing' };

const proposer = objectSchema(
  'whether it is the turn of an external proposer',
  { proposer: proseSchema('name of the proposer') },
  {
    ahead: integerSchema(
      0,
      'how many proposals it makes in advance, so that no trainer waits for it; 0: none, it proposes only when the study waits (default: 1)',
    ),
  },
);

/** What people command. The study itself needs no word of it. */
const commands: Readonly<Record<Intent['type'], Pick<Operation, 'summary' | 'answer' | 'isFinal'>>> = {
  enqueue: {
    summary: 'Try a configuration next.',
    answer: 'The next ask gets this configuration; the strategy or chance adds missing parameters.',
  },
  propose: {
    summary: 'Propose a configuration for the stage external of a proposer. It is tried when its turn comes.',
    answer: 'Call it when the answer to queue says so.',
  },
  retract: {
    summary: 'Declare the result of a trial wrong.',
    answer: 'Strategies no longer learn from the trial. It cannot be undone.',
    isFinal: true,
  },
  cancel: {
    summary: 'Cancel a trial.',
    answer: 'Its trainer hears of it with its next report or heartbeat. It cannot be undone.',
    isFinal: true,
  },
  annotate: {
    summary: 'Add a note, labels or a star to a trial or to the study.',
    answer: 'Only people see them; strategies do not.',
  },
  change: {
    summary: 'Change limits, parallel or strategy; pause, resume or reopen the study.',
    answer: 'The new settings hold from there on; `more` adds trials, and reopens a closed study.',
    isFinal: true,
  },
  instruct: {
    summary: 'Tell a trainer to take trials, to take none, or to take none and end.',
    answer: 'Its current trials continue.',
  },
  close: {
    summary: 'End the study.',
    answer: 'Open trials are stopped, and an ask gets `over`. To reopen the study, change its limits.',
    isFinal: true,
  },
};

/** What every study answers, over HTTP and as a request over NATS: `ht.<study>.rpc.<name>`. */
export const natsOperations = operationsOf({
  studies: {
    summary: 'List the studies, with their state.',
    answer: 'The answer has for each study its counts of trials, the best one, and why it is closed. Use its name as `study` elsewhere.',
    role: 'anyone',
    of: 'server',
    path: '/v1/studies',
    tool: 'list_studies',
    result: { type: 'array', items: statusSchema },
    // To the subject of `_all` studies, each process answers for those that it runs, in the order of their names, with as many as fit into an answer.
    nats: inputOf({ after: proseSchema('later names only: ask again with it while an answer says `more`') }),
  },
  create: {
    summary: 'Create a study, and run it.',
    answer:
      'A study file, such as {"name": "digits", "parameters": {"lr": {"type": "float", "low": 0.0001, "high": 0.1, "log": true}, "layers": {"type": "int", "low": 1, "high": 4}, "optimizer": {"type": "choice", "values": ["adam", "sgd"]}, "momentum": {"type": "float", "low": 0, "high": 1, "when": {"optimizer": "sgd"}}}, "objective": "minimize loss", "trials": 60, "parallel": 4}. ' +
      'Other types are boolean, ordinal with its `values` in order, and constant with its `value`; float and int may have a `step`. Several objectives: `objectives` has minimize or maximize by the name of each. `epochs`, the most of a trial, stops trials that fall behind early; `target` ends the study. ' +
      'Leave `strategy` out for a good default. The answer has the state of the study. Then ask for its trials.',
    role: 'operator',
    of: 'server',
    method: 'post',
    path: '/v1/studies',
    tool: 'create_study',
    input: {
      type: 'object',
      properties: { name: textSchema('its name: letters, digits, _ and -', 64), parameters: dataSchema('the parameters by name') },
      required: ['name', 'parameters'],
      additionalProperties: {},
      description: 'a study file as JSON',
    },
    form: 'StudyFile',
    result: describedStudy,
    nats: objectSchema(
      'begins the study; `hypertide serve --all` answers',
      { study: dataSchema('a study file as data, without keys that decide what a worker runs, such as `command`') },
      {},
    ),
  },
  load: {
    summary: 'Load a closed study that was unloaded.',
    answer: 'Over HTTP, any request about a study loads it.',
    role: 'anyone',
    method: 'post',
    path: '',
    tool: false,
    result: nothing,
  },
  study: {
    summary: 'Get a study: its space, and its state.',
    answer:
      'The answer has the state of the study, and in `created` its parameters, objectives, strategy and limits. The names of the objectives are those of `values` in tell and report.',
    role: 'anyone',
    path: paths.study,
    tool: 'get_study',
    result: describedStudy,
  },
  match: {
    summary: 'Check that the study has this space and these objectives.',
    answer: 'The answer has the state of the study, or the request is refused and the error names what differs.',
    role: 'anyone',
    method: 'post',
    tool: false,
    input: inputOf(
      {
        parameters: dataSchema('its parameters by name, as in a study file'),
        constraints: listSchema({}, 'its constraints, as in a study file'),
        objectives: dataSchema('the direction of each objective by name'),
      },
      'what a trainer takes the study for; what is left out is not compared',
    ),
    result: describedStudy,
  },
  best: {
    summary: 'Get the best trial so far, or null.',
    answer: 'It has `params` and `values`, and is null before the first result.',
    result: { oneOf: [trialRowSchema, { type: 'null' }], description: 'the best trial, or null' },
  },
  front: {
    summary: 'List the trials that no other trial dominates.',
    answer: 'The answer has the completed trials that no other one beats in all objectives; with one objective, the best trial.',
    result: { type: 'array', items: trialRowSchema },
  },
  trials: {
    summary: 'List trials in the order of their numbers.',
    answer:
      'The answer has a page of trials with their parameters, status and values. If it has `next`, there are more: pass it as `after`.',
    tool: 'list_trials',
    input: inputOf({
      after: integerSchema(0, 'rows of later trials only'),
      status: enumSchema(trialStatuses, 'only these'),
      limit: integerSchema(1, 'how many rows at most (default: as many as fit into an answer)'),
    }),
    result: {
      type: 'object',
      properties: {
        trials: { type: 'array', items: trialRowSchema, maxItems: 1_000_000 },
        next: integerSchema(1, 'if there are more: pass it as after to get them'),
      },
      required: ['trials'],
      description: 'a page of trials',
    },
  },
  log: {
    summary: 'Read the log.',
    answer:
      'The answer has the next entries after the position `after`, as many as fit into it: all that happened in the study. Ask again until there are none. With "Accept: text/event-stream", also new entries, as server-sent events.',
    tool: false,
    input: inputOf({ after: integerSchema(0, 'entries of later positions only') }),
    result: { type: 'array', items: entrySchema, maxItems: 1_000_000 },
    streams: true,
  },
  queue: {
    summary: 'Wait until it is the turn of a proposer, an external strategy. Then propose.',
    answer:
      'Only for studies whose strategy has a stage `external`. The answer has `next`: with `propose`, call propose; with `wait`, call this again; with `over`, the study has ended.',
    role: 'operator',
    input: { ...proposer, properties: { ...proposer.properties, wait: waiting('to wait for the turn') } },
    result: queueSchema,
    nats: proposer, // which does not wait
  },
  trainers: {
    summary: 'List the trainers, with the trials that they hold.',
    answer: 'It also has how many of its trials ended with a result or an error, and its instruction. To change that, call instruct.',
    tool: 'list_trainers',
    result: { type: 'array', items: trainerRowSchema },
  },
  ...forIntents((command, { schema }) => {
    const ofTrial = isOfTrial(command);
    const { trial, ...others } = schema.properties ?? {};
    const properties = ofTrial ? others : (schema.properties ?? {});
    const required = (schema.required ?? []).filter((name) => name in properties);
    return {
      ...commands[command],
      role: 'operator' as const,
      of: ofTrial ? ('trial' as const) : ('study' as const),
      method: 'post' as const,
      input: { type: 'object', properties, required, description: schema.description ?? '' },
      result: stored,
    };
  }),
});

export type NatsMethod = keyof typeof natsOperations;
export const natsMethods = Object.keys(natsOperations) as NatsMethod[];

/** The fields of a request over NATS. */
export function natsInputOf(method: NatsMethod): ObjectSchema {
  const { input = nothing, nats = input } = natsOperations[method];
  return nats;
}
