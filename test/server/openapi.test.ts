import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { openapi } from '../../src/server/document/openapi.ts';
import { httpSamples, studyFileSample } from '../../src/server/document/samples.ts';
import type { Operation } from '../../src/server/operation.ts';
import { type OperationId, operationIds, operations } from '../../src/server/operations.ts';
import { type Answer, digits, open, sendTo } from './support.ts';

interface Content {
  readonly schema: object;
  readonly example?: unknown;
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

describe('the OpenAPI document', () => {
  it.each(operationIds)('has examples of %s that fit', (id) => {
    const { requestBody, responses, parameters, description } = described(id);
    const { body, query, consumes }: Operation = operations[id];
    expect(description).toMatch(/\. For [a-z, ]+\.$/);
    const { request = {} } = httpSamples[id];
    if (consumes) {
      expect(requestBody!.content).toHaveProperty([consumes]);
    } else if (body) {
      expect(contentOf(requestBody!).example ?? {}).toEqual(request);
      expectToFit(validator(contentOf(requestBody!).schema), request, id);
    } else {
      for (const [name, value] of Object.entries(request)) {
        const of = parameters.find((one) => one.in === 'query' && one.name === name);
        expect(query).toHaveProperty(name);
        expectToFit(validator(of!.schema), value, `${id} ${name}`);
      }
    }
    expectToFit(answers[id]!, contentOf(responses[200]).example, id);
  });

  it('says what an ask answers by its field next', () => {
    const { schema } = contentOf(described('ask').responses[200]);
    const { oneOf, discriminator } = schema as { oneOf: { $ref: string }[]; discriminator: { mapping: Record<string, string> } };
    expect(oneOf.map(({ $ref }) => $ref)).toEqual(Object.values(discriminator.mapping));
    expect(Object.keys(discriminator.mapping)).toEqual(['trial', 'wait', 'over']);
    for (const wrong of [{ next: 'trial', trial: 1 }, { next: 'over' }, { next: 'soon' }, {}])
      expect(answers.ask!(wrong), JSON.stringify(wrong)).toBe(false);
  });

  it('describes what the server answers', async () => {
    const at = await open();
    const seen = new Set<OperationId>();
    const check = async (id: OperationId, asked: Promise<Answer>) => {
      const { status, body } = await asked;
      expect(status, `${id}: ${JSON.stringify(body)}`).toBe(200);
      expectToFit(answers[id]!, body, id);
      seen.add(id);
      return body;
    };
    const trials = 'studies/digits/trials';
    await check('createStudy', at.post('studies', { ...studyFileSample, name: 'second' }));
    await check('best', at.get('studies/digits/best'));
    await check('importance', at.get('studies/digits/importance'));
    for (let trial = 1; trial <= 4; trial++) {
      const { run, params } = await check('ask', at.post('studies/digits/ask', { wait: 60 }));
      await check('report', at.post(`${trials}/${trial}/report`, { run, step: 1, values: { loss: 1 } }));
      await check('heartbeat', at.post(`${trials}/${trial}/heartbeat`, { run }));
      await check('tell', at.post(`${trials}/${trial}/tell`, { run, values: { loss: Math.log(params.lr) ** 2 + params.units } }));
    }
    await check('annotate', at.post('studies/digits/annotate', { trial: 1, note: 'odd' }));
    await check('retract', at.post(`${trials}/1/retract`, {}));
    const { run } = await check('ask', at.post('studies/digits/ask', { wait: 60 }));
    await check('fail', at.post(`${trials}/5/fail`, { run, message: 'out of memory' }));
    await check('ask', at.post('studies/digits/ask', { wait: 0 }));
    await check('change', at.post('studies/digits/change', { more: 2 }));
    await check('enqueue', at.post('studies/digits/enqueue', { params: { lr: 0.01 } }));
    const held = await check('ask', at.post('studies/digits/ask', { wait: 60 }));
    await check('cancel', at.post(`${trials}/${held.trial}/cancel`, {}));
    await check('stopped', at.post(`${trials}/${held.trial}/stopped`, { run: held.run }));
    await check('instruct', at.post('studies/digits/instruct', { trainer: 'w1', to: 'pause' }));
    await check('match', at.post('studies/digits/match', { objectives: { loss: 'minimize' } }));
    await check('signIn', at.post('session', {}));
    const others = operationIds.filter((id) => operations[id].method === 'get' && !('produces' in operations[id]) && id !== 'turn');
    for (const id of others)
      await check(id, at.get(operations[id].path.replace('/v1/', '').replace('{study}', 'digits').replace('{trial}', '2')));
    await check('close', at.post('studies/digits/close', {}));
    await check('ask', at.post('studies/digits/ask', { wait: 0 }));
    expect(operationIds.filter((id) => !seen.has(id))).toEqual(['turn', 'propose', 'watch', 'getReport', 'getFile', 'addFile']); // other tests read what is not JSON
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
