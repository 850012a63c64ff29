import { type RequestFailure, UserError } from '../errors.ts';
import type { Changed } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Refusal, RefusalCode } from '../facts/refusal.ts';
import type { ObjectSchema } from '../facts/schema.ts';
import { mistakesIn } from '../facts/validate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MOST_RESERVED } from '../ledger/queue.ts';
import { closedFact } from '../ledger/ranking.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { type Changes, type Decided, type Intent, intents, isIntent } from './intents.ts';

/** A command that the study has applied. */
export interface Submitted {
  /** Of the fact in the log. */
  readonly position: number;
  readonly fact: Decided;
}

/** Why a study refuses a command or a fact. */
export interface CommandRefusal {
  readonly code:
    | RefusalCode
    | 'unknown-command'
    | 'not-begun'
    | 'closed'
    | 'handle-closed'
    | 'nothing-to-change'
    | 'request-reused'
    | 'unknown-study'
    | 'unknown-file'
    | 'busy'
    | 'bad-type'
    | 'elsewhere'
    | 'study-exists'
    | 'unknown-proposer'
    | 'allowance'
    | 'archived';
  /** One sentence: where, what was expected, what was given. */
  readonly message: string;
}

/** What to do instead. */
const todos: Readonly<Partial<Record<CommandRefusal['code'], string>>> = {
  open: 'cancel it, or wait for its end',
  'not-begun': 'try again once its engine runs',
  closed: 'change a limit to reopen it',
  'handle-closed': 'open the study again',
  'request-reused': 'use a new name for each request, and the same one to repeat it',
};

/** A study refused a command or a fact: `code` and the message say why, `todo` what to do. */
export class RefusedError extends UserError {
  override readonly name = 'RefusedError';
  readonly code: CommandRefusal['code'];

  constructor({ code, message }: CommandRefusal) {
    super(message, { todo: todos[code] });
    this.code = code;
  }
}

/** There is no such trial. */
export const unknownTrial = (trial: number): CommandRefusal => ({ code: 'unknown-trial', message: `there is no trial ${trial}` });
/** The log of the study is empty. */
export const NOT_BEGUN: CommandRefusal = { code: 'not-begun', message: 'the study has not begun' };
/** This process has let the study go. */
export const LET_GO: CommandRefusal = { code: 'handle-closed', message: 'this handle is closed' };

/** The same error in another process, from the answer to its request: a message has what to do at its end. */
export function refusedElsewhere({ error, code: name }: RequestFailure): RefusedError {
  const code = name as CommandRefusal['code'];
  const todo = todos[code];
  const end = todo === undefined ? '' : `; ${todo}`;
  return new RefusedError({ code, message: error.endsWith(end) ? error.slice(0, error.length - end.length) : error });
}

/** Unknown fields that an error names. */
const MOST_UNKNOWN = 5;

/**
 * Checks the fields of a request. One that the schema does not describe may be misspelt, and must not get into the log.
 *
 * @throws RefusedError with a line for each mistake
 */
export function refuseMistakes(schema: ObjectSchema, fields: Readonly<Record<string, unknown>>): void {
  const refusal = mistakesOf(schema, fields);
  if (refusal) throw new RefusedError(refusal);
}

function mistakesOf(schema: ObjectSchema, fields: Readonly<Record<string, unknown>>): Refusal | undefined {
  const mistakes = [...mistakesIn(schema, fields), ...unknownIn(schema, fields)];
  return mistakes[0] && { code: mistakes[0].code, message: mistakes.map(({ message }) => message).join('\n') };
}

function unknownIn({ properties = {}, additionalProperties }: ObjectSchema, fields: Readonly<Record<string, unknown>>): readonly Refusal[] {
  if (additionalProperties) return [];
  const names = Object.keys(properties);
  const others = names.length === 0 ? 'none' : names.join(', ');
  return Object.keys(fields)
    .filter((name) => !Object.hasOwn(properties, name))
    .slice(0, MOST_UNKNOWN)
    .map((name) => name.slice(0, 60))
    .map((field) => ({
      code: 'bad-field',
      message: `${field}: there is no such field; the request has ${others}${nearest(field, names)}`,
    }));
}

/** An intent from data, such as a request, whose fields are checked when the study decides. @throws RefusedError */
export function parseIntent(data: unknown): Intent {
  if (!isRecord(data)) throw new RefusedError({ code: 'bad-field', message: 'expected a command as a JSON object' });
  const { type } = data;
  if (typeof type !== 'string' || !isIntent(type)) {
    const known = Object.keys(intents).join(', ');
    throw new RefusedError({
      code: 'unknown-command',
      message: `expected a command (${known}), got ${JSON.stringify(type)?.slice(0, 60)}`,
    });
  }
  return data as unknown as Intent;
}

/**
 * The fact that an intent becomes, or why the study refuses it.
 *
 * @param prepare checks the data of a new strategy, and returns it with its defaults.
 * @throws what `prepare` throws; RefusedError for a proposer that the strategy does not have.
 */
