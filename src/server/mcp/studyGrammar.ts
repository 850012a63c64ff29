import type { Schema } from '../../facts/schema.ts';
import { parameterTypes } from '../../space/types/dimension.ts';

const number = (description: string): Schema => ({ type: 'number', description });

/**
 * The keys of a study file that an agent needs, with what they may be. It may use all others too; `StudyFile` of the OpenAPI document has the whole
 * grammar, whose strategies alone are ten times as long.
 */
export const studyGrammar: Readonly<Record<string, Schema>> = {
  parameters: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        type: {
          type: 'string',
          enum: Object.keys(parameterTypes),
          description: 'float and int have low and high; choice and ordinal have values; constant has value; boolean has nothing else',
        },
        low: number('the lowest value'),
        high: number('the highest value'),
        log: { type: 'boolean', description: 'of float or int: whether its order of magnitude matters, as for a learning rate' },
        step: number('of float or int: the distance between values'),
        values: { type: 'array', items: {}, description: 'of choice: any values; of ordinal: values in order' },
        value: { description: 'of constant: its value' },
        when: {
          type: 'object',
          additionalProperties: {},
          description: 'the parameter exists only if an earlier one has this value, such as { "optimizer": "sgd" }',
        },
      },
      required: ['type'],
    },
    description: 'each parameter by its name',
  },
  objective: { type: 'string', description: 'minimize or maximize, and the name of a value, such as "minimize loss" (default: minimize)' },
  objectives: {
    type: 'object',
    additionalProperties: { type: 'string', enum: ['minimize', 'maximize'] },
    description: 'instead of objective, if there are several: the direction of each by its name',
  },
  trials: { type: 'integer', minimum: 1, description: 'how many configurations to try (default: no limit)' },
  parallel: { type: 'integer', minimum: 1, description: 'how many trials may be open at once (default: 1)' },
  epochs: {
    type: 'integer',
    minimum: 1,
    description: 'the most epochs of a trial: with reports, trials that fall behind are stopped early',
  },
  strategy: { description: 'the name of a strategy, such as tpe, or { name: options } (default: auto)' },
  target: number('the study ends when the first objective reaches this value'),
  seed: { description: 'of all random choices, a text or a number (default: 0)' },
};

/** A study file as JSON. */
export const studyExample = {
  name: 'digits',
  parameters: {
    lr: { type: 'float', low: 0.0001, high: 0.1, log: true },
    layers: { type: 'int', low: 1, high: 4 },
    activation: { type: 'choice', values: ['relu', 'tanh'] },
  },
  objective: 'minimize loss',
  trials: 60,
  parallel: 4,
};
