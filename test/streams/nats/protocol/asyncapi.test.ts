import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { factSchemas } from '../../../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../../../src/facts/parse.ts';
import { type NatsMethod, natsMethods } from '../../../../src/study/operations.ts';
import { asha, chain, random } from '../../../../streams/index.ts';
import { trainer } from '../../../../streams/nats/index.ts';
import type { Objective } from '../../../../streams/objective.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { type At, engineOn, fresh, isFact } from '../world.ts';

interface Ref {
  readonly $ref: string;
}
interface Message {
  readonly payload: object;
  readonly examples?: readonly { readonly payload: unknown }[];
}
interface Channel {
  readonly address: string | null;
  readonly messages: Readonly<Record<string, Ref>>;
}
interface Operation {
  readonly channel: Ref;
  readonly reply?: { readonly channel: Ref; readonly messages?: readonly Ref[] };
}
interface AsyncApi {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}
interface Recorded {
  readonly subject: string;
  readonly text: string;
  readonly reply: string | undefined;
  /** Where a fact says that it comes from. */
  readonly source: string | undefined;
}

const text = readFileSync(new URL('../../../../docs/reference/asyncapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as AsyncApi;
const { channels, operations } = document;
const { messages } = document.components;
const lastOf = ({ $ref }: Ref): string => $ref.split('/').at(-1)!;

/** The document without room for fields that it does not describe. Only facts have such fields, which their readers ignore. */
const closed: object = parse(text, (_, value) => {
  const { type, properties } = (value ?? {}) as { type?: unknown; properties?: { type?: { const?: string } } };
  const isClosed = type === 'object' && properties && !Object.hasOwn(factSchemas, properties.type?.const ?? '');
  return isClosed ? { ...(value as object), additionalProperties: false } : value;
});
const ajv = new Ajv({ strict: false }).addSchema(closed, 'closed');
const validators = Object.fromEntries(
  Object.keys(messages).map((name) => [name, ajv.compile({ $ref: `closed#/components/messages/${name}/payload` })]),
);

const patterns = Object.entries(channels).flatMap(([name, { address }]) =>
  address === null
    ? []
    : [
        [
          name,
          new RegExp(
            `^${address
              .replace(/[.$]/g, '\\$&')
              .replace('{subject}', '.+')
              .replace(/\{\w+\}/g, '[^.]+')}$`,
          ),
        ] as const,
      ],
);
const channelsOf = (subject: string): readonly string[] => patterns.filter(([, pattern]) => pattern.test(subject)).map(([name]) => name);

/** The messages that may come in answer to one on a channel. */
function answersOn(channel: string): readonly string[] {
  const asks = Object.values(operations).filter((operation) => lastOf(operation.channel) === channel);
  return asks.flatMap(({ reply }) =>
    reply ? (reply.messages?.map(lastOf) ?? Object.keys(channels[lastOf(reply.channel)]!.messages)) : [],
  );
}

/** Which of some messages a payload is. Content of checkpoints is a text for the document, even if it is JSON. */
function whichOf(names: readonly string[], payload: string): string | undefined {
  return names.find((name) => validators[name]!(payload) || validators[name]!(dataOf(payload)));
}
function dataOf(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

/** The message that something recorded is; undefined if the document does not describe it. */
function describedAs({ subject, text: payload }: Recorded, answers: readonly string[]): string | undefined {
  const named = subject.startsWith('$JS.ACK') ? ['acknowledgements'] : channelsOf(subject);
  return whichOf([...answers, ...named.flatMap((name) => Object.keys(channels[name]!.messages))], payload);
}

const server = natsOfTests();

/** All that goes over the server while a study runs, with checkpoints, stops, rejections and requests, but what only the server answers. */
async function recordStudy(): Promise<readonly Recorded[]> {
  const study = fresh();
  const spy = await server.connect();
  const seen: Recorded[] = [];
  spy.subscribe('>', {
    callback: (_, message) =>
      void seen.push({ subject: message.subject, text: message.string(), reply: message.reply, source: message.headers?.get('ce-source') }),
  });
  await spy.flush();
  const strategy = chain(asha({ min: 1, max: 4, eta: 2, pause: true }), random());
  const engine = await engineOn(server, { study, trials: 6, lease: 3, resumes: true, strategy });
  const nc = await server.connect();
  const ask = async (method: NatsMethod, request: object = {}) => nc.request(`ht.${study}.rpc.${method}`, JSON.stringify(request));
  await engine.heard.until(isFact('suggested'));
  await ask('enqueue', { params: { x: 1, n: 2 } });
  const objective: Objective<At> = async ({ x }, trial) => {
    trial.checkpoint = mkdtempSync(join(tmpdir(), 'hypertide-asyncapi-'));
    writeFileSync(join(trial.checkpoint, 'step'), String(trial.budget));
    trial.report(x, 1);
    trial.report(x, 1); // one too many
    if (trial.trial === 1) {
      await eventually(() => expect(seen.some(({ subject }) => subject === `ht.${study}.beat.w1.1`)).toBe(true));
      throw new Error('boom');
    }
    if (trial.trial === 2) {
      await ask('cancel', { trial: 2 });
      await eventually(() => expect(trial.signal.aborted).toBe(true));
    }
    return x;
  };
  const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w1' }, objective);
  await engine.port.finished;
  await done;
  const asked: readonly (readonly [NatsMethod, object?])[] = [
    ['study'],
    ['best'],
    ['front'],
    ['trials', { after: 0, status: 'completed' }],
    ['log', { after: 1 }],
    ['trainers'],
    ['match', { objectives: { value: 'minimize' } }],
    ['annotate', { trial: 2, note: 'look here' }],
    ['instruct', { trainer: 'w1', to: 'drain' }],
    ['retract', { trial: 99 }],
    ['retract', { trial: 3 }],
    ['change', { parallel: 2 }],
    ['change', { paused: true }],
    ['change', { paused: false }],
    ['close'],
  ];
  for (const [method, request] of asked) await ask(method, request);
  await nc.request(`ht.${study}.beat.w1.3`, JSON.stringify({ run: 'none', after: 1 }));
  await engine.close();
  await engine.nc.flush();
  await spy.flush();
  return seen;
}

/** Messages about proposers, and about several studies in one process. */
const OF_OTHERS = [
  'proposed',
  'expired',
  ...['studies', 'load', 'queue', 'propose', 'create'].flatMap((method) => [`${method}Request`, `${method}Reply`]),
];

it('the AsyncAPI document describes what a study sends, and nothing else', async () => {
  for (const [type, schema] of Object.entries(factSchemas)) expect(messages[type]!.payload, type).toEqual(schema);
  for (const method of natsMethods) expect(operations, method).toHaveProperty(method);
  for (const [name, { examples = [] }] of Object.entries(messages))
    for (const { payload } of examples) expect(validators[name]!(payload), `${name}: ${JSON.stringify(payload)}`).toBe(true);

  const seen = await recordStudy();
  const answers = new Map<string, readonly string[]>();
  const found = new Set<string>();
  for (const message of seen) {
    const { subject, text: payload, reply } = message;
    const mine = answers.get(subject) ?? [];
    if (reply) answers.set(reply, channelsOf(subject).flatMap(answersOn));
    const isOfServer = /^(\$JS\.(?!ACK)|_INBOX)/.test(subject) && channelsOf(subject).length === 0 && (mine.length === 0 || payload === '');
    if (isOfServer) continue;
    const name = describedAs(message, mine);
    expect(name, `${subject}: ${payload}`).toBeDefined();
    found.add(name!);
    if (subject.includes('.log.by.w1.')) expect(message.source).toBe(`/studies/${subject.split('.')[1]}/trainers/w1`);
    expect(describedAs({ ...message, subject: `other.${subject}` }, []), subject).toBeUndefined();
    if (payload !== '' && name !== 'chunk') expect(describedAs({ ...message, text: '7' }, mine), name).toBeUndefined();
  }
  const unseen = Object.keys(messages).filter((name) => !found.has(name));
  expect(unseen).toEqual(OF_OTHERS);
});

it.each([
  { type: 'reported', trial: 1, step: 1, values: { value: 1 } },
  { type: 'reported', trial: 0, step: 1, values: { value: 1 } },
  { type: 'reported', trial: 1, step: 1.5, values: { value: 1 } },
  { type: 'reported', trial: 1, step: 1, values: { value: '1' } },
  { type: 'completed', trial: 1 },
  { type: 'completed', trial: 1, values: {}, constraints: [1, 'x'] },
  { type: 'failed', trial: 1, reason: 'bored' },
  { type: 'failed', trial: 1, reason: 'lost', unknown: [1] },
])('the AsyncAPI document agrees with the engine on %j', (fact) => {
  expect(validators[fact.type]!(fact)).toBe(!isRefusal(parseFact(fact)));
});
