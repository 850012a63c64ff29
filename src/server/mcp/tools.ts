import { fromJsonSchema, type jsonSchemaValidator, type McpServer } from '@modelcontextprotocol/server';
import { failureOf } from '../../errors.ts';
import type { ObjectSchema, Schema } from '../../facts/schema.ts';
import { refuseMistakes } from '../../study/commands.ts';
import type { Operation } from '../../study/operation.ts';
import { hasRole, type User } from '../access/users.ts';
import { handle, type JsonOperationId } from '../handlers.ts';
import { checkSize, failureFor } from '../request.ts';
import { type OperationId, operationIds, rolesOf } from '../routes.ts';
import type { ServedStudies } from '../servedStudies.ts';
import { operations } from '../serverOperations.ts';
import { hasDetails, inCompact } from './compact.ts';

/** The operations that are tools: not those for pages, and not the log, which is too long for an agent. */
export const toolIds = operationIds.filter((id): id is JsonOperationId => operations[id].tool !== false);

/** The name of a tool. */
export const toolOf = (id: OperationId): string => operations[id].tool || id;

/** Rows of a page, unless the agent asks for more. */
const PAGE = 20;

const ofPath = {
  study: { type: 'string', description: 'name of the study' },
  trial: { type: 'integer', minimum: 1, description: 'number of the trial' },
} as const satisfies Readonly<Record<string, Schema>>;

const ofActs = {
  dry_run: { type: 'boolean', description: 'only say what it would do' },
  request: { type: 'string', maxLength: 128, description: 'an id of yours: repeated with it, it takes effect once' },
} as const satisfies Readonly<Record<string, Schema>>;

const detail = {
  type: 'string',
  enum: ['compact', 'full'],
  description: 'full: with times, tags and other details',
} as const satisfies Schema;

/** The arguments of a tool: what its operation is about, and its input. */
function inputOf({ method, of, input, result }: Operation): ObjectSchema {
  const { study, trial } = ofPath;
  const about = of === 'server' ? {} : of === 'study' ? { study } : { study, trial };
  return {
    type: 'object',
    properties: { ...about, ...input?.properties, ...(hasDetails(result) && { detail }), ...(method === 'post' && ofActs) },
    required: [...Object.keys(about), ...(input?.required ?? [])],
    ...(input?.additionalProperties && { additionalProperties: input.additionalProperties }),
  };
}

/** What only a validator reads. */
const unshown = ['maxLength', 'minItems', 'maxItems'];

/** The arguments that an agent is shown, which fill its context. */
function shownInput(input: ObjectSchema): JsonObject {
  return JSON.parse(
    JSON.stringify(input, (key, value) =>
      unshown.includes(key) || value === 'a finite number' || value?.length === 0 ? undefined : value,
    ),
  );
}

/** A validator of the SDK. */
const validatorOf = (input: ObjectSchema): jsonSchemaValidator => ({
  getValidator:
    <T>() =>
    (given: unknown) => {
      try {
        refuseMistakes(input, given as Arguments);
        return { valid: true, data: given as T, errorMessage: undefined };
      } catch (error) {
        const { code, error: message } = failureOf(error);
        return { valid: false, data: undefined, errorMessage: `${code}: ${message}` };
      }
    },
});

type JsonObject = Readonly<Record<string, unknown>>;

type Arguments = JsonObject & {
  readonly study?: string;
  readonly trial?: number;
  readonly detail?: 'compact' | 'full';
  readonly dry_run?: boolean;
  readonly request?: string;
};

/** Registers a tool for each operation that a user may use. Their descriptions say what they answer: output schemas would fill the context of an agent. */
export function registerTools(server: McpServer, studies: ServedStudies, user: User): void {
  for (const id of toolIds) {
    if (!hasRole(user, rolesOf(id))) continue;
    const operation = operations[id];
    const { method, summary, answer: paragraph, isFinal = false } = operation;
    const input = inputOf(operation);
    server.registerTool(
      toolOf(id),
      {
        description: `${summary} ${paragraph}`,
        inputSchema: fromJsonSchema<Arguments>(shownInput(input), validatorOf(input)),
        annotations: method === 'get' ? { readOnlyHint: true } : { destructiveHint: isFinal },
      },
      (given) => answer(id, studies, user, given),
    );
  }
}

/** The answer of a tool: JSON, or an error. */
async function answer(
  id: JsonOperationId,
  studies: ServedStudies,
  user: User,
  { study = '', trial = 0, detail: wanted, dry_run: dry, request, ...fields }: Arguments,
) {
  const asked = {
    study,
    trial,
    fields: id === 'trials' ? { limit: PAGE, ...fields } : id === 'ask' ? { trainer: user.name, ...fields } : fields,
    user,
    key: request,
  };
  try {
    checkSize(fields);
    const full = await handle(id, studies, asked, dry);
    const result = wanted === 'full' ? full : inCompact(operations[id].result, full);
    return { content: [{ type: 'text' as const, text: JSON.stringify(result) }] };
  } catch (error) {
    const { code, error: message } = failureFor(error, (message) => studies.warn(message));
    return { content: [{ type: 'text' as const, text: `${code}: ${message}` }], isError: true };
  }
}
