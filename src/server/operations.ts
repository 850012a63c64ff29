import { whySchema } from '../../streams/explanation/why.ts';
import { type Fact, factSchemas } from '../facts/facts.ts';
import { params } from '../facts/fields.ts';
import { dataSchema, integerSchema, type ObjectSchema, type Schema, textSchema } from '../facts/schema.ts';
import { importancesSchema } from '../insight/importance/importances.ts';
import { forIntents, type Intent, type IntentKind } from '../study/intents.ts';
import { requestKinds, statusSchema } from '../study/requests.ts';
import { trialRowSchema } from '../study/trialRowSchema.ts';
import { type TrialFact, verbs } from '../study/verbs.ts';
import { everyone, type Operation, readers, studyPath, trialPath } from './operation.ts';
import { pageOperations } from './pageOperations.ts';

const seconds = (why: string): Schema => ({ type: 'number', minimum: 0, maximum: 60, description: `seconds ${why} (default: 30)` });

const trainers = ['trainer'] as const;

/** The longest name of a claim or a request. */
const run = textSchema('the claim on the trial, from the answer to ask');

/** The fields of a fact that its trainer sends. Over HTTP, each fact must name its run. */
function bodyOf(type: Fact['type'], optional: readonly string[] = []): ObjectSchema {
  const { properties, required = [] } = factSchemas[type];
  const { type: _, v: __, trial: ___, attempt: ____, ...fields } = properties!;
  return {
    type: 'object',
    properties: { ...fields, run },
    required: ['run', ...required.filter((name) => name in fields && !optional.includes(name))],
    description: factSchemas[type].description!,
  };
}

/** The answer to a trainer that works on a trial. */
export const stopping: Schema = {
  type: 'object',
  properties: {
    stop: { type: 'boolean', description: 'whether the trial should stop: end it, and call stopped' },
    by: textSchema('what stops it'),
    position: integerSchema(1, 'of the fact in the log; a heartbeat has none'),
  },
  required: ['stop'],
  description: 'whether the trial should stop',
};

/** A study, and its state. */
export const describedStudy = {
  type: 'object',
  properties: { ...statusSchema.properties, created: factSchemas.created },
  required: [...statusSchema.required, 'created'],
  description: 'a study, and its state',
} as const satisfies Schema;

