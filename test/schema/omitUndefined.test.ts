import { expect, it } from 'vitest';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { memoryLog } from '../../streams/core.ts';
import * as h from '../../streams/index.ts';
import { interview, rootEnv } from '../support/interview.ts';

it('leaves undefined fields out', () => {
  expect(Object.keys(omitUndefined({ a: 1, b: undefined, c: null, d: false }))).toEqual(['a', 'c', 'd']);
});

it('a field called __proto__ is a field like others', () => {
  const kept = omitUndefined(JSON.parse('{"__proto__":{"a":1}}'));
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  expect(JSON.stringify(kept)).toBe('{"__proto__":{"a":1}}');
});

it('a parameter is the same whether an option is undefined or missing', () => {
  expect(h.float(0, 1, { log: undefined, step: undefined, prior: undefined })).toStrictEqual(h.float(0, 1));
  expect(h.int(0, 1, { log: undefined })).toStrictEqual(h.int(0, 1));
  expect(h.choice(['a', 'b'], { prior: undefined })).toStrictEqual(h.choice(['a', 'b']));
  expect(h.boolean({ prior: undefined })).toStrictEqual(h.boolean());
});

const net = h.space({ rate: h.float(0, 1), units: h.int(16, 64), act: h.choice(['relu', 'tanh']) });
const pairs: readonly (readonly [name: string, blank: h.Strategy, plain: h.Strategy])[] = [
  ['ga', h.ga({ population: undefined, mode: undefined }), h.ga()],
  ['bo', h.bo({ startup: undefined, integrated: undefined, costAware: undefined }), h.bo()],
  ['tpe', h.tpe({ startup: undefined, random: undefined }), h.tpe()],
  ['forest', h.forest({ startup: undefined, random: undefined }), h.forest()],
  ['grid', h.grid({ levels: undefined }), h.grid()],
  ['sgd', h.sgd({ gradient: 'differences', noise: undefined, rate: undefined }), h.sgd({ gradient: 'differences' })],
  ['lbfgs', h.lbfgs({ probe: undefined, tolerance: undefined }), h.lbfgs()],
];
it.each(pairs)('%s is the same whether an option is undefined or missing', (_, blank, plain) => {
  expect(blank.spec).toStrictEqual(plain.spec);
  const first = (strategy: h.Strategy) => interview(strategy, rootEnv(net)).ask(1);
  expect(first(blank)).toEqual(first(plain));
});

it('a study is the same whether an option is undefined or missing, also when it resumes', async () => {
  const log = memoryLog();
  const line = h.space({ x: h.float(0, 1) });
  const blank = {
    study: undefined,
    seed: undefined,
    objectives: undefined,
    parallel: undefined,
    duplicates: undefined,
    inspect: undefined,
    seconds: undefined,
  };
  await h.optimize(line, ({ x }) => x, { ...blank, strategy: h.random(), trials: 2, log }).result();
  const { completed } = await h
    .optimize(line, ({ x }) => x, { ...blank, strategy: undefined, signal: undefined, timeLimit: undefined, trials: 4, log })
    .result();
  expect(completed).toBe(4);
});
