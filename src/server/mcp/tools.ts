import { fromJsonSchema, type jsonSchemaValidator, type McpServer } from '@modelcontextprotocol/server';
import { failureOf } from '../../errors.ts';
import { dataSchema, type ObjectSchema, type Schema } from '../../facts/schema.ts';
import { type Intent, intents, isIntent } from '../../study/intents.ts';
import { hasRole, type User } from '../access/users.ts';
import { descriptions } from '../document/descriptions.ts';
import { handle, type JsonOperationId } from '../handlers.ts';
import { isMediaOperation } from '../media.ts';
import type { Operation } from '../operation.ts';
import { type OperationId, operationIds, operations } from '../operations.ts';
import { checkSize, failureFor, refuseMistakes } from '../request.ts';
import type { ServedStudies } from '../servedStudies.ts';
import { compact, hasDetails, inCompact } from './compact.ts';
import { studyExample, studyGrammar } from './studyGrammar.ts';

/** Operations for pages, and the log, which is too long for an agent; resources and `list_trials` have the same in short. */
const LEFT_OUT = [
  'facts',
  'match',
  'trialFacts',
  'summary',
  'moment',
  'examples',
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

const detail = {
  type: 'string',
  enum: ['compact', 'full'],
  description: 'full: with times, positions in the log, tags and other details (default: compact)',
} as const satisfies Schema;

const dryRun = {
  type: 'object',
  properties: { dry_run: { type: 'boolean', description: 'true' }, fact: dataSchema('the fact that it would write') },
  required: ['dry_run'],
  description: 'with dry_run: what it would do',
} as const satisfies Schema;

/** Whether a command cannot be undone. */
const isFinal = (type: Intent['type']): boolean => 'isFinal' in intents[type];

/** The names of tools, such as `list_trials` of `listTrials`. */
export const toolOf = (id: OperationId): string => id.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The arguments of a tool: those in the path of its operation, and in its query or body. */
function inputOf({ method, path, query = {}, required = [], body, result }: Operation): ObjectSchema {
  const inPath = Object.entries(ofPath).filter(([name]) => path.includes(`{${name}}`));
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(inPath),
      ...query,
      ...body?.properties,
      ...(hasDetails(result) && { detail }),
      ...(method === 'post' && ofActs),
    },
    required: [...inPath.map(([name]) => name), ...required, ...(body?.required ?? [])],
    ...(body?.additionalProperties && { additionalProperties: body.additionalProperties }),
  };
}

/** The arguments that an agent is shown: of a study file, a short grammar with an example instead of the names alone. */
function shownInput(operation: Operation, input: ObjectSchema): JsonObject {
  if (operation.form !== 'StudyFile') return { ...input };
  return { ...input, properties: { ...input.properties, ...studyGrammar }, examples: [studyExample] };
}

/** The answer of a tool. One that acts may only say what it would do. */
function outputOf({ method, result }: Operation): JsonObject {
  const answers = [compact(result), ...(method === 'post' ? [dryRun] : [])].flatMap((one) => ('oneOf' in one ? one.oneOf : [one]));
  const [only, ...others] = answers;
  if (others.length === 0) return { ...only };
  return answers.every((one) => 'type' in one && one.type === 'object') ? { type: 'object', oneOf: answers } : { oneOf: answers };
}

/** A validator of the SDK. @param refuse throws what is wrong with a value */
const validator = (refuse: (given: Arguments) => void): jsonSchemaValidator => ({
  getValidator:
    <T>() =>
    (given: unknown) => {
      try {
        refuse(given as Arguments);
        return { valid: true, data: given as T, errorMessage: undefined };
      } catch (error) {
        const { code, error: message } = failureOf(error);
        return { valid: false, data: undefined, errorMessage: `${code}: ${message}` };
      }
    },
});

/** Answers of the server need no check at run time: a test checks that they fit. */
const unchecked = validator(() => {});

type JsonObject = Readonly<Record<string, unknown>>;

type Arguments = Readonly<Record<string, unknown>> & {
  readonly study?: string;
  readonly trial?: number;
  readonly detail?: 'compact' | 'full';
  readonly dry_run?: boolean;
  readonly request?: string;
};

/** Registers a tool for each operation that a user may use. */
export function registerTools(server: McpServer, studies: ServedStudies, user: User): void {
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    if (!isTool(id) || !hasRole(user, operation.roles)) continue;
    const { method, summary } = operation;
    const { title, answer: paragraph } = descriptions[id];
    const input = inputOf(operation);
    server.registerTool(
      toolOf(id),
      {
        title,
        description: `${summary} ${paragraph}`,
        inputSchema: fromJsonSchema<Arguments>(
          shownInput(operation, input),
          validator((given) => refuseMistakes(input, given)),
        ),
        outputSchema: fromJsonSchema<unknown>(outputOf(operation), unchecked),
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
  { study = '', trial = 0, detail: wanted, dry_run: dry, request, ...fields }: Arguments,
) {
  const asked = {
    study,
    trial,
    fields: id === 'listTrials' ? { limit: PAGE, ...fields } : id === 'ask' ? { trainer: user.name, ...fields } : fields,
    user,
    key: request,
  };
  try {
    checkSize(fields);
    const full = await handle(id, studies, asked, dry);
    const result = wanted === 'full' ? full : inCompact(operations[id].result, full);
    return { content: [{ type: 'text' as const, text: JSON.stringify(result) }], structuredContent: result };
  } catch (error) {
    const { code, error: message } = failureFor(error, (message) => studies.warn(message));
    return { content: [{ type: 'text' as const, text: `${code}: ${message}` }], isError: true };
  }
}
