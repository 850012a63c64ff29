import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { openapi } from '../../src/server/document/openapi.ts';
import { type OperationId, operationIds } from '../../src/server/routes.ts';
import { operations } from '../../src/server/serverOperations.ts';
import { root } from '../support/documents.ts';
import { type Answer, digits, open, sendTo } from './support.ts';

interface Content {
  readonly schema: object;
}
interface Described {
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, Content>> } };
}
const document = openapi() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};
const { components } = document;
const ajv = new Ajv2020({ strict: false });

const described = (id: OperationId): Described => document.paths[operations[id].path]![operations[id].method]!;
/** The content of a body or an answer: of several media types, that of JSON. */
const contentOf = ({ content }: { readonly content: Readonly<Record<string, Content>> }): Content =>
  content['application/json'] ?? Object.values(content)[0]!;
const validator = (schema: object): ValidateFunction => ajv.compile({ ...schema, components });
const answers = Object.fromEntries(operationIds.map((id) => [id, validator(contentOf(described(id).responses[200]).schema)]));

function expectToFit(validate: ValidateFunction, value: unknown, what: string): void {
  const fits = validate(value);
  expect(fits, `${what}: ${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`).toBe(true);
}

interface Example {
  readonly request: string;
  readonly body?: object;
  readonly answer: unknown;
}

/** Examples for people: each list has its first item only, numbers are short, and what differs each time is the same. */
function exampleText(recorded: ReadonlyMap<OperationId, Example>): string {
  const shown = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.slice(0, 1).map((one) => shown('', one));
    if (name === 'source') return 'digits.jsonl';
    if (name === 'run') return '1.1.k3v9x2ma';
    if (/(^at|At|^heldSince|^time)$/.test(name)) return Date.UTC(2026, 10, 30, 9);
    if (/^(seconds|milliseconds|silent)$/.test(name)) return 1.5;
    if (typeof value === 'number') return Number(value.toPrecision(3));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (key === 'version' ? [] : [[key, shown(key, one)]])));
  };
  const about = '# Examples of requests over HTTP, as test/server/openapi.test.ts records them. Lists are cut after the first item.\n';
  return (
    about + operationIds.flatMap((id) => (recorded.get(id)?.answer ? stringify({ [id]: shown('', recorded.get(id)) }) : [])).join('\n')
  );
}

