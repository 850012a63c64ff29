import { dataSchema, type Schema } from '../facts/schema.ts';
import { type Annotation, type TrialRow, trialStatuses } from './trials.ts';

const positive: Schema = { type: 'integer', minimum: 1 };
const numbers: Schema = { type: 'object', additionalProperties: { type: 'number' }, description: 'a number for each name' };
const time = (of: string): Schema => ({ type: 'integer', minimum: 0, description: `${of}, in milliseconds since 1970` });

export const annotationSchemas = {
  note: { type: 'string', description: 'its note, in Markdown' },
  labels: { type: 'array', items: { type: 'string' }, description: 'labels that people gave it' },
  starred: { type: 'boolean', description: 'true if it has a star' },
} as const satisfies Readonly<Record<keyof Annotation, Schema>>;

/** The row as JSON Schema. */
export const trialRowSchema: Schema = {
  type: 'object',
  properties: {
    trial: positive,
    params: dataSchema('values by the names of the parameters'),
    status: { type: 'string', enum: trialStatuses },
    running: { type: 'boolean', description: 'true while a trainer works on it' },
    attempt: positive,
    values: numbers,
    metrics: numbers,
    constraints: { type: 'array', items: { type: 'number' }, description: 'at most 0 is feasible' },
    reason: { type: 'string', description: 'why it failed' },
    message: { type: 'string', description: 'the message of its trainer' },
    trace: { type: 'string', description: 'where the program failed' },
    uncounted: { type: 'boolean', description: 'true for a failed trial that does not count towards the limit of trials' },
    by: { type: 'string', description: 'path of the strategy, queue or import' },
    budget: { type: 'number' },
    resumes: positive,
    proposal: { ...positive, description: 'position of the `proposed` fact that it serves' },
    tags: { type: 'object', additionalProperties: { type: 'string' }, description: 'how the suggestion was made' },
    step: { type: 'integer', minimum: 0, description: 'the highest step reported' },
    examples: { type: 'integer', minimum: 1, description: 'on how many examples its configuration was evaluated' },
    leader: { ...positive, description: 'the trial that leads since its end, if that changed, in a study of examples' },
    ...annotationSchemas,
    seconds: { type: 'number' },
    trainer: { type: 'string' },
    run: { type: 'string', description: 'the last claim of a trainer on it' },
    suggested: { ...positive, description: 'position of the entry that began it' },
    ended: { ...positive, description: 'position of the entry that ended it' },
    suggestedAt: time('when it was suggested'),
    startedAt: time('when a trainer took it on'),
    claimedAt: time('while it runs: when its trainer claimed this attempt'),
    reportedAt: time('while it runs: when this attempt reported last'),
    endedAt: time('when it ended'),
  } satisfies Readonly<Record<keyof TrialRow, Schema>>,
  required: ['trial', 'params', 'status', 'attempt', 'by', 'suggested', 'suggestedAt'] satisfies readonly (keyof TrialRow)[],
  description: 'the current state of a trial',
};
