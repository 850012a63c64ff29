import type { ObjectSchema, Schema } from '../facts/schema.ts';
import { recordOf } from '../schema/recordOf.ts';

/** What is asked of a study, or of all of them: the requests over HTTP and NATS, the tools of agents and their documents are made from it. */
export interface Operation {
  /** What it does, as a sentence. */
  readonly summary: string;
  /** What its answer has, and what comes next. */
  readonly answer: string;
  /** The role that it needs. An operator may do what a viewer may, and a user with the role `agent` everything. */
  readonly role: 'anyone' | 'viewer' | 'operator' | 'trainer';
  /** What it is about, which its address names and its input does not. */
  readonly of: 'server' | 'study' | 'trial';
  /** `get`: it only reads. */
  readonly method: 'get' | 'post';
  readonly input?: ObjectSchema;
  readonly result: Schema;
  /** Its path over HTTP, with parameters in braces as in OpenAPI; empty if it has none. */
  readonly path: string;
  /** Its name as a tool of agents; false if it is none. */
  readonly tool: string | false;
  /** The input over NATS, if it differs. */
  readonly nats?: ObjectSchema;
  /** Whether it cannot be undone. */
  readonly isFinal?: boolean;
  /** The name of a schema of the OpenAPI document that says more about the input: what else it may hold is checked elsewhere. */
  readonly form?: 'StudyFile';
  /** Whether the answer can also be a stream of server-sent events, of data like the items of the result. */
  readonly streams?: true;
  /** The media type of the answer. Default: JSON. */
  readonly produces?: string;
  /** The media type of the body. Default: JSON. */
  readonly consumes?: string;
}

/** The paths of what an operation is about. */
export const paths = { server: '/v1', study: '/v1/studies/{study}', trial: '/v1/studies/{study}/trials/{trial}' } as const;

/** A row of the table. By default, a viewer reads something about a study; path and tool have the name of the operation. */
type Row = Partial<Operation> & Pick<Operation, 'summary' | 'answer' | 'result'>;

/** The operations of rows by their names, which are the type. */
export const operationsOf = <Id extends string>(rows: Readonly<Record<Id, Row>>): Readonly<Record<Id, Operation>> =>
  recordOf(Object.keys(rows) as Id[], (id) => {
    const { of = 'study', ...row }: Row = rows[id];
    return { role: 'viewer', of, method: 'get', path: `${paths[of]}/${id}`, tool: id, ...row };
  });

/** The fields of an input of which none is required. */
export const inputOf = (properties: NonNullable<ObjectSchema['properties']>, description = 'nothing is required'): ObjectSchema => ({
  type: 'object',
  properties,
  description,
});

export const waiting = (why: string): Schema => ({ type: 'number', minimum: 0, maximum: 60, description: `seconds ${why} (default: 30)` });
