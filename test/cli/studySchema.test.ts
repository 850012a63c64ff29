import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStudy } from '../../src/studyFile/studyFile.ts';
import { strategies } from '../../streams/spec/catalogue.ts';
import { blocksOf, pages } from '../support/documents.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const schema = JSON.parse(readFileSync(`${root}study.schema.json`, 'utf8'));
const validate = new Ajv({ strict: false }).compile(schema);

/** The study files in documents and examples. */
const studies = blocksOf(['README.md', ...pages], 'yaml')
  .map(([, { code }]) => code)
  .concat(readFileSync(`${root}examples/python/study.yaml`, 'utf8'))
  .filter((text) => /^parameters:/m.test(text));

const withParts = (parts: string): string => `parameters:\n  x: { type: float, low: 0, high: 1 }\n${parts}`;

describe('the JSON Schema of study files', () => {
  it('accepts the study files of documents and examples', () => {
    expect(studies.length).toBeGreaterThan(5);
    for (const text of studies) expect(validate(parse(text)) ? [] : validate.errors, text).toEqual([]);
  });

  it.each([
    withParts('strategy: auto'),
    withParts('strategy: { sgd: { gradient: differences, rate: 0.05 } }'),
    withParts('strategy: { chain: [{ asha: { min: 1, max: 27 } }, { take: [20, sobol] }, bo] }'),
    withParts('strategy: { until: [{ plateau: [20, { improvement: 0.01 }] }, ga] }'),
    withParts('strategy: { mix: { model: [tpe, 4], wild: random } }'),
    withParts('strategy: { bandit: { arms: { a: ga, b: tpe }, explore: 0.1 } }'),
    withParts('strategy: { grid: { levels: { x: 3 } } }'),
    withParts('objective: minimize val_loss\nepochs: 27\nearly: false'),
    withParts('constraints: [{ atMost: { x: 1 }, limit: 0.5 }]'),
    withParts('  y: { type: choice, values: [a, 1, true], when: { x: 1 }, prior: { weights: [1, 2, 3] } }'),
    withParts('command: python train.py\nseed: 3\ntrials: 20'),
  ])('accepts %j', (text) => expect(validate(parse(text)) ? [] : validate.errors).toEqual([]));

  it.each([
    'trials: 20',
    withParts('trial: 20'),
    withParts('trials: 0'),
    withParts('strategy: { sgd: { rte: 0.05 } }'),
    withParts('strategy: { sgd: { rate: 2 } }'),
    withParts('strategy: { sgd: { rule: nesterov } }'),
    withParts('strategy: { ga: {}, tpe: {} }'),
    withParts('strategy: asha'),
    withParts('strategy: { asha: { min: 1 } }'),
    withParts('strategy: { chain: [sobol, rndom] }'),
    withParts('strategy: { take: [sobol, 20] }'),
    withParts('strategy: { until: [{ plateau: 0 }, ga] }'),
    withParts('strategy: { mix: { model: [tpe, 0] } }'),
    withParts('strategy: { bandit: { arms: { a: ga }, explor: 0.1 } }'),
    withParts('objective: smallest'),
    withParts('objectives: { loss: down }'),
    withParts('objective: minimize\nobjectives: { loss: minimize }'),
    withParts('constraints: [{ atMost: { x: 1 } }]'),
    withParts('  y: { type: float, low: 0 }'),
    withParts('  y: { type: flaot, low: 0, high: 1 }'),
    withParts('  y: { type: int, low: 0, high: 1, logit: true }'),
    withParts('  y: { type: choice, values: [] }'),
    withParts('  y: { type: float, low: 0, high: 1, prior: { normal: { median: 0, sigma: 0 } } }'),
  ])('refuses %j, as hypertide does', (text) => {
    expect(validate(parse(text))).toBe(false);
    expect(() => parseStudy(parse(text))).toThrow();
  });

  it('describes every strategy and option, with the defaults of the options', () => {
    for (const [name, { options }] of Object.entries(strategies)) {
      const described = schema.$defs.strategy.anyOf[1].properties[name];
      expect(described.description, name).toMatch(/\n\nUse it /);
      for (const [option, { default: otherwise, required }] of Object.entries(options)) {
        const { description } = described.properties[option];
        expect(description, `${name}.${option}`).toMatch(/^[A-Z`].*\.$/s);
        if (!required) expect(description, `${name}.${option}`).toContain('Default: ');
        if (otherwise === undefined || otherwise === Number.POSITIVE_INFINITY) continue;
        const [, said] = /.*Default: `?([^`;,]+?)`?[.;,][^.;,]*$/s.exec(description)!;
        expect(said === '1/6' ? 1 / 6 : typeof otherwise === 'number' ? Number(said) : said, `${name}.${option}`).toBe(
          typeof otherwise === 'boolean' ? String(otherwise) : otherwise,
        );
      }
    }
  });
});
