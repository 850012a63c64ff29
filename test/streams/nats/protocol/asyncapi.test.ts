import type { MsgHdrs } from '@nats-io/transport-node';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { factSchemas } from '../../../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../../../src/facts/parse.ts';
import type { RequestMethod } from '../../../../src/study/requests.ts';
import { parseManifest } from '../../../../streams/nats/checkpoints/manifest.ts';
import { trainer } from '../../../../streams/nats/index.ts';
import { asyncapi } from '../../../../streams/nats/protocol/asyncapi.ts';
import { messageKinds, replyName, requestName } from '../../../../streams/nats/protocol/messageSchemas.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import type { Objective } from '../../../../streams/objective.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { type At, engineOn, fresh, isFact } from '../world.ts';

const ajv = new Ajv({ strict: false });
const kinds = messageKinds();
const validators = Object.fromEntries(Object.entries(kinds).map(([name, { schema }]) => [name, ajv.compile(schema)]));

const server = natsOfTests();

describe('the AsyncAPI document', () => {
  it('calls a message as its type does on the wire, and gives an example of each', () => {
    for (const [name, { schema, example }] of Object.entries(kinds)) {
      const { type = { const: name } } = ('properties' in schema && schema.properties) as { type?: { const?: string; type?: string } };
      if (type.const !== undefined) expect(type.const).toBe(name);
      expect(validators[name]!(example), `${name}: ${ajv.errorsText(validators[name]!.errors)}`).toBe(true);
      expect(validators[name]!(7), name).toBe(false);
    }
    for (const fact of Object.keys(factSchemas)) expect(isRefusal(parseFact(kinds[fact]!.example)), fact).toBe(false);
    expect(parseManifest(new TextEncoder().encode(kinds.chunk!.example as string)).name).toBe('epoch-3');
  });

  it('describes all that goes over a server', async () => {
    const study = fresh();
    const spy = await server.connect();
    const seen: { readonly subject: string; readonly data: { readonly type?: string }; readonly headers: MsgHdrs | undefined }[] = [];
    spy.subscribe(`ht.${study}.>`, {
      callback: (_, message) => void seen.push({ subject: message.subject, data: message.json(), headers: message.headers }),
    });
    await spy.flush();
    const engine = await engineOn(server, { study, trials: 4, lease: 1.5 });
    const objective: Objective<At> = async ({ x }, { trial, report }) => {
      report(x, 1);
      report(x, 1); // one too many
      await eventually(() => expect(seen).toContainEqual(expect.objectContaining({ subject: subjectsOf(study).beat('w1', 1) })));
      if (trial === 1) throw new Error('boom');
      return x;
    };
    const { done } = trainer<At>(await server.connect(), study, objective, { name: 'w1' });
    await engine.finished;
    await done;
    await engine.close();
    await engine.nc.flush();
    await spy.flush();
    const names = new Set<string>();
    const document = asyncapi() as { components: { messages: Record<string, { headers?: object }> } };
    for (const { subject, data, headers } of seen) {
      const [, , kind] = subject.split('.');
      if (kind === 'log') {
        const given = Object.fromEntries(headers!.keys().map((name) => [name, headers!.get(name)]));
        const source = subject.includes('.by.') ? `/studies/${study}/trainers/w1` : `/studies/${study}`;
        expect(given).toMatchObject({ 'ce-id': given['Nats-Msg-Id'], 'ce-source': source });
        expect(ajv.validate(document.components.messages[data.type!]!.headers!, given), JSON.stringify(given)).toBe(true);
      }
      if (kind === 'rpc') continue; // below
      const name = nameOf(subject, data.type);
      names.add(name);
      expect(validators[name]!(data), `${name}: ${JSON.stringify(data)}`).toBe(true);
    }
    expect([...names]).toEqual(
      expect.arrayContaining([
        'created',
        'suggested',
        'started',
        'reported',
        'completed',
        'failed',
        'closed',
        'beat',
        'presence',
        'rejected',
        'status',
      ]),
    );
  });

  it('describes requests and their answers', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 3 });
    const nc = await server.connect();
    await engine.heard.until(isFact('suggested'));
    const asked: readonly (readonly [RequestMethod, object, ok: boolean])[] = [
      ['best', {}, true],
      ['enqueue', { params: { x: 1, n: 2 } }, true],
      ['change', { parallel: 2 }, true],
      ['cancel', { trial: 1 }, true],
      ['cancel', { trial: 99 }, false],
      ['trials', { after: 0, status: 'completed' }, true],
      ['trials', { status: 'open' }, true],
      ['trials', {}, true],
      ['log', { after: 1 }, true],
      ['retract', { trial: 99 }, false],
      ['status', {}, true],
      ['close', {}, true],
      ['enqueue', {}, false],
      ['enqueue', { params: 1 }, false],
      ['retract', { trial: 'one' }, false],
      ['change', { parallel: 0 }, false],
      ['trials', { after: -1 }, false],
      ['trials', { status: 'over' }, false],
    ];
    for (const [method, request, ok] of asked) {
      const reply = (await nc.request(`ht.${study}.rpc.${method}`, JSON.stringify(request))).json<{ ok: boolean; result?: object }>();
      const what = `${method} ${JSON.stringify(request)}: ${JSON.stringify(reply)}`;
      expect(reply.ok, what).toBe(ok);
      expect(validators[replyName(method)]!(reply), what).toBe(true);
      if (ok) expect(validators[requestName(method)]!(request), what).toBe(true);
    }
    for (const [method, request] of asked.slice(-6)) expect(validators[requestName(method)]!(request), method).toBe(false);
    await engine.close();
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
  ])('agrees with the engine on %j', (fact) => {
    expect(validators[fact.type]!(fact)).toBe(!isRefusal(parseFact(fact)));
  });
});

/** The message that a subject carries. */
function nameOf(subject: string, type: string | undefined): string {
  const [, , kind, , trial] = subject.split('.');
  if (kind === 'beat') return trial === '0' ? 'presence' : kind;
  if (kind !== 'log' && kind !== 'directive') return kind!;
  return type!;
}
