import { fromJsonSchema, type jsonSchemaValidator, type McpServer } from '@modelcontextprotocol/server';
import type { ObjectSchema, Schema } from '../../facts/schema.ts';
import { validate } from '../../facts/validate.ts';
import { type Intent, intents, isIntent } from '../../study/intents.ts';
import { hasRole, type User } from '../access/users.ts';
import { handle, type JsonOperationId } from '../handlers.ts';
import { isMediaOperation } from '../media.ts';
import type { Operation } from '../operation.ts';
import { type OperationId, operationIds, operations } from '../operations.ts';
import { checkSize, failureFor } from '../request.ts';
import type { ServedStudies } from '../studies.ts';

/** Operations for pages, and the log, which is too long for an agent; resources and `list_trials` have the same in short. */
const LEFT_OUT = [
  'facts',
  'match',
  'trialFacts',
  'summary',
  'whoAmI',
  'signIn',
  'listFiles',
  'addFile',
] as const satisfies readonly OperationId[];

/** An operation that is a tool. */
type ToolOperationId = Exclude<JsonOperationId, (typeof LEFT_OUT)[number]>;
export const isTool = (id: OperationId): id is ToolOperationId => !isMediaOperation(id) && !LEFT_OUT.some((one) => one === id);
/** Rows of a page, unless the agent asks for more. */
const PAGE = 20;
/** Seconds that an ask waits, unless the agent says otherwise. */
const PATIENCE = 5;

const ofPath = {
  study: { type: 'string', description: 'name of the study' },
  trial: { type: 'integer', minimum: 1, description: 'number of the trial' },
} as const satisfies Readonly<Record<string, Schema>>;

const ofActs = {
  dry_run: { type: 'boolean', description: 'only say what it would do (default: false)' },
  request: {
    type: 'string',
    maxLength: 128,
    description: 'an id that you choose for this request; repeated with the same id, it takes effect once',
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** Whether a command cannot be undone. */
const isFinal = (type: Intent['type']): boolean => 'isFinal' in intents[type];

/** The names of tools, such as `list_trials` of `listTrials`. */
export const toolOf = (id: OperationId): string => id.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The arguments of a tool: those in the path of its operation, and in its query or body. */
function inputOf({ method, path, query = {}, required = [], body }: Operation): ObjectSchema {
  const inPath = Object.entries(ofPath).filter(([name]) => path.includes(`{${name}}`));
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(inPath),
      ...query,
      ...body?.properties,
      ...(method === 'post' && ofActs),
    },
    required: [...inPath.map(([name]) => name), ...required, ...(body?.required ?? [])],
    ...(body?.additionalProperties && { additionalProperties: body.additionalProperties }),
  };
}

/** Checks arguments like any other request, so that the messages are the same. */
const checks: jsonSchemaValidator = {
  getValidator:
    <T>(schema: unknown) =>
    (input: unknown) => {
      const refusal = validate(schema as Schema, input);
      return refusal
        ? { valid: false, data: undefined, errorMessage: `${refusal.code}: ${refusal.message}` }
        : { valid: true, data: input as T, errorMessage: undefined };
    },
};

type Arguments = Readonly<Record<string, unknown>> & {
  readonly study?: string;
  readonly trial?: number;
  readonly dry_run?: boolean;
  readonly request?: string;
};

/** Registers a tool for each operation that a user may use. */
export function registerTools(server: McpServer, studies: ServedStudies, user: User): void {
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    if (!isTool(id) || !hasRole(user, operation.roles)) continue;
    const { method, summary } = operation;
    server.registerTool(
      toolOf(id),
      {
        description: summary,
        inputSchema: fromJsonSchema<Arguments>({ ...inputOf(operation) }, checks),
        annotations: {
          readOnlyHint: method === 'get',
          destructiveHint: isIntent(id) && isFinal(id),
          idempotentHint: method === 'get',
          openWorldHint: false,
        },
      },
      (given) => answer(id, studies, user, given),
    );
  }
}

/** The answer of a tool: JSON, or an error. */
async function answer(
  id: ToolOperationId,
  studies: ServedStudies,
  user: User,
  { study = '', trial = 0, dry_run: dry, request, ...fields }: Arguments,
) {
  const asked = {
    study,
    trial,
    fields: id === 'listTrials' ? { limit: PAGE, ...fields } : id === 'ask' ? { wait: PATIENCE, trainer: user.name, ...fields } : fields,
    user,
    key: request,
  };
  try {
    checkSize(fields);
    const result = await handle(id, studies, asked, dry);
    return { content: [{ type: 'text' as const, text: JSON.stringify(result) }] };
  } catch (error) {
    const { code, error: message } = failureFor(error, (message) => studies.warn(message));
    return { content: [{ type: 'text' as const, text: `${code}: ${message}` }], isError: true };
  }
}
