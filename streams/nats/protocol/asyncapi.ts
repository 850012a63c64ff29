import type { Fact } from '../../../src/facts/facts.ts';
import { factSchemas } from '../../../src/facts/facts.ts';
import type { Schema } from '../../../src/facts/schema.ts';
import { replySchema, requestKinds, requestMethods, statusSchema } from '../../../src/study/requests.ts';
import { version } from '../../../src/version.ts';
import { eventSource, eventType, SPEC_VERSION } from './cloudEvent.ts';
import { LEASE, LEASE_HEADER, LIMIT_HEADER, PRESENCE, PRIORITY_HEADER, TRACE_HEADER } from './messages.ts';
import { type NamingOptions, namingOf, streamsOf, TRAINERS } from './subjects.ts';

const text = (description: string): Schema => ({ type: 'string', description });
const number = (description: string): Schema => ({ type: 'integer', minimum: 1, description });

/** JSON Schemas of the messages that are not facts. */
const besides = {
  stop: {
    type: 'object',
    properties: { type: { const: 'stop' }, trial: number('the trial'), by: text('path of the strategy, person, closed or void') },
    required: ['type', 'trial', 'by'],
    description: 'the trial should stop; its last report is then its result',
  },
  over: {
    type: 'object',
    properties: { type: { const: 'closed' }, reason: text('why') },
    required: ['type', 'reason'],
    description: 'the study is over: trainers may end',
  },
  beat: {
    type: 'object',
    properties: { run: text('the claim') },
    required: ['run'],
    description: `the heartbeat of a run; at least three in a lease, which the header ${LEASE_HEADER} of the suggestion says in seconds (else ${LEASE})`,
  },
  presence: {
    type: 'object',
    properties: {
      slots: { type: 'integer', minimum: 0, description: 'trials that it can run at a time; the engine suggests two more' },
      full: { type: 'boolean', description: 'true while the server has no room for its facts' },
      offers: { type: 'object', additionalProperties: { type: 'number' }, description: 'what it has for them, such as GPUs' },
      ended: { type: 'boolean', description: 'true if it has ended' },
    },
    required: ['slots'],
    description: `a trainer is running, whether it holds a trial or not; every ${PRESENCE / 1000} seconds, and when it ends`,
  },
  instruction: {
    type: 'object',
    properties: { type: { const: 'instructed' }, trainer: text('its name'), to: text('work, pause or drain'), reason: text('why') },
    required: ['type', 'trainer', 'to'],
    description: 'a trainer should take trials, take none, or take none and end; repeated when it announces its presence',
  },
  rejected: {
    type: 'object',
    properties: {
      position: number('of the fact in the log'),
      code: text('why it does not count'),
      message: text('the same in one sentence'),
      type: text('of the fact, as far as it could be read'),
      trial: number('of the fact'),
      run: text('of the fact'),
    },
    required: ['position', 'code', 'message'],
    description: 'a fact does not count; only a hint, which may get lost',
  },
  checkpointRequest: {
    type: 'object',
    properties: {
      run: text('the claim'),
      save: { type: 'integer', minimum: 0, description: 'bytes that are about to be saved' },
      get: text('SHA-256 of a part of the checkpoint that the suggestion of the run names'),
      to: text('a name for the transfer, of letters and digits'),
    },
    required: ['run'],
    description: 'a trainer wants to save a checkpoint, or a part of the one that it resumes',
  },
  checkpointAnswer: {
    type: 'object',
    properties: {
      ok: { type: 'boolean' },
      have: { type: 'array', items: text('SHA-256'), description: 'parts of the trial that the trainer has saved before' },
      wait: { type: 'boolean', description: 'the engine does not know the run yet: ask again' },
      error: text('why not'),
    },
    required: ['ok'],
    description: 'whether it may; a part goes to its own subject',
  },
  chunk: { type: 'string', description: 'bytes of a checkpoint, 524288 at most, or its manifest' },
  status: statusSchema,
} as const satisfies Readonly<Record<string, Schema>>;

/** The facts of trainers, in the order in which they may be sent. */
const ofTrainers = ['started', 'reported', 'completed', 'stopped', 'failed'] as const satisfies readonly Fact['type'][];
const ofEngine = [
  'failed',
  'enqueued',
  'proposed',
  'expired',
  'retracted',
  'annotated',
  'cancelled',
  'changed',
  'instructed',
  'closed',
] as const satisfies readonly Fact['type'][];

