import type { Schema } from './check.ts';
import { type Fact, RULES } from './facts.ts';

const integer = (minimum: number, description: string): Schema => ({ type: 'integer', minimum, description });
const text = (description: string, maxLength = 256): Schema => ({ type: 'string', maxLength, description });
const values: Schema = { type: 'object', additionalProperties: { type: 'number' }, description: 'a finite number for each name' };
const params: Schema = { type: 'object', description: 'values by the names of the parameters' };
const rules: Schema = {
  type: 'integer',
  minimum: 1,
  maximum: RULES,
  description: 'which rules decide what counts (absent: 1, or no change)',
};
const decisions = integer(1, 'which decisions strategies take (absent: 1, or those of created)');
const trial = integer(1, 'number of the trial');
const attempt = integer(1, 'number of the attempt');
const run = text(
  "the trainer's claim on the attempt: any text of its own that no other trainer uses; over NATS each fact of a run names it",
);
const metric = text('the name under which the program printed the value, where the study names none');
const checkpoint = text("the trainer's own reference to a checkpoint", 4096);
const budget: Schema = { type: 'number', minimum: 0, description: 'what the trial may spend, cumulative along `resumes`' };
const limits: Schema = {
  type: 'object',
  properties: {
    trials: integer(0, 'configurations to try'),
    seconds: { type: 'number', minimum: 0 },
    target: { type: 'number' },
    cost: { type: 'number', minimum: 0, description: 'what all trials may cost, in steps' },
    plateau: integer(1, 'results in a row without a better one'),
    attempts: integer(1, 'attempts at one trial'),
    retryErrors: { type: 'boolean' },
  },
};

const fact = (
  type: Fact['type'],
  required: readonly string[],
  properties: Readonly<Record<string, Schema>>,
  description: string,
): Schema => ({
  type: 'object',
  properties: { type: { const: type }, v: { const: 1 }, ...properties },
  required: ['type', ...required],
  description,
});

/** JSON Schema of each fact by its type. What is not named here is ignored. */
export const schemas: Readonly<Record<Fact['type'], Schema>> = {
  created: fact(
    'created',
    ['v', 'study', 'space', 'objectives', 'strategy', 'seed', 'limits', 'parallel', 'duplicates'],
    {
      study: text('name of the study'),
      space: { type: 'object' },
      objectives: {
        type: 'array',
        minItems: 1,
        maxItems: 16,
        items: {
          type: 'object',
          properties: { name: text('name of the value'), direction: { type: 'string', enum: ['minimize', 'maximize'] } },
          required: ['name', 'direction'],
        },
      },
      seed: text('seed of all randomness'),
      limits,
      parallel: integer(1, 'how many trials may be open at once'),
      duplicates: { type: 'string', enum: ['forbid', 'allow'] },
      resumes: { type: 'boolean', description: 'whether the trainers resume from checkpoints' },
      rules,
      decisions,
      version: text('version of hypertide'),
    },
    'the first fact of a log: what may never change',
  ),
  suggested: fact(
    'suggested',
    ['trial', 'attempt', 'by', 'params'],
    {
      trial,
      attempt,
      by: text('path of the strategy, queue or import', 1024),
      params,
      budget,
      resumes: integer(1, 'the trial to go on from'),
      checkpoint,
      tags: { type: 'object', additionalProperties: text('a mark of the strategy', 1024) },
      metric,
      queue: integer(1, 'position of the `enqueued` fact that it serves'),
      after: integer(0, 'position of the last entry that the decision knew'),
      decisions,
    },
    'the engine asks trainers to try a configuration',
  ),
  started: fact(
    'started',
    ['trial', 'attempt', 'run'],
    { trial, attempt, run, trainer: text('name of the trainer') },
    'a trainer takes an attempt on',
  ),
  reported: fact(
    'reported',
    ['trial', 'step', 'values'],
    { trial, run, step: integer(0, 'cumulative along `resumes`'), values, metrics: values, metric },
    'how a trial is doing',
  ),
  completed: fact(
    'completed',
    ['trial', 'values'],
    {
      trial,
      run,
      values,
      metrics: values,
      metric,
      gradient: { type: 'object', additionalProperties: values, description: 'of each value by each parameter' },
      stderr: values,
      constraints: { type: 'array', items: { type: 'number' }, maxItems: 64, description: 'at most 0 is feasible' },
      seconds: { type: 'number', minimum: 0 },
      checkpoint,
    },
    'a trial has its result',
  ),
  stopped: fact(
    'stopped',
    ['trial'],
    { trial, run, step: integer(0, 'the last step'), by: text('who stopped it', 1024), checkpoint },
    'a trainer obeyed a stop; its last reported values are its result',
  ),
  failed: fact(
    'failed',
    ['trial', 'reason'],
    {
      trial,
      attempt,
      run,
      reason: { type: 'string', enum: ['error', 'infeasible', 'timeout', 'preempted', 'lost', 'non-finite'] },
      message: text('what went wrong', 4096),
      checkpoint,
    },
    'an attempt has no result',
  ),
  enqueued: fact('enqueued', ['params'], { params }, 'a person wants a configuration tried next; what it leaves out is drawn'),
  retracted: fact('retracted', ['trial'], { trial }, 'a person says that a result is wrong'),
  cancelled: fact('cancelled', ['trial'], { trial }, 'a person wants a trial to stop'),
  changed: fact(
    'changed',
    [],
    {
      paused: { type: 'boolean' },
      parallel: integer(1, 'how many trials may be open at once'),
      limits,
      rules,
      by: { type: 'string', enum: ['start'], description: 'the options of a start, where it is no person' },
    },
    'new settings as from here; reopens a closed study',
  ),
  closed: fact(
    'closed',
    ['reason'],
    {
      reason: { type: 'string', enum: ['trials', 'target', 'cost', 'plateau', 'exhausted', 'time', 'person'] },
      best: { type: 'object', properties: { trial, values }, required: ['trial', 'values'] },
    },
    'the study is over',
  ),
};