/** The answers to an ask, by their field `next`. */
export const asked = {
  trial: {
    type: 'object',
    properties: {
      next: { const: 'trial' },
      trial: integerSchema(1, 'its number'),
      attempt: integerSchema(1, 'its attempt'),
      run,
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
  wait: { type: 'object', properties: { next: { const: 'wait' } }, required: ['next'], description: 'no trial is due: ask again' },
  over: {
    type: 'object',
    properties: { next: { const: 'over' }, reason: textSchema('why') },
    required: ['next', 'reason'],
    description: 'there are no more trials',
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** Why a trial was suggested, also as sentences. */
export const explained: ObjectSchema = {
  ...whySchema,
  properties: { ...whySchema.properties, text: { type: 'array', items: { type: 'string' }, description: 'the same as sentences' } },
};

/** A person's command. */
function command(type: Intent['type'], { schema, summary, ofTrial }: IntentKind): Operation {
  const { properties = {}, required = [], description } = schema;
  const { trial: _, ...others } = properties;
  const fields = ofTrial ? others : properties;
  return {
    method: 'post',
    path: `${ofTrial ? trialPath : studyPath}/${type}`,
    roles: ['operator'],
    summary,
    body: { type: 'object', properties: fields, required: required.filter((name) => name in fields), description: description ?? '' },
    result: requestKinds[type].result,
  };
}

/** A trainer's request about a trial that it has claimed. */
const said = (type: TrialFact['type'], summary: string, optional: readonly string[] = []) =>
  ({
    method: 'post',
    path: `${trialPath}/${verbs[type]}`,
    roles: trainers,
    summary,
    body: bodyOf(type, optional),
    result: stopping,
  }) as const satisfies Operation;

export const operations = {
  listStudies: {
    method: 'get',
    path: '/v1/studies',
    roles: everyone,
    summary: 'List the studies, with their state.',
    result: { type: 'array', items: statusSchema },
  },
  createStudy: {
    method: 'post',
    path: '/v1/studies',
    roles: ['operator'],
    summary: 'Create a study, and run it.',
    body: {
      type: 'object',
      properties: { name: textSchema('its name: letters, digits, _ and -', 64), parameters: dataSchema('the parameters by name') },
      required: ['name', 'parameters'],
      additionalProperties: {},
      description: 'a study file as JSON',
    },
    form: 'StudyFile',
    result: describedStudy,
  },
  getStudy: { method: 'get', path: studyPath, roles: everyone, summary: 'Get a study: its space, and its state.', result: describedStudy },
  ask: {
    method: 'post',
    path: `${studyPath}/ask`,
    roles: trainers,
    summary: 'Claim the next trial.',
    body: {
      type: 'object',
      properties: {
        wait: seconds('to wait for a trial'),
        run: textSchema(
          'a claim of your own; with the claim of an open trial, you get that trial again (default: the Idempotency-Key, or a random one)',
        ),
        trainer: textSchema('your name, for people (default: that of your token)'),
        fixed: dataSchema('values that the trial must have, by the names of parameters; the strategy chooses the rest. Needs run.'),
      },
      description: 'nothing is required',
    },
    result: { oneOf: Object.values(asked), discriminator: { propertyName: 'next' } },
  },
  report: said('reported', 'Report values of a trial at a step, or results of examples.'),
  heartbeat: {
    method: 'post',
    path: `${trialPath}/heartbeat`,
    roles: trainers,
    summary: 'Send a heartbeat: you still work on the trial.',
    body: { type: 'object', properties: { run }, required: ['run'], description: 'the claim' },
    result: stopping,
  },
  tell: said('completed', 'Tell the result of a trial.', ['values']),
  stopped: said('stopped', 'Tell that a trial was stopped: its last report is its result.'),
  fail: said('failed', 'Tell that an attempt has no result. The reason preempted hands the trial back.', ['reason']),
  best: {
    method: 'get',
    path: `${studyPath}/best`,
    roles: readers,
    summary: requestKinds.best.summary,
    result: requestKinds.best.result,
  },
  front: {
    method: 'get',
    path: `${studyPath}/front`,
    roles: readers,
    summary: requestKinds.front.summary,
    result: requestKinds.front.result,
  },
  match: {
    method: 'post',
    path: `${studyPath}/match`,
    roles: everyone,
    summary: requestKinds.match.summary,
    body: requestKinds.match.request,
    result: describedStudy,
  },
  listTrials: {
    method: 'get',
    path: `${studyPath}/trials`,
    roles: readers,
    summary: requestKinds.trials.summary,
    query: requestKinds.trials.request.properties,
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
  getTrial: { method: 'get', path: trialPath, roles: readers, summary: 'Get a trial.', result: trialRowSchema },
  facts: {
    method: 'get',
    path: `${studyPath}/facts`,
    roles: readers,
    summary: 'Read the log. With "Accept: text/event-stream", also new entries, as server-sent events.',
    query: requestKinds.log.request.properties,
    result: { ...requestKinds.log.result, maxItems: 1_000_000 },
    streams: true,
  },
  why: {
    method: 'get',
    path: `${trialPath}/why`,
    roles: readers,
    summary: 'Explain a suggestion: recompute it, and say what was expected.',
    result: explained,
  },
  importance: {
    method: 'get',
    path: `${studyPath}/importance`,
    roles: readers,
    summary: 'Get how much of the variation of the results each parameter explains, with 90 % intervals, or null if there are too few.',
    query: {
      objective: { type: 'string', description: 'name of the objective (default: the first one)' },
      at: integerSchema(1, 'the position of the entry of the log up to which results count (default: the last one)'),
    },
    result: { oneOf: [importancesSchema, { type: 'null' }], description: 'the importances, or null if there are too few results' },
  },
  turn: {
    method: 'get',
    path: `${studyPath}/turn`,
    roles: ['operator'],
    summary: 'Wait until it is the turn of a proposer, an external strategy. Then propose.',
    query: {
      ...requestKinds.turn.request.properties,
      wait: seconds('to wait for the turn'),
    },
    required: requestKinds.turn.request.required,
    result: requestKinds.turn.result,
  },
  listTrainers: {
    method: 'get',
    path: `${studyPath}/trainers`,
    roles: readers,
    summary: 'List the trainers whose names are known, with the trials that they hold.',
    result: requestKinds.trainers.result,
  },
  ...forIntents(command),
  ...pageOperations,
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;
export const operationIds = Object.keys(operations) as OperationId[];

/** The methods that a path has, such as `GET`. */
export function methodsOf(path: string): readonly string[] {
  const words = path.split('/');
  const fits = (pattern: readonly string[]) =>
    pattern.length === words.length && pattern.every((word, i) => (word.startsWith('{') ? words[i] !== '' : word === words[i]));
  return Object.values<Operation>(operations)
    .filter((one) => fits(one.path.split('/')))
    .map(({ method }) => method.toUpperCase());
}