const ref = (path: string) => ({ $ref: `#/${path}` });
const messages = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ref(`components/messages/${name}`)]));
const parameters = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ref(`components/parameters/${name}`)]));

/** JSON Schema of every message by its name: those of the facts are the ones that the engine validates with. */
export const messageSchemas = (): Readonly<Record<string, Schema>> => ({
  ...factSchemas,
  ...besides,
  ...Object.fromEntries(
    requestMethods.flatMap((method) => [
      [askOf(method), requestKinds[method].request],
      [answerOf(method), replySchema(requestKinds[method].result)],
    ]),
  ),
});

/** Names of the messages of `<prefix>.<study>.rpc.<method>`. */
export const askOf = (method: string): string => `ask-${method}`;
export const answerOf = (method: string): string => `answer-${method}`;

/** The channels of requests, each next to the channel of its answers, which go to the request's reply subject. */
const requestChannels = (root: string) =>
  Object.fromEntries(
    requestMethods.flatMap((method) => [
      [askOf(method), { address: `${root}.rpc.${method}`, messages: messages([askOf(method)]), parameters: parameters('study') }],
      [answerOf(method), { address: null, messages: messages([answerOf(method)]) }],
    ]),
  );

const requestOperations = () =>
  Object.fromEntries(
    requestMethods.map((method) => [
      method,
      { action: 'send', channel: ref(`channels/${askOf(method)}`), reply: { channel: ref(`channels/${answerOf(method)}`) } },
    ]),
  );

/** The headers of a fact, which make it a CloudEvent in binary mode. A trainer may leave them out. */
const eventHeaders = (fact: string) => ({
  type: 'object',
  properties: {
    'ce-specversion': { const: SPEC_VERSION },
    'ce-id': text('the Nats-Msg-Id'),
    'ce-source': text(`${eventSource('<study>')} of the engine, ${eventSource('<study>', '<trainer>')} of a trainer`),
    'ce-type': { const: eventType(fact) },
    'content-type': { const: 'application/json' },
    ...(fact === 'suggested' && {
      [LEASE_HEADER]: text('seconds of the lease of a run'),
      [LIMIT_HEADER]: text('bytes of the longest fact of the trial'),
      [PRIORITY_HEADER]: text('the priority of the study, if it is not 1: for trainers that serve several studies'),
      [TRACE_HEADER]: text('the trace of the trial (W3C Trace Context), if the engine is traced'),
    }),
  },
  description: 'CloudEvents 1.0 in binary mode, to route facts; none of them decides whether a fact counts',
});

const NOT_RELAYED =
  'Ignore it if it has a header Nats-Stream: another trainer of the same account can have the server send a stored message here.';

