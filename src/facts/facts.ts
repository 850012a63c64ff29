import { type Created, created } from './created.ts';
import {
  after,
  attempt,
  checkpoint,
  decisions,
  fact,
  metric,
  type Params,
  params,
  priority,
  run,
  trial,
  uncounted,
  user,
  values,
} from './fields.ts';
import { limits } from './limits.ts';
import {
  anySchema,
  enumSchema,
  finiteSchema,
  flagSchema,
  integerSchema,
  listSchema,
  notNegativeSchema,
  objectSchema,
  recordSchema,
  type TypeOf,
  textSchema,
} from './schema.ts';

export type { Created, ObjectiveSpec } from './created.ts';
export type { Params, Values } from './fields.ts';
export type { Limits } from './limits.ts';

/** The most characters in the trace of a failed trial. */
export const LONGEST_TRACE = 8192;
/** The most characters of a tag. */
export const LONGEST_TAG = 1024;
/** The most characters of a note about a trial or a study. */
const LONGEST_NOTE = 16_384;

const reservedFor = textSchema('the ask that it is for (default: any)', 1024);
const suggested = fact(
  'suggested',
  'the engine asks trainers to try a configuration',
  { trial, attempt, by: textSchema('path of the strategy, `queue` or `import`', 1024), params },
  {
    budget: notNegativeSchema('the step up to which the trial may train, counted from the first trial of its configuration'),
    examples: listSchema(
      integerSchema(0, 'place of an example in the list of the study, from 0'),
      'the examples to evaluate, in this order (default: all)',
      { minItems: 1, maxItems: 100_000 },
    ),
    resumes: integerSchema(1, 'the trial that it continues, from its checkpoint or with more examples'),
    checkpoint,
    tags: recordSchema(textSchema('a note of the strategy', LONGEST_TAG), 'how the suggestion was made'),
    metric,
    avoid: listSchema(
      textSchema('name of a trainer'),
      'trainers that must not take this attempt, because an earlier one failed there at once',
      {
        maxItems: 16,
      },
    ),
    queue: integerSchema(1, 'position of the `enqueued` fact that it serves'),
    for: reservedFor,
    proposal: integerSchema(1, 'position of the `proposed` fact that it serves'),
    after,
    decisions,
  },
);
/** The engine asks trainers to try a configuration. @typeParam P the type of configurations, if the space is known */
export interface SuggestedFact<P = Params> extends Omit<TypeOf<typeof suggested>, 'params'> {
  readonly params: P;
}

const started = fact(
  'started',
  'a trainer claims an attempt',
  { trial, attempt, run },
  { trainer: textSchema('name of the trainer, for people') },
);
/** A trainer claims an attempt. */
export interface Started extends TypeOf<typeof started> {}

const reported = fact(
  'reported',
  'values of a trial at a step',
  { trial, step: integerSchema(0, 'increasing; counted from the first trial of the configuration, from 1 or from 0'), values },
  {
    run,
    results: listSchema(
      listSchema(finiteSchema('a finite number'), 'the place of the example, a value for each objective, and its outcome constraints', {
        minItems: 2,
        maxItems: 81,
      }),
      'results of examples: the place of each, a value for each objective, and then its outcome constraints; `step` is then their number so far, and the engine computes the means',
      { minItems: 1, maxItems: 4096 },
    ),
    metrics: recordSchema(finiteSchema('a finite number'), 'a finite number for each name; with `results`, sums over these results'),
    metric,
    checkpoint,
  },
);
/** Values of a trial at a step. */
export interface ReportedFact extends TypeOf<typeof reported> {}

const completed = fact(
  'completed',
  'a trial has its result',
  { trial, values },
  {
    run,
    metrics: values,
    metric,
    gradient: recordSchema(values, 'derivatives of each value by each parameter, in the unit of the parameter'),
    stderr: recordSchema(finiteSchema('a finite number'), 'standard error of each value'),
    constraints: listSchema(finiteSchema('a finite number'), 'outcome constraints: at most 0 is feasible', { maxItems: 64 }),
    seconds: notNegativeSchema('how long it took, in seconds'),
    checkpoint,
  },
);
/** A trial has its result. */
export interface Completed extends TypeOf<typeof completed> {}

const stopped = fact(
  'stopped',
  'a trainer obeyed a stop; the last reported values are the result',
  { trial },
  {
    run,
    step: integerSchema(0, 'the last step'),
    by: textSchema('what stopped it', 1024),
    why: textSchema('why, for people', 1024),
    checkpoint,
  },
);
/** A trainer obeyed a stop; the last reported values are the result. */
export interface Stopped extends TypeOf<typeof stopped> {}

const reason = enumSchema(['error', 'infeasible', 'timeout', 'preempted', 'lost', 'non-finite', 'no-result'], 'why it failed');
export type FailureReason = TypeOf<typeof reason>;
const failed = fact(
  'failed',
  'an attempt has no result',
  { trial, reason },
  {
    attempt,
    run,
    message: textSchema('what went wrong', 4096),
    trace: textSchema('where it went wrong, such as the last lines of a traceback', LONGEST_TRACE),
    checkpoint,
  },
);
/** An attempt has no result. */
export interface FailedFact extends TypeOf<typeof failed> {}

