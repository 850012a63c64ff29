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

/** What an intent has, and what it becomes. */
export interface IntentKind {
  /** The fact that it becomes. */
  readonly fact: Decided['type'];
  /** Its fields besides its type. */
  readonly schema: ObjectSchema;
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
  enqueue: { fact: 'enqueued', schema: { ...enqueue, properties: { ...enqueue.properties, instead } } },
  propose: { fact: 'proposed', schema: fieldsOf('proposed') },
  retract: { fact: 'retracted', schema: fieldsOf('retracted') },
  cancel: { fact: 'cancelled', schema: fieldsOf('cancelled') },
  annotate: { fact: 'annotated', schema: fieldsOf('annotated') },
  change: { fact: 'changed', schema: { ...change, properties: { ...change.properties, more } } },
  instruct: { fact: 'instructed', schema: fieldsOf('instructed') },
  close: { fact: 'closed', schema: { type: 'object', description: 'nothing' } },
} as const satisfies Readonly<Record<Intent['type'], IntentKind>>;

export const isIntent = (type: string): type is Intent['type'] => Object.hasOwn(intents, type);

const intentTypes = Object.keys(intents).filter(isIntent);

/** A value for each intent, by its name. */
export const forIntents = <T>(make: (type: Intent['type'], kind: IntentKind) => T): Readonly<Record<Intent['type'], T>> =>
  recordOf(intentTypes, (type) => make(type, intents[type]));
