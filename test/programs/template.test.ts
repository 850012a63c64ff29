import { describe, expect, it } from 'vitest';
import { type Filling, fillTemplate, parseTemplate, unmentioned } from '../../src/programs/template.ts';
import { coded } from '../support/coded.ts';

const names = ['lr', 'layers', 'momentum', 'optimizer', 'weight-decay'];
const filling: Filling = {
  params: { lr: 1e-7, layers: 3, optimizer: 'sgd', 'weight-decay': -0.5 },
  paramsFile: '/runs/7/params.json',
  study: 's',
  trial: 7,
  attempt: 2,
  slot: 0,
};
const fill = (command: string[], more: Partial<Filling> = {}) => fillTemplate(parseTemplate(command, names), { ...filling, ...more });

describe('a command', () => {
  it.each([
    ['a value as an argument', ['p', '--lr', '{lr}'], ['p', '--lr', '1e-7']],
    ['values within an argument', ['p', 'a{lr}b{layers}c'], ['p', 'a1e-7b3c']],
    [
      'names of the runner',
      ['p', '{study}/{trial}.{attempt}', '--gpu={slot}', '{params}'],
      ['p', 's/7.2', '--gpu=0', '/runs/7/params.json'],
    ],
    ['the program itself', ['./train-{optimizer}'], ['./train-sgd']],
    ['escaped braces', ['p', '{{lr}}', '{{"lr":{lr}}}', '}}{{'], ['p', '{lr}', '{"lr":1e-7}', '}{']],
    ['braces that enclose no name', ['p', '{"lr":{lr}}', '{}', '{', 'a}b'], ['p', '{"lr":1e-7}', '{}', '{', 'a}b']],
    ['braces around what is no name', ['p', "{'loss': 0.3}", '{{ "a": {lr} }}'], ['p', "{'loss': 0.3}", '{ "a": 1e-7 }']],
    ['nothing a shell would look at', ['p', '$HOME', '*', '; ls', '', 'a b'], ['p', '$HOME', '*', '; ls', '', 'a b']],
    [
      'all parameters, joined where the value looks like a flag',
      ['p', '{args}', 'x'],
      ['p', '--lr', '1e-7', '--layers', '3', '--optimizer', 'sgd', '--weight-decay=-0.5', 'x'],
    ],
  ])('is filled with %s', (_, command, filled) => {
    expect(fill(command)).toEqual(filled);
  });

  it('has a flag without a value if a parameter is true', () => {
    const command = parseTemplate(['p', '--verbose', '--amsgrad{?amsgrad}', '{x}'], ['amsgrad', 'x']);
    const filled = (params: object) => fillTemplate(command, { ...filling, params: { x: 1, ...params } });
    const negated = parseTemplate(['p', '--bn{?bn}', '--no-bn{!bn}'], ['bn']);
    const wordsFor = (params: object) => fillTemplate(negated, { params, paramsFile: 'p.json' } as never);
    expect([wordsFor({ bn: true }), wordsFor({ bn: false }), wordsFor({})]).toEqual([['p', '--bn'], ['p', '--no-bn'], ['p']]);
    expect(filled({ amsgrad: true })).toEqual(['p', '--verbose', '--amsgrad', '1']);
    expect(filled({ amsgrad: false })).toEqual(['p', '--verbose', '1']);
    expect(filled({})).toEqual(['p', '--verbose', '1']);
    expect(unmentioned(command, ['amsgrad', 'x', 'y'])).toEqual(['y']);
    expect(fill(['p', '--verbose', '--momentum={momentum}'])).toEqual(['p', '--verbose']);
  });

  it.each([
    ['with the flag before it', ['p', '--momentum', '{momentum}', 'x'], ['p', 'x']],
    ['alone, where the flag is part of it', ['p', '--lr', '{lr}', '--momentum={momentum}', 'x'], ['p', '--lr', '1e-7', 'x']],
    ['alone, after what is no flag', ['p', 'file', '{momentum}'], ['p', 'file']],
    ['alone, after a flag with a value', ['p', '--lr=1', '{momentum}'], ['p', '--lr=1']],
    ['alone, after a flag that was filled', ['p', '--{optimizer}', '{momentum}'], ['p', '--sgd']],
    ['alone, after a number or a separator', ['p', '-1', '{momentum}', '--', '{momentum}'], ['p', '-1', '--']],
    ['if one of its names is inactive', ['p', '-m', '{lr}/{momentum}'], ['p']],
    [
      'where the trial has no budget and no checkpoint',
      ['p', '--epochs', '{budget}', '--from', '{checkpoint}', '--of', '{resumes}'],
      ['p'],
    ],
  ])('drops an inactive argument %s', (_, command, filled) => {
    expect(fill(command)).toEqual(filled);
  });

  it('has budget and checkpoint if the trial has them', () => {
    expect(fill(['p', '--epochs', '{budget}', '--from', '{checkpoint}'], { budget: 9, checkpoint: 'e3.pt' })).toEqual([
      'p',
      '--epochs',
      '9',
      '--from',
      'e3.pt',
    ]);
  });

  it('prefers a parameter to a name of the runner', () => {
    const template = parseTemplate(['p', '{slot}', '--budget', '{budget}'], ['slot', 'budget']);
    expect(fillTemplate(template, { ...filling, params: { slot: 'left' }, budget: 3 })).toEqual(['p', 'left', '--budget', '3']);
  });

  it('writes values as JSON does, strings without quotes', () => {
    const template = parseTemplate(['{a}', '{b}', '{c}'], ['a', 'b', 'c']);
    expect(fillTemplate(template, { ...filling, params: { a: true, b: [1, 'x'], c: 'say "hi"' } })).toEqual([
      'true',
      '[1,"x"]',
      'say "hi"',
    ]);
  });

  it('refuses an unknown name, with the nearest one', () => {
    expect(() => parseTemplate(['p', '--lr={lrr}'], names)).toThrow(coded('command-template'));
    expect(() => parseTemplate(['p', '{momentun}'], names)).toThrow('did you mean momentum?');
    expect(() => parseTemplate(['p', '--all={args}'], names)).toThrow(coded('command-template'));
    expect(() => parseTemplate(['awk', '{print $1}'], ['lr', 'momentum'])).toThrow(coded('command-template'));
    expect(() => parseTemplate(['train', '{lrr}'], names)).toThrow(/^\{lrr\} is not a parameter/); // not named twice
  });

  it('refuses an empty command, and one whose program may be dropped', () => {
    expect(() => parseTemplate([], names)).toThrow(coded('command-template'));
    expect(() => fill(['{momentum}', 'x'])).toThrow(coded('command-template'));
  });
});