const enqueued = fact(
  'enqueued',
  'a person enqueues a configuration, to be tried next',
  { params },
  { rest: enumSchema(['strategy'], 'what chooses missing parameters (default: they are drawn from their priors)'), for: reservedFor, user },
);
/** A person wants a configuration tried next. Missing parameters are drawn, or chosen by the strategy. */
export interface Enqueued extends TypeOf<typeof enqueued> {}

const proposer = textSchema('name of the proposer: that of its stage `external`', 128);
const proposed = fact(
  'proposed',
  'an external proposer proposes a configuration, with which its stage answers an ask; missing parameters are drawn',
  { proposer, params },
  {
    seconds: notNegativeSchema('seconds until the proposal expires (default: never)'),
    note: textSchema('why it is proposed, for people', 1024),
    user,
  },
);
/** An external proposer proposes a configuration, with which its stage `external` answers an ask; missing parameters are drawn. */
export interface ProposedFact extends TypeOf<typeof proposed> {}

const expired = fact(
  'expired',
  'a proposal expires, or its proposer took too long',
  { proposer },
  {
    known: integerSchema(
      0,
      'position of the last entry that the engine had read: a proposer that has proposed since did not take too long',
    ),
    proposal: integerSchema(
      1,
      'position of the expired proposal (default: none; its stage stops waiting until the proposer proposes again)',
    ),
  },
);
/** The time of a proposer or of its proposal is over. */
export interface ExpiredFact extends TypeOf<typeof expired> {}

const retracted = fact('retracted', 'a person declares a result wrong', { trial }, { user });
/** A person declares a result wrong. */
export interface Retracted extends TypeOf<typeof retracted> {}

const cancelled = fact('cancelled', 'a person cancels a trial', { trial }, { user });
/** A person wants a trial to stop. */
export interface Cancelled extends TypeOf<typeof cancelled> {}

const annotated = fact(
  'annotated',
  'a person annotates a trial or, without a trial, the study; strategies do not see it',
  {},
  {
    trial,
    note: textSchema('text in Markdown, which replaces the old one; an empty text removes it', LONGEST_NOTE),
    labels: listSchema(textSchema('a word or two', 64), 'labels, which replace the old ones', { maxItems: 32 }),
    starred: flagSchema('whether it has a star'),
    user,
  },
);
/** A person annotates a trial or, without a trial, the study; strategies do not see it. */
export interface Annotated extends TypeOf<typeof annotated> {}

const changed = fact(
  'changed',
  'new settings from here on; reopens a closed study',
  {},
  {
    paused: flagSchema('whether new trials wait'),
    why: enumSchema(['no-result'], 'the first trials failed alike (default: a person pauses it)'),
    parallel: integerSchema(1, 'how many trials may be open at once'),
    joined: integerSchema(0, 'how many more, for processes that share the journal with the one that runs the study'),
    priority,
    limits,
    uncounted,
    strategy: anySchema('the new strategy as data'),
    resumes: flagSchema('whether the trainers resume from checkpoints'),
    by: enumSchema(['start'], '`start`: the options of a start, if they differ from the previous start (default: a person)'),
    user,
  },
);
/** New settings from here on; reopens a closed study. `limits` are merged into the current ones, and their `spend` into the current one. Of `uncounted`, only trials that have failed are taken. */
export interface Changed extends TypeOf<typeof changed> {}

const instructed = fact(
  'instructed',
  'a person or the engine tells a trainer whether to take trials; its current trials continue',
  {
    trainer: textSchema('name of the trainer'),
    to: enumSchema(
      ['work', 'pause', 'drain'],
      '`work`: take trials; `pause`: take none until further notice; `drain`: take none, and end after the current ones',
    ),
  },
  { reason: textSchema('why, for people', 1024), by: enumSchema(['engine'], 'what decided it (default: a person)'), after, user },
);
/** A person or the engine tells a trainer whether to take trials. */
export interface Instructed extends TypeOf<typeof instructed> {}
/** An instruction to a trainer. */
export type Instruction = Instructed['to'];

const closeReason = enumSchema(['trials', 'target', 'cost', 'spend', 'plateau', 'exhausted', 'time', 'person'], 'what ended the study');
export type CloseReason = TypeOf<typeof closeReason>;
const closed = fact(
  'closed',
  'the study is over',
  { reason: closeReason },
  { best: objectSchema('the best trial', { trial, values }, {}), after, user },
);
/** The study is over. */
export interface Closed extends TypeOf<typeof closed> {}

/** JSON Schema of each fact by its type. Types, validation and published documents all derive from these. */
export const factSchemas = {
  created,
  suggested,
  started,
  reported,
  completed,
  stopped,
  failed,
  enqueued,
  proposed,
  expired,
  retracted,
  cancelled,
  annotated,
  changed,
  instructed,
  closed,
};

/** What trainers write. */
export type TrialEvent = Started | ReportedFact | Completed | Stopped | FailedFact;
/** What people write, through the engine. */
export type UserFact = Enqueued | ProposedFact | Retracted | Cancelled | Annotated | Changed | Instructed;
/** What the engine writes. */
export type EngineFact<P = Params> = Created | SuggestedFact<P> | ExpiredFact | Instructed | Closed;
/** The facts of a log, named in the past tense. */
export type Fact<P = Params> = TrialEvent | UserFact | EngineFact<P>;
