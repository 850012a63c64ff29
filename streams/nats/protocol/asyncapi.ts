import { factSchemas } from '../../../src/facts/facts.ts';
import { proseSchema } from '../../../src/facts/schema.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { isIntent } from '../../../src/study/intents.ts';
import { requestKinds, requestMethods } from '../../../src/study/requests.ts';
import { version } from '../../../src/version.ts';
import { type Channel, type ChannelOperation, channelsOf, type Tag, trialSequence } from './channels.ts';
import { eventSource, eventType, SPEC_VERSION } from './cloudEvent.ts';
import { messageKinds, replyName, requestName } from './messageSchemas.ts';
import { LEASE_HEADER, LIMIT_HEADER, PRIORITY_HEADER, TRACE_HEADER } from './messages.ts';
import { type NamingOptions, namingOf } from './subjects.ts';

const ref = (path: string) => ({ $ref: `#/${path}` });
const refs = (place: string, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ref(`${place}/${name}`)]));

const tags: Readonly<Record<Tag, string>> = {
  trainer: 'What a trainer needs to evaluate trials.',
  checkpoint: 'What a trainer needs besides to save and resume checkpoints on the server.',
  operator: 'What people and programs need that read and command a study.',
};

/** The headers of a fact, which make it a CloudEvent in binary mode. A trainer may leave them out. */
const eventHeaders = (fact: string) => ({
  type: 'object',
  properties: {
    'ce-specversion': { const: SPEC_VERSION },
    'ce-id': proseSchema('the Nats-Msg-Id'),
    'ce-source': proseSchema(`${eventSource('<study>')} of the engine, ${eventSource('<study>', '<trainer>')} of a trainer`),
    'ce-type': { const: eventType(fact) },
    ...(fact === 'suggested' && {
      [LEASE_HEADER]: proseSchema('seconds of the lease of a run'),
      [LIMIT_HEADER]: proseSchema('bytes of the longest fact of the trial'),
      [PRIORITY_HEADER]: proseSchema('the priority of the study, if it is not 1: for trainers that serve several studies'),
      [TRACE_HEADER]: proseSchema('the trace of the trial (W3C Trace Context), if the engine is traced'),
    }),
  },
  description: 'CloudEvents 1.0 in binary mode, to route facts; none of them decides whether a fact counts',
});

/** A request to the engine: its channel, the channel of its answers, which go to the request's reply subject, and its operation. */
function requestParts(root: string) {
  const channels: Record<string, Channel> = {};
  const operations: Record<string, ChannelOperation> = {};
  for (const method of requestMethods) {
    const { summary } = requestKinds[method];
    const [request, reply] = [requestName(method), replyName(method)];
    channels[request] = {
      address: `${root}.rpc.${method}`,
      summary: `Requests: ${summary}`,
      description: 'Any engine of the study answers. The server says at once if there is none (status 503).',
      messages: [request],
      parameters: ['study'],
    };
    channels[reply] = {
      address: null,
      summary: `Answers: ${summary}`,
      description: 'Goes to the reply subject of the request, which must be an inbox.',
      messages: [reply],
    };
    operations[method] = {
      action: 'send',
      channel: request,
      summary,
      description: isIntent(method)
        ? 'The answer has the fact that the command became, and its position in the log; or why it is refused.'
        : 'The answer has the result, or why there is none.',
      tag: 'operator',
      reply,
    };
  }
  return { channels, operations };
}

/** An AsyncAPI 3 document of the messages on a server, for trainers and clients. @param options how studies are named there */
export function asyncapi(options: NamingOptions = {}): object {
  const naming = namingOf(options);
  const root = `${naming.prefix}.{study}`;
  const kinds = Object.entries(messageKinds());
  const [trainers, requests] = [channelsOf(naming), requestParts(root)];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'hypertide over NATS',
      version,
      description: trialSequence(naming),
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: '127.0.0.1:4222',
        protocol: 'nats',
        description:
          'A NATS server 2.10 or newer with JetStream: nats-server -js. Ask your operator for the address and the login of yours.',
      },
    },
    channels: Object.fromEntries(
      Object.entries({ ...trainers.channels, ...requests.channels }).map(([name, { messages, parameters, ...rest }]) => [
        name,
        omitUndefined({
          ...rest,
          messages: refs('components/messages', messages),
          parameters: parameters && refs('components/parameters', parameters),
        }),
      ]),
    ),
    operations: Object.fromEntries(
      Object.entries({ ...trainers.operations, ...requests.operations }).map(([name, { channel, messages, reply, tag, ...rest }]) => [
        name,
        omitUndefined({
          ...rest,
          channel: ref(`channels/${channel}`),
          messages: messages?.map((message) => ref(`channels/${channel}/messages/${message}`)),
          reply: reply && { channel: ref(`channels/${reply}`) },
          tags: [{ name: tag }],
        }),
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        kinds.map(([name, { schema, example }]) => [
          name,
          omitUndefined({
            name,
            summary: schema.description,
            payload: ref(`components/schemas/${name}`),
            examples: [{ payload: example }],
            headers: Object.hasOwn(factSchemas, name) ? eventHeaders(name) : undefined,
          }),
        ]),
      ),
      schemas: Object.fromEntries(kinds.map(([name, { schema }]) => [name, schema])),
      parameters: {
        study: { description: 'name of the study' },
        trainer: { description: 'name of the trainer' },
        trial: { description: 'number of the trial' },
        sha256: { description: 'SHA-256 of the payload, in hexadecimal' },
        transfer: { description: 'name of the transfer' },
        subject: { description: 'a subject of the stream' },
      },
    },
  };
}
