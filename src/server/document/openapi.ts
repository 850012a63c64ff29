import { whySchema } from '../../../streams/explanation/why.ts';
import { factSchemas } from '../../facts/facts.ts';
import type { Schema } from '../../facts/schema.ts';
import { importancesSchema } from '../../insight/importance/importances.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { asked, describedStudy, entrySchema, queueSchema, statusSchema, stopping, stored } from '../../study/answerSchemas.ts';
import type { Operation } from '../../study/operation.ts';
import { trainerRowSchema } from '../../study/trainerRows.ts';
import { trialRowSchema } from '../../study/trialRowSchema.ts';
import { createdStudySchemas } from '../../text/studySchema.ts';
import { version } from '../../version.ts';
import { type OperationId, operationIds, rolesOf } from '../routes.ts';
import { operations } from '../serverOperations.ts';

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
  Why: whySchema,
  Importance: importancesSchema,
  Queue: queueSchema,
  Trainer: trainerRowSchema,
  Stored: stored,
  Entry: entrySchema,
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
  429: ['TooMany', 'This user asks for too much at a time: wait as long as Retry-After says.'],
  503: ['Away', 'The study runs here no longer: send the request again, as a server that starts may run it.'],
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
  const { method, path, summary, answer, input, form, result, streams, produces, consumes }: Operation = operations[id];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, 'path', pathParameters[name!]!));
  const { properties = {}, required: needed = [] } = input ?? {};
  const queries = Object.entries(properties).map(([name, schema]) => parameter(name, 'query', schema, needed.includes(name)));
  const fields = consumes ? { type: 'string', description: input?.description } : { additionalProperties: false, ...input };
  return omitUndefined({
    operationId: id,
    summary,
    description: `${answer} For ${rolesOf(id).join(', ')}.`,
    parameters: [...inPath, ...(method === 'get' ? queries : id === 'create' ? [] : [idempotencyKey])],
    requestBody:
      method === 'get' ? undefined : { required: needed.length > 0, content: content(form === undefined ? fields : refOf(form), consumes) },
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
