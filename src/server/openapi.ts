import { factSchemas } from '../facts/facts.ts';
import type { ObjectSchema, Schema } from '../facts/schema.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { intents } from '../study/intents.ts';
import { requestKinds, statusSchema } from '../study/requests.ts';
import { trialRowSchema } from '../study/trials.ts';
import { version } from '../version.ts';
import type { Operation } from './operation.ts';
import { type OperationId, operationIds, operations } from './operations.ts';

/** Schemas that have a name in the document. */
const named: Readonly<Record<string, Schema>> = {
  Trial: trialRowSchema,
  Status: statusSchema,
  Stored: requestKinds.enqueue.result,
  Entry: requestKinds.log.result.items,
  Limits: (factSchemas.changed.properties!.limits as ObjectSchema) ?? intents.change.schema,
  Failure: {
    type: 'object',
    properties: {
      error: { type: 'string', description: 'why, in one sentence; a line for each mistake, if several were found' },
      code: { type: 'string', description: 'a stable name for the reason, such as stale-run' },
    },
    required: ['error', 'code'],
  },
};

const failures: Readonly<Record<number, string>> = {
  400: 'The request does not fit its schema.',
  401: 'A token is needed.',
  403: 'The token does not permit this.',
  404: 'There is no such study or trial.',
  409: 'The study refuses it: the code says why.',
  429: 'This user has too many streams of events open.',
};

const refOf = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A schema with references to those that have a name. */
function withRefs(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const name = Object.keys(named).find((one) => named[one] === schema);
  return name === undefined ? inside(schema) : refOf(name);
}

const inside = (schema: object): unknown =>
  Array.isArray(schema) ? schema.map(withRefs) : Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withRefs(value)]));

/** JSON as a body. */
const json = (schema: unknown) => ({ 'application/json': { schema: withRefs(schema) } });

const parameter = (name: string, place: 'path' | 'query' | 'header', schema: Schema, required = place === 'path') => ({
  name,
  in: place,
  required,
  schema,
});

const pathParameters: Readonly<Record<string, Schema>> = {
  study: { type: 'string', description: 'name of the study' },
  trial: { type: 'integer', minimum: 1, description: 'number of the trial' },
};

const idempotencyKey = parameter('Idempotency-Key', 'header', {
  type: 'string',
  maxLength: 128,
  description: 'a name that you choose for this request; repeated with the same name, it takes effect once',
});

function operationObject(id: OperationId) {
  const { method, path, roles, summary, query = {}, required: inQuery = [], body, result, streams }: Operation = operations[id];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, 'path', pathParameters[name!]!));
  const queries = Object.entries(query).map(([name, schema]) => parameter(name, 'query', schema, inQuery.includes(name)));
  const required = (body?.required ?? []).length > 0;
  return omitUndefined({
    operationId: id,
    summary,
    description: `For ${roles.join(', ')}.`,
    parameters: [...inPath, ...queries, ...(method === 'post' && id !== 'createStudy' ? [idempotencyKey] : [])],
    requestBody: body && { required, content: json({ additionalProperties: false, ...body }) },
    responses: {
      200: {
        description: 'The answer.',
        content: { ...json(result), ...(streams && { 'text/event-stream': { schema: { type: 'string' } } }) },
      },
      ...Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [status, { description, content: json(named.Failure) }]),
      ),
    },
  });
}

/** The OpenAPI 3.1 document of the server. */
export function openapi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const id of operationIds) {
    const { method, path } = operations[id];
    paths[path] = { ...paths[path], [method]: operationObject(id) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'hypertide over HTTP', version, description: 'Ask for trials, tell their results, and read and command studies.' },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, inside(schema)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
