import type { ObjectSchema, Schema } from '../facts/schema.ts';
import type { UserRole } from './access/users.ts';

/**
 * A request to the server: its route, the roles that may send it, and the schemas of request and answer. Routes, checks and the OpenAPI document
 * follow from it.
 */
export interface Operation {
  readonly method: 'get' | 'post';
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly roles: readonly UserRole[];
  readonly summary: string;
  readonly query?: Readonly<Record<string, Schema>>;
  /** The required names in the query. */
  readonly required?: readonly string[];
  readonly body?: ObjectSchema;
  /** The name of a schema of the OpenAPI document that says more about the body: what else it may hold is checked elsewhere. */
  readonly form?: 'StudyFile';
  readonly result: Schema;
  /** Whether the answer can also be a stream of server-sent events, of data like the items of the result. */
  readonly streams?: true;
  /** The media type of the answer. Default: JSON. */
  readonly produces?: string;
  /** The media type of the body. Default: JSON. */
  readonly consumes?: string;
}

export const readers = ['viewer', 'operator'] as const;
export const everyone = ['viewer', 'operator', 'trainer'] as const;
export const studyPath = '/v1/studies/{study}';
export const trialPath = `${studyPath}/trials/{trial}`;
