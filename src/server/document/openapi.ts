import { factSchemas } from '../../facts/facts.ts';
import type { Schema } from '../../facts/schema.ts';
import { importancesSchema } from '../../insight/importance/importances.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { requestKinds, statusSchema } from '../../study/requests.ts';
import { trainerRowSchema } from '../../study/trainerRows.ts';
import { trialRowSchema } from '../../study/trialRowSchema.ts';
import { createdStudySchemas } from '../../text/studySchema.ts';
import { version } from '../../version.ts';
import type { Operation } from '../operation.ts';
import { asked, describedStudy, explained, type OperationId, operationIds, operations, stopping } from '../operations.ts';
import { descriptions } from './descriptions.ts';

/** Schemas that have a name in the document. */
const named: Readonly<Record<string, Schema>> = {
  Study: describedStudy,
  Status: statusSchema,
  Created: factSchemas.created,
  Trial: trialRowSchema,
  AskedTrial: asked.trial,
  AskedWait: asked.wait,
  AskedOver: asked.over,
  Stopping: stopping,
  Why: explained,
  Importance: importancesSchema,
  Turn: requestKinds.turn.result,
  Trainer: trainerRowSchema,
  Stored: requestKinds.enqueue.result,
  Entry: requestKinds.log.result.items,
  Limits: factSchemas.changed.properties!.limits!,
  Failure: {
    type: 'object',
    properties: {
      error: { type: 'string', description: 'why, in one sentence; a line for each mistake, if several were found' },
      code: { type: 'string', description: 'a stable name for the reason, such as stale-run' },
    },
    required: ['error', 'code'],
    description: 'why a request was refused',
  },
};

const failures: Readonly<Record<number, readonly [name: string, description: string]>> = {
  400: ['Invalid', 'The request does not fit its schema.'],
  401: ['Unauthorized', 'A token is needed.'],
  403: ['Forbidden', 'The token does not permit this.'],
  404: ['NotFound', 'There is no such study or trial.'],
  409: ['Refused', 'The study refuses it: the code says why.'],
  413: ['TooLarge', 'The body is too large.'],
  429: ['TooMany', 'This user has too many streams of events open.'],
};

const refOf = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A schema with references to those that have a name. */
function withRefs(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const name = Object.keys(named).find((one) => named[one] === schema);
  return name === undefined ? inside(schema) : refOf(name);
}

function inside(schema: object): unknown {
  if (Array.isArray(schema)) return schema.map(withRefs);
  const parts = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withRefs(value)]));
  return 'discriminator' in parts ? { ...parts, discriminator: mapped(schema as Union) } : parts;
}

type Union = Extract<Schema, { readonly oneOf: unknown }>;

/** A discriminator that says which value of its field means which schema. */
function mapped({ oneOf, discriminator }: Union): object {
  const { propertyName } = discriminator!;
  const mapping = oneOf.map((one) => {
    const { properties } = one as { readonly properties: Readonly<Record<string, { readonly const: string }>> };
    return [properties[propertyName]!.const, (withRefs(one) as { readonly $ref: string }).$ref];
  });
  return { propertyName, mapping: Object.fromEntries(mapping) };
}

/** A body or an answer, in JSON unless it has another media type. */
const content = (schema: unknown, type = 'application/json') => ({ [type]: { schema: withRefs(schema) } });

const parameter = (name: string, place: 'path' | 'query' | 'header', schema: Schema, required = place === 'path') => ({
  name,
  in: place,
  required,
  schema,
});

const pathParameters: Readonly<Record<string, Schema>> = {
  study: { type: 'string', description: 'name of the study' },
  trial: { type: 'integer', minimum: 1, description: 'number of the trial' },
  file: { type: 'string', description: 'path of the file below the directory of the trial' },
};

const idempotencyKey = parameter('Idempotency-Key', 'header', {
  type: 'string',
  maxLength: 128,
  description: 'a name that you choose for this request; repeated with the same name, it takes effect once',
});

function operationObject(id: OperationId) {
  const operation: Operation = operations[id];
  const { method, path, roles, summary, query = {}, required: inQuery = [], body, form, result, streams, produces, consumes } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, 'path', pathParameters[name!]!));
  const queries = Object.entries(query).map(([name, schema]) => parameter(name, 'query', schema, inQuery.includes(name)));
  const required = (body?.required ?? []).length > 0;
  const fields = consumes ? { type: 'string', description: body?.description } : { additionalProperties: false, ...body };
  return omitUndefined({
    operationId: id,
    summary,
    description: `${descriptions[id].answer} For ${roles.join(', ')}.`,
    parameters: [...inPath, ...queries, ...(method === 'post' && id !== 'createStudy' ? [idempotencyKey] : [])],
    requestBody: body && { required, content: content(form === undefined ? fields : refOf(form), consumes) },
    responses: {
      200: {
        description: 'The answer.',
        content: { ...content(result, produces), ...(streams && { 'text/event-stream': { schema: { type: 'string' } } }) },
      },
      ...Object.fromEntries(Object.entries(failures).map(([status, [name]]) => [status, { $ref: `#/components/responses/${name}` }])),
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
      schemas: {
        ...Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, inside(schema)])),
        ...createdStudySchemas(),
      },
      responses: Object.fromEntries(
        Object.values(failures).map(([name, description]) => [name, { description, content: content(named.Failure) }]),
      ),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