describe('the OpenAPI document', () => {
  it.each(operationIds)('says what %s takes, and for whom it is', (id) => {
    const { requestBody, parameters, description } = described(id);
    const { method, input, consumes } = operations[id];
    expect(description).toMatch(/\. For [a-z, ]+\.$/);
    if (method === 'post') expect(requestBody!.content).toHaveProperty([consumes ?? 'application/json']);
    const names = method === 'get' ? Object.keys(input?.properties ?? {}) : [];
    expect(parameters.flatMap((one) => (one.in === 'query' ? [one.name] : []))).toEqual(names);
  });

  it('says what an ask answers by its field next', () => {
    const { schema } = contentOf(described('ask').responses[200]);
    const { oneOf, discriminator } = schema as { oneOf: { $ref: string }[]; discriminator: { mapping: Record<string, string> } };
    expect(oneOf.map(({ $ref }) => $ref)).toEqual(Object.values(discriminator.mapping));
    expect(Object.keys(discriminator.mapping)).toEqual(['trial', 'wait', 'over']);
    for (const wrong of [{ next: 'trial', trial: 1 }, { next: 'over' }, { next: 'soon' }, {}])
      expect(answers.ask!(wrong), JSON.stringify(wrong)).toBe(false);
  });

  it('describes what the server takes and answers, of which docs/reference has examples', async () => {
    const at = await open();
    const recorded = new Map<OperationId, Example>();
    const check = async (id: OperationId, asked: Promise<Answer>, request?: object) => {
      const { status, body } = await asked;
      expect(status, `${id}: ${JSON.stringify(body)}`).toBe(200);
      expectToFit(answers[id]!, body, id);
      if (request) expectToFit(validator(contentOf(described(id).requestBody!).schema), request, id);
      const { method } = operations[id];
      if (!recorded.get(id)?.answer)
        recorded.set(id, { request: `${method.toUpperCase()} ${operations[id].path}`, ...(request && { body: request }), answer: body });
      return body;
    };
    const post = (id: OperationId, path: string, body: object) => check(id, at.post(path, body), body);
    const trials = 'studies/digits/trials';
    await post('create', 'studies', { ...digits, name: 'second' });
    await check('best', at.get('studies/digits/best'));
    await check('importance', at.get('studies/digits/importance'));
    for (let trial = 1; trial <= 4; trial++) {
      const { run, params } = await post('ask', 'studies/digits/ask', { wait: 60 });
      await post('report', `${trials}/${trial}/report`, { run, step: 1, values: { loss: 1 } });
      await post('heartbeat', `${trials}/${trial}/heartbeat`, { run });
      await post('tell', `${trials}/${trial}/tell`, { run, values: { loss: Math.log(params.lr) ** 2 + params.units } });
    }
    await post('annotate', 'studies/digits/annotate', { trial: 1, note: 'odd' });
    await post('retract', `${trials}/1/retract`, {});
    const { run } = await post('ask', 'studies/digits/ask', { wait: 60 });
    await post('fail', `${trials}/5/fail`, { run, message: 'out of memory' });
    await post('ask', 'studies/digits/ask', { wait: 0 });
    await post('change', 'studies/digits/change', { more: 2 });
    await post('enqueue', 'studies/digits/enqueue', { params: { lr: 0.01 } });
    const held = await post('ask', 'studies/digits/ask', { wait: 60 });
    await post('cancel', `${trials}/${held.trial}/cancel`, {});
    await post('stopped', `${trials}/${held.trial}/stopped`, { run: held.run });
    await post('instruct', 'studies/digits/instruct', { trainer: 'w1', to: 'pause' });
    await post('match', 'studies/digits/match', { objectives: { loss: 'minimize' } });
    await post('signIn', 'session', {});
    const others = operationIds.filter((id) => operations[id].method === 'get' && !('produces' in operations[id]) && id !== 'queue');
    for (const id of others)
      await check(id, at.get(operations[id].path.replace('/v1/', '').replace('{study}', 'digits').replace('{trial}', '2')));
    await post('close', 'studies/digits/close', {});
    await post('ask', 'studies/digits/ask', { wait: 0 });
    await expect(exampleText(recorded)).toMatchFileSnapshot(join(root, 'docs/reference/http-examples.yaml'));
    expect(operationIds.filter((id) => !recorded.has(id))).toEqual(['queue', 'propose', 'watch', 'getReport', 'getFile', 'addFile']); // other tests read what is not JSON
  });

  it('has the study file, as the server takes it', async () => {
    const at = await open();
    const file = validator(components.schemas.StudyFile!);
    const files: readonly (readonly [file: object, fits: boolean])[] = [
      [{ ...digits, name: 'a' }, true],
      [{ ...digits, name: 'b', strategy: { chain: ['ga', { tpe: {} }] } }, true],
      [{ ...digits, name: 'c', strategy: 'tpee' }, false],
      [{ ...digits, name: 'd', trails: 5 }, false],
      [{ ...digits, name: 'e', command: 'rm -rf /' }, false],
      [{ ...digits, name: 'f', earlier: ['x.jsonl'] }, false],
      [{ ...digits, name: undefined }, false],
      [{ ...digits, name: 'g', examples: 20 }, true],
      [{ ...digits, name: 'h', examples: ['q1', 'q2'] }, true],
      [{ ...digits, name: 'i', examples: 'package.json' }, false],
    ];
    for (const [study, fits] of files) {
      const text = JSON.stringify(study);
      expect(file(JSON.parse(text)), text).toBe(fits);
      expect((await at.post('studies', study)).status === 200, text).toBe(fits);
    }
  });
});

it('a wrong method is answered with those that a path has', async () => {
  const at = await open();
  const send = (method: string, path: string) => sendTo(`${at.url}v1/${path}`, { method });
  expect(await send('PUT', 'studies/digits/best')).toMatchObject({
    status: 405,
    body: { code: 'wrong-method' },
    headers: { allow: 'GET' },
  });
  expect(await send('DELETE', 'studies')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  expect(await send('GET', 'studies/digits/ask')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect(await send('PUT', 'studies/digits/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } });
});
