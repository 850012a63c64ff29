import type { Annotated, Changed, Closed, Enqueued, Fact, Instructed, ProposedFact, UserFact } from '../facts/facts.ts';
import { factSchemas } from '../facts/facts.ts';
import type { ObjectSchema, Schema } from '../facts/schema.ts';
import { recordOf } from '../schema/recordOf.ts';
import type { TrialId } from '../strategy/messages.ts';

/** New settings of a study. */
export interface Changes extends Omit<Changed, 'type' | 'by' | 'user' | 'why'> {
  /** Configurations to try in addition to the limit or, without a limit, to those suggested so far. */
  readonly more?: number;
}

/** A person's command to a study. `type` is also the name of the command and of the operation. */
export type Intent =
  | (Pick<Enqueued, 'params' | 'rest' | 'for'> & { readonly type: 'enqueue'; readonly instead?: TrialId })
  | (Omit<ProposedFact, 'type' | 'user'> & { readonly type: 'propose' })
  | { readonly type: 'retract'; readonly trial: TrialId }
  | { readonly type: 'cancel'; readonly trial: TrialId }
  | (Omit<Annotated, 'type' | 'user'> & { readonly type: 'annotate' })
  | (Changes & { readonly type: 'change' })
  | (Pick<Instructed, 'trainer' | 'to' | 'reason'> & { readonly type: 'instruct' })
  | { readonly type: 'close' };

/** The fact that an intent becomes in the log. */
export type Decided = UserFact | Closed;

/** The description of an intent, from which its fact and its operation follow. */
export interface IntentKind {
  /** The fact that it becomes. */
  readonly fact: Decided['type'];
  /** Its fields besides its type. */
  readonly schema: ObjectSchema;
  /** What it does, as a sentence. */
  readonly summary: string;
  /** What follows from it. */
  readonly answer: string;
  /** Whether it cannot be undone. */
  readonly isFinal?: true;
}

/** The fields that a person gives: those of the fact, without its type and without the name of its author. */
function fieldsOf(type: Fact['type']): ObjectSchema {
  const { properties, required, description } = factSchemas[type];
  const { type: _, by: __, user: ___, ...fields } = properties!;
  return { type: 'object', properties: fields, required: required!.filter((name) => name in fields), description: description! };
}

const enqueue = fieldsOf('enqueued');
const instead: Schema = {
  type: 'integer',
  minimum: 1,
  description: 'a failed trial whose place it takes: that trial no longer counts towards the limit',
};
const { joined: _, why: __, ...settings } = fieldsOf('changed').properties!; // these are said by processes
const change: ObjectSchema = { ...fieldsOf('changed'), properties: settings };
const more: Schema = { type: 'integer', minimum: 1, description: 'configurations to try in addition' };

export const intents = {
  enqueue: {
    fact: 'enqueued',
    schema: { ...enqueue, properties: { ...enqueue.properties, instead } },
    summary: 'Try a configuration next.',
    answer: 'The next ask gets this configuration; the strategy or chance adds missing parameters.',
  },
  propose: {
    fact: 'proposed',
    schema: fieldsOf('proposed'),
    summary: 'Propose a configuration for the stage external of a proposer. It is tried when its turn comes.',
    answer: 'Call it when the answer to queue says so.',
  },
  retract: {
    fact: 'retracted',
    schema: fieldsOf('retracted'),
    summary: 'Declare the result of a trial wrong.',
    answer: 'Strategies no longer learn from the trial. It cannot be undone.',
    isFinal: true,
  },
  cancel: {
    fact: 'cancelled',
    schema: fieldsOf('cancelled'),
    summary: 'Cancel a trial.',
    answer: 'Its trainer hears of it with its next report or heartbeat. It cannot be undone.',
    isFinal: true,
  },
  annotate: {
    fact: 'annotated',
    schema: fieldsOf('annotated'),
    summary: 'Add a note, labels or a star to a trial or to the study.',
    answer: 'Only people see them; strategies do not.',
  },
  change: {
    fact: 'changed',
    schema: { ...change, properties: { ...change.properties, more } },
    summary: 'Change limits, parallel or strategy; pause, resume or reopen the study.',
    answer: 'The new settings hold from there on; `more` adds trials, and reopens a closed study.',
    isFinal: true,
  },
  instruct: {
    fact: 'instructed',
    schema: fieldsOf('instructed'),
    summary: 'Tell a trainer to take trials, to take none, or to take none and end.',
    answer: 'Its current trials continue.',
  },
  close: {
    fact: 'closed',
    schema: { type: 'object', description: 'nothing' },
    summary: 'End the study.',
    answer: 'Open trials are stopped, and an ask gets `over`. To reopen the study, change its limits.',
    isFinal: true,
  },
} as const satisfies Readonly<Record<Intent['type'], IntentKind>>;

export const isIntent = (type: string): type is Intent['type'] => Object.hasOwn(intents, type);

const intentTypes = Object.keys(intents).filter(isIntent);

/** A value for each intent, by its name. */
export const forIntents = <T>(make: (type: Intent['type'], kind: IntentKind) => T): Readonly<Record<Intent['type'], T>> =>
  recordOf(intentTypes, (type) => make(type, intents[type]));