/** An AsyncAPI 3 document of the messages on a server, for trainers and clients. @param options how studies are named there */
export function asyncapi(options: NamingOptions = {}): object {
  const { prefix, apiPrefix } = namingOf(options);
  const root = `${prefix}.{study}`;
  const [stream, chunks] = streamsOf('<study>', prefix);
  const all = messageSchemas();
  const channels = {
    suggestions: {
      address: `${root}.log.suggested`,
      messages: messages(['suggested']),
      parameters: parameters('study'),
      description:
        `In the stream ${stream}. A trainer pulls one for each free slot from the durable consumer ${TRAINERS}, and acknowledges it when its claim is stored. It returns a suggestion with -NAK if the field avoid has its name. ` +
        `The server may deliver it again. So look first at the last fact of the trial, by a request to ${apiPrefix}.DIRECT.GET.${stream}.${prefix}.<study>.log.by.*.<trial>. ` +
        'If its attempt is not lower than that of the suggestion, the attempt is taken: acknowledge the suggestion and pull the next one. If it is lower, but ' +
        'was stored after the suggestion (header Nats-Sequence), it hides whether the attempt is taken: claim it, and begin after a second without a rejection.',
    },
    facts: {
      address: `${root}.log.by.{trainer}.{trial}`,
      messages: messages(ofTrainers),
      parameters: parameters('study', 'trainer', 'trial'),
      description:
        `In the stream ${stream}. At most as long as the header ${LIMIT_HEADER} of the suggestion says in bytes (else 16384): what is longer goes without trace, then without metrics, then without gradient, then without checkpoint. ` +
        'Published with a random Nats-Msg-Id, since another trainer could use one that it can guess, and again with the same until the stream acknowledges. The first `started` of an attempt holds it.',
    },
    created: {
      address: `${root}.log.created`,
      messages: messages(['created']),
      parameters: parameters('study'),
      description: `In the stream ${stream}: the first fact, with the parameters and objectives.`,
    },
    study: {
      address: `${root}.log.study`,
      messages: messages(ofEngine),
      parameters: parameters('study'),
      description: `In the stream ${stream}: all other facts of the engine, its own and those of people.`,
    },
    beats: {
      address: `${root}.beat.{trainer}.{trial}`,
      messages: messages(['beat']),
      parameters: parameters('study', 'trainer', 'trial'),
    },
    presence: {
      address: `${root}.beat.{trainer}.0`,
      messages: messages(['presence']),
      parameters: parameters('study', 'trainer'),
    },
    stops: {
      address: `${root}.directive.{trial}`,
      messages: messages(['stop']),
      parameters: parameters('study', 'trial'),
      description: NOT_RELAYED,
    },
    ends: {
      address: `${root}.directive.all`,
      messages: messages(['over', 'instruction']),
      parameters: parameters('study'),
      description: NOT_RELAYED,
    },
    rejections: {
      address: `${root}.rejected.{trainer}`,
      messages: messages(['rejected']),
      parameters: parameters('study', 'trainer'),
      description: NOT_RELAYED,
    },
    checkpoints: {
      address: `${root}.checkpoint.{trainer}.{trial}`,
      messages: messages(['checkpointRequest']),
      parameters: parameters('study', 'trainer', 'trial'),
    },
    checkpointAnswers: { address: null, messages: messages(['checkpointAnswer']) },
    chunks: {
      address: `${root}.chunk.{trainer}.{trial}.{sha256}`,
      messages: messages(['chunk']),
      parameters: parameters('study', 'trainer', 'trial', 'sha256'),
      description:
        `In the stream ${chunks}, which takes one message for a subject. A checkpoint is a manifest, JSON with name, files (path, size, executable), empty (directories) and chunks (SHA-256, size): ` +
        'the content of the files, one after the other, is that of the chunks. The field checkpoint of a fact names it as nats:<trainer>/<trial>/<SHA-256 of the manifest>.',
    },
    parts: {
      address: `${root}.part.{trainer}.{transfer}.{sha256}`,
      messages: messages(['chunk']),
      parameters: parameters('study', 'trainer', 'transfer', 'sha256'),
      description:
        'The server sends a part that a trainer has asked for; with the status 404 it is not there. Check its SHA-256, and that paths of a manifest stay below the directory.',
    },
    standing: {
      address: `${root}.status`,
      messages: messages(['status']),
      parameters: parameters('study'),
      description: 'After each change, at most five times a second. Not in a stream.',
    },
  };
  const operation = (action: 'send' | 'receive', channel: keyof typeof channels) => ({ action, channel: ref(`channels/${channel}`) });
  return {
    asyncapi: '3.0.0',
    info: { title: 'hypertide over NATS', version, description: 'The messages of trainers, and of people who watch or command a study.' },
    defaultContentType: 'application/json',
    channels: { ...channels, ...requestChannels(root) },
    operations: {
      pull: operation('receive', 'suggestions'),
      say: operation('send', 'facts'),
      beat: operation('send', 'beats'),
      present: operation('send', 'presence'),
      obey: operation('receive', 'stops'),
      end: operation('receive', 'ends'),
      regret: operation('receive', 'rejections'),
      keep: { ...operation('send', 'checkpoints'), reply: { channel: ref('channels/checkpointAnswers') } },
      store: operation('send', 'chunks'),
      restore: operation('receive', 'parts'),
      watch: operation('receive', 'standing'),
      ...requestOperations(),
    },
    components: {
      messages: Object.fromEntries(
        Object.keys(all).map((name) => [
          name,
          { name, payload: ref(`components/schemas/${name}`), ...(Object.hasOwn(factSchemas, name) && { headers: eventHeaders(name) }) },
        ]),
      ),
      schemas: all,
      parameters: {
        study: { description: 'name of the study' },
        trainer: { description: 'name of the trainer' },
        trial: { description: 'number of the trial' },
        sha256: { description: 'SHA-256 of the payload, in hexadecimal' },
        transfer: { description: 'name of the transfer' },
      },
    },
  };
}
