import { factSchemas } from '../../../src/facts/facts.ts';
import { factSamples } from '../../../src/facts/samples.ts';
import {
  flagSchema,
  integerSchema,
  listSchema,
  literalSchema,
  objectSchema,
  proseSchema,
  recordSchema,
  type Schema,
} from '../../../src/facts/schema.ts';
import { replySchema, requestKinds, requestMethods, statusSchema } from '../../../src/study/requests.ts';
import { requestSamples, statusSample } from '../../../src/study/samples.ts';
import { LEASE, LEASE_HEADER, PRESENCE } from './messages.ts';

const positive = (description: string) => integerSchema(1, description);

/** The JSON Schema of a message, and an example that fits it. */
export interface MessageKind {
  readonly schema: Schema;
  readonly example: unknown;
}

const { attempt: ATTEMPT, trial: TRIAL, run: RUN } = factSamples.started;
/** The run of another trainer. */
const OTHER = '7.1.q8f0t5cz';
const SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** The messages that are neither facts nor requests to the engine. */
const others = {
  pull: {
    schema: objectSchema(
      'a free slot wants a suggestion',
      {
        batch: literalSchema(1, 'one suggestion for one free slot'),
        expires: positive('nanoseconds after which the server gives up; wait for the answer a second longer'),
      },
      {},
    ),
    example: { batch: 1, expires: 5_000_000_000 },
  },
  acknowledgement: {
    schema: proseSchema('+ACK: the suggestion is claimed, or not for this trainer; -NAK {"delay": nanoseconds}: it is for other trainers'),
    example: '+ACK',
  },
  nothing: { schema: { type: 'string', maxLength: 0, description: 'an empty message' }, example: '' },
  stop: {
    schema: objectSchema(
      'the trial should stop; its last report is then its result',
      { type: literalSchema('stop'), trial: positive('the trial'), by: proseSchema('path of the strategy, person, closed or void') },
      {},
    ),
    example: { type: 'stop', trial: TRIAL, by: 'asha' },
  },
  beat: {
    schema: objectSchema(
      `the heartbeat of a run; at least three in a lease, which the header ${LEASE_HEADER} of the suggestion says in seconds (else ${LEASE})`,
      { run: proseSchema('the claim') },
      {},
    ),
    example: { run: RUN },
  },
  presence: {
    schema: objectSchema(
      `a trainer is running, whether it holds a trial or not; every ${PRESENCE / 1000} seconds, and when it ends`,
      { slots: integerSchema(0, 'trials that it can run at a time; the engine suggests two more') },
      {
        full: flagSchema('true while the server has no room for its facts'),
        offers: recordSchema({ type: 'number' }, 'what it has for them, such as GPUs'),
        ended: flagSchema('true if it has ended'),
      },
    ),
    example: { slots: 1, offers: { gpu: 1 } },
  },
  rejected: {
    schema: objectSchema(
      'a fact does not count; only a hint, which may get lost',
      {
        position: positive('of the fact in the log'),
        code: proseSchema('why it does not count'),
        message: proseSchema('the same in one sentence'),
      },
      { type: proseSchema('of the fact, as far as it could be read'), trial: positive('of the fact'), run: proseSchema('of the fact') },
    ),
    example: {
      position: 44,
      code: 'claimed',
      message: `attempt ${ATTEMPT} at trial ${TRIAL} is taken by run ${OTHER}`,
      type: 'started',
      trial: TRIAL,
      run: RUN,
    },
  },
  checkpointRequest: {
    schema: objectSchema(
      'a trainer wants to save a checkpoint, or a part of the one that it resumes',
      { run: proseSchema('the claim') },
      {
        save: integerSchema(0, 'bytes that are about to be saved'),
        get: proseSchema('SHA-256 of a part of the checkpoint that the suggestion of the run names'),
        to: proseSchema('a name for the transfer, of letters and digits'),
      },
    ),
    example: { run: RUN, save: 1_048_576 },
  },
  checkpointReply: {
    schema: objectSchema(
      'whether it may; a part goes to its own subject',
      { ok: { type: 'boolean' } },
      {
        have: listSchema(proseSchema('SHA-256'), 'parts of the trial that the trainer has saved before'),
        most: integerSchema(0, 'bytes that a checkpoint may have whose manifest was requested'),
        wait: flagSchema('the engine does not know the run yet: ask again'),
        error: proseSchema('why not'),
      },
    ),
    example: { ok: true, have: [SHA256] },
  },
  chunk: {
    schema: proseSchema('bytes of a checkpoint, 524288 at most, or its manifest'),
    example: JSON.stringify({
      name: 'epoch-3',
      files: [{ path: 'model.bin', size: 3 }],
      empty: [],
      chunks: [[SHA256, 3]],
    }),
  },
  status: { schema: statusSchema, example: statusSample },
} as const satisfies Readonly<Record<string, MessageKind>>;

/** Names of the messages of `<prefix>.<study>.rpc.<method>`. */
export const requestName = (method: string): string => `${method}Request`;
export const replyName = (method: string): string => `${method}Reply`;

/**
 * All messages by their names. A message with a field `type` has its value as name. The schemas of facts are the ones that the engine validates
 * with.
 */
export const messageKinds = (): Readonly<Record<string, MessageKind>> => ({
  ...Object.fromEntries(
    Object.entries(factSchemas).map(([name, schema]) => [name, { schema, example: factSamples[name as keyof typeof factSchemas] }]),
  ),
  ...others,
  ...Object.fromEntries(
    requestMethods.flatMap((method) => {
      const { request, result } = requestKinds[method];
      const example = requestSamples[method];
      return [
        [requestName(method), { schema: request, example: example.request }],
        [replyName(method), { schema: replySchema(result), example: { ok: true, result: example.result } }],
      ];
    }),
  ),
});