export function decide<P>(intent: Intent, ledger: Ledger<P>, prepare: (strategy: unknown) => unknown): Decided | CommandRefusal {
  if (ledger.created === undefined) return NOT_BEGUN;
  const { type, ...fields } = intent;
  const mistakes = mistakesOf(intents[type].schema, fields);
  if (mistakes) return mistakes;
  const fact = factOf(intent, ledger, prepare);
  if ('code' in fact) return fact;
  const parsed = parseFact(fact);
  if (isRefusal(parsed)) return parsed;
  const freed = uncounting(intent);
  return ledger.refuses(fact) ?? (freed && ledger.refuses(freed)) ?? refuseFutile(fact, ledger) ?? fact;
}

/** The fact that makes room for an enqueued configuration which replaces a failed trial. */
export const uncounting = (intent: Intent): Changed | undefined =>
  intent.type === 'enqueue' && intent.instead !== undefined ? { type: 'changed', uncounted: [intent.instead] } : undefined;

/**
 * Refuses a configuration that would never be tried. A person's enqueued one raises the limit of trials, which reopens a study if that limit had closed
 * it; one for an ask does not.
 */
function refuseFutile<P>(fact: Decided, { closed, planned, settings, queue }: Ledger<P>): CommandRefusal | undefined {
  const isEnqueued = fact.type === 'enqueued';
  if (isEnqueued && fact.for !== undefined) {
    if (queue.reserved >= MOST_RESERVED)
      return { code: 'too-many', message: `${MOST_RESERVED} asks with fixed values are already waiting for their trials` };
    if (closed === undefined && planned < (settings.limits.trials ?? Number.POSITIVE_INFINITY)) return undefined;
  } else if (closed === undefined || (isEnqueued ? closed === 'trials' : fact.type !== 'proposed')) return undefined;
  return { code: 'closed', message: `the study has ended (${closed ?? 'trials'}), so it would never be tried` };
}

/** A proposal for which there is no stage would wait for ever. @throws RefusedError */
export function refuseProposer<P>(proposer: string, { settings }: Ledger<P>): void {
  const names = proposersIn(settings.strategy);
  if (names.includes(proposer)) return;
  const known = names.length > 0 ? `its proposers are ${names.join(', ')}` : 'its strategy has no stage external';
  throw new RefusedError({ code: 'unknown-proposer', message: `there is no proposer ${proposer.slice(0, 60)} in this study: ${known}` });
}

/** The proposers of all stages `external` in a strategy as data. A part of a composition may have that name too. */
function proposersIn(strategy: unknown): string[] {
  if (typeof strategy !== 'object' || strategy === null) return [];
  return Object.entries(strategy).flatMap(([name, part]) => {
    const proposer = name === 'external' && isRecord(part) ? part.proposer : undefined;
    return typeof proposer === 'string' ? [proposer] : proposersIn(part);
  });
}

function factOf<P>(intent: Intent, ledger: Ledger<P>, prepare: (strategy: unknown) => unknown): Decided | CommandRefusal {
  switch (intent.type) {
    case 'enqueue':
      return omitUndefined({ type: 'enqueued', params: intent.params, rest: intent.rest, for: intent.for });
    case 'propose': {
      const { type: _, ...proposal } = intent;
      refuseProposer(proposal.proposer, ledger);
      return { ...proposal, type: 'proposed' };
    }
    case 'retract':
      return { type: 'retracted', trial: intent.trial };
    case 'cancel':
      return { type: 'cancelled', trial: intent.trial };
    case 'annotate': {
      const { type: _, ...said } = intent;
      if (said.note === undefined && said.labels === undefined && said.starred === undefined)
        return { code: 'missing-field', message: 'expected a note, labels or starred' };
      return { ...said, type: 'annotated' };
    }
    case 'change':
      return changedFact(intent, ledger, prepare);
    case 'instruct': {
      const { trainer, to, reason } = intent;
      if ((ledger.trainers.get(trainer)?.to ?? 'work') === to)
        return { code: 'nothing-to-change', message: `worker ${trainer} already has the instruction ${to}` };
      return omitUndefined({ type: 'instructed', trainer, to, reason });
    }
    case 'close':
      if (ledger.closed === undefined) return closedFact('person', { best: ledger.best });
      return { code: 'closed', message: `the study is closed already (${ledger.closed})` };
  }
}

function changedFact<P>(
  { paused, parallel, priority, uncounted, strategy, resumes, more: extra, limits: wanted }: Changes,
  { settings, configurations }: Ledger<P>,
  prepare: (strategy: unknown) => unknown,
): Changed | CommandRefusal {
  const trials = extra === undefined ? undefined : Math.max(settings.limits.trials ?? 0, configurations) + extra;
  const limits = omitUndefined({ ...wanted, trials: trials ?? wanted?.trials });
  const changes = omitUndefined({
    type: 'changed',
    limits: Object.keys(limits).length > 0 ? limits : undefined,
    parallel,
    priority,
    paused,
    uncounted,
    strategy: strategy === undefined ? undefined : prepare(strategy),
    resumes,
  });
  if (Object.keys(changes).length > 1) return changes;
  const known = 'limits, more, parallel, priority, paused, uncounted, strategy and resumes'; // the fields of a request
  return { code: 'nothing-to-change', message: `nothing to change: give at least one of ${known}` };
}
