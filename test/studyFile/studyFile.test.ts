import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseSpace } from '../../src/space/space.ts';
import { readStudyData, readStudyFile } from '../../src/studyFile/studyFile.ts';
import { parseStrategy } from '../../streams/index.ts';
import { directory } from '../cli/support.ts';

const read = (text: string, name = 'study.yaml') => {
  const path = join(directory(), name);
  writeFileSync(path, text);
  return readStudyFile(path);
};
const SPACE = 'parameters:\n  lr: { type: float, low: 1e-5, high: 0.1, log: true }\n  opt: { type: choice, values: [adam, sgd] }\n';

it('reads a study in YAML and the same in JSON', async () => {
  const yaml = await read(`name: digits
${SPACE}  momentum: { type: float, low: 0, high: 1, when: { opt: sgd } }
constraints:
  - atMost: { lr: 1, momentum: 1 }
    limit: 1
objectives: { accuracy: maximize }
strategy: { chain: [{ asha: { min: 1, max: 9 } }, random] }
seed: 7
trials: 20
parallel: 4
target: 0.99
timeLimit: 1.5h
grace: 5
command: [python, train.py, --lr, "{lr}"]
`);
  expect(yaml).toMatchObject({
    options: { study: 'digits', seed: 7, trials: 20, parallel: 4, target: 0.99, objectives: { accuracy: 'maximize' } },
    command: ['python', 'train.py', '--lr', '{lr}'],
    timeLimit: 5400,
    grace: 5,
  });
  expect(yaml.strategy?.spec).toEqual({ chain: [{ asha: { min: 1, max: 9 } }, 'random'] });
  const json = await read(JSON.stringify({ name: 'digits', ...yaml.space.toJSON() }), 'study.json');
  expect(json.space.toJSON()).toEqual(yaml.space.toJSON());
});

it('takes a list as a choice', async () => {
  const { space } = await read('parameters:\n  degree: [1, 2, 3]\n  opt: [adam, null, [64, 32]]\n');
  expect(space.toJSON().parameters).toEqual({
    degree: { type: 'choice', values: [1, 2, 3] },
    opt: { type: 'choice', values: ['adam', null, [64, 32]] },
  });
  await expect(read('parameters:\n  degree: []\n')).rejects.toThrow(/study\.yaml:2:\d+: parameters\.degree/);
});

it('gives parameters of a program their known priors, as data that hold without these tables', async () => {
  const text =
    'parameters:\n  C: { type: float, low: 1, high: 1000, log: true }\n  x: { type: int, low: 1, high: ceiling }\n  ceiling: { type: int, low: 1, high: 9 }\n';
  const { space } = await read(`${text}program: sklearn.svm.SVC\n`);
  const { parameters } = space.toJSON();
  expect(parameters.C).toEqual({ type: 'float', low: 1, high: 1000, log: true, prior: { logNormal: { median: 10, sigma: 2.3 } } });
  expect(parseSpace(space.toJSON()).toJSON()).toEqual(space.toJSON());
  expect(space.feasible(space.encode({ C: 1, x: 9, ceiling: 2 }))).toBe(false);
  expect((await read(`${text}program: sklearn.svm.SVC\npriors: none\n`)).space.axes.some(({ prior }) => prior)).toBe(false);
  await expect(read(`${text}program: sklearn.svm.SVD\n`)).rejects.toThrow(/study\.yaml:5:\d+: program: .*sklearn\.svm\.SVC/);
  await expect(read(`${text}priors: some\n`)).rejects.toThrow(/study\.yaml:5:\d+: /);
});

it('has defaults: the name of the file, the strategy of the log, one objective to minimise', async () => {
  const { options, strategy, command } = await read(SPACE, 'digits.yaml');
  expect(options).toEqual({ study: 'digits', priority: 1 });
  expect(strategy).toBeUndefined();
  expect(command).toBeUndefined();
  expect((await read(`${SPACE}objective: minimize val_loss`)).options.objectives).toEqual({ val_loss: 'minimize' });
  expect((await read(`${SPACE}objective: maximize  top-5 accuracy\nresult: best`)).options.objectives).toEqual({
    'top-5 accuracy': 'maximize',
  });
  expect((await read(`${SPACE}result: best`)).options.result).toBe('best');
  expect((await read(`${SPACE}objective: maximize\ncommand: python train.py`)).options.objectives).toEqual({ value: 'maximize' });
});

it('boosting trains to the end, since its curves cross, and the file can decide otherwise', async () => {
  const boosting =
    'parameters: { eta: { type: float, low: 0.01, high: 1 }, max_depth: { type: int, low: 1, high: 9 }, subsample: { type: float, low: 0.2, high: 1 } }\nepochs: 27\n';
  const file = await read(boosting);
  expect(file.strategy?.spec).toEqual({ chain: [{ budget: 27 }, 'auto'] });
  expect(file.unstopped).toContain('eta');
  const early = await read(`${boosting}early: true\n`);
  expect(early.strategy?.spec).toEqual({ chain: [{ asha: { min: 1, max: 27, pause: false } }, 'auto'] });
  expect(early.unstopped).toBeUndefined();
  expect((await read(`${SPACE}program: xgboost.XGBClassifier\nepochs: 9\n`)).unstopped).toContain('xgboost.XGBClassifier');
});

it.each([
  ['epochs: 81', { chain: [{ asha: { min: 1, max: 81, pause: false } }, 'auto'] }],
  ['epochs: 81\nresumes: true', { chain: [{ asha: { min: 1, max: 81, pause: true } }, 'auto'] }],
  ['epochs: 81\nearly: false', { chain: [{ budget: 81 }, 'auto'] }],
  ['epochs: 9\nstrategy: tpe', { chain: [{ asha: { min: 1, max: 9, pause: false } }, 'tpe'] }],
  ['epochs: 9\nstrategy: { chain: [percentileStop, tpe] }\nearly: false', { chain: [{ budget: 9 }, 'percentileStop', 'tpe'] }],
  ['epochs: 9\nearly: false\nobjectives: { loss: minimize, size: minimize }', { chain: [{ budget: 9 }, 'auto'] }],
])('%j sets for how long trials train', async (text, spec) => {
  const { strategy, options } = await read(`${SPACE}${text}\n`);
  expect(strategy?.spec).toEqual(spec);
  expect(parseStrategy(spec).spec).toEqual(spec);
  expect(options).not.toHaveProperty('epochs');
});

it.each([
  [`${SPACE}early: false`, '4:1', 'early: expected epochs or examples as well', ''],
  [`${SPACE}epochs: 0`, '4:1', 'epochs: expected a whole number of at least 1, got 0', ''],
  [
    `${SPACE}epochs: 9\nstrategy: { bandit: { arms: { one: { chain: [{ asha: { min: 1, max: 9 } }, tpe] }, two: tpe } } }`,
    '4:1',
    'epochs: expected a strategy that does not decide for how long trials train, got "asha"',
    'epochs does this itself: leave out asha, as in "strategy: tpe", or leave out epochs',
  ],
  [`${SPACE}resumes: 1`, '4:1', 'resumes: expected true or false, got 1', ''],
  [`${SPACE}trials: 20,`, '4:11', 'lines of YAML do not end with a comma: remove it', ''],
  [`${SPACE}objective: minimize loss,`, '4:25', 'lines of YAML do not end with a comma', ''],
  [SPACE.replace('}', '},'), '2:', '', 'lines of YAML do not end with a comma: remove it'],
  ['parameters:\n  x: { type: float, low: 0 high: 1 }', '2:', '', 'a comma separates the keys, as in { type: float, low: 0, high: 1 }'],
  ['parameters:\n  x: { type: float, low: 0,1, high: 1 }', '2:28', 'parameters.x.1: unknown key', 'numbers have a point, as in 0.1'],
  [`${SPACE}trails: 20`, '4:1', 'trails: unknown key; did you mean trials? Expected one of ', ''],
  [SPACE.replace('high', 'hihg'), '2:33', 'parameters.lr.hihg: unknown key', 'did you mean high?'],
  [SPACE.replace('choice', 'choise'), '3:10', 'parameters.opt.type: expected one of float', 'did you mean choice?'],
  [SPACE.replace('0.1', '1e-6'), '2:22', 'parameters.lr.low: expected less than high', 'got 0.00001'],
  [
    `${SPACE}strategy: { chain: [{ ashaa: { min: 1, max: 9 } }, random] }`,
    '4:21',
    'strategy.chain[0]: got "ashaa"; did you mean asha? Expected one of ',
    'did you mean asha?',
  ],
  [
    `${SPACE}strategy:\n  chain:\n    - ga: { populaton: 16 }`,
    '6:13',
    'strategy.chain[0].ga.populaton: expected one of the options population, generations, mode, got "populaton"; did you mean population?',
    'did you mean population?',
  ],
  [`${SPACE}strategy:\n  grid: { levels: { lr: 0 } }`, '5:21', 'strategy.grid.levels.lr: expected a whole number of at least 1, got 0', ''],
  [
    `${SPACE}timeLimit: 1 hour`,
    '4:1',
    'timeLimit: expected a number of seconds above 0, or a time such as 90s, 5m or 2h, got "1 hour"',
    '',
  ],
  [`${SPACE}trials: 0`, '4:1', 'trials: expected a whole number of at least 1, got 0', ''],
  [`${SPACE}objective: minimise`, '4:1', 'objective: expected minimize or maximize, as in', 'got "minimise"; did you mean "minimize"?'],
  [`${SPACE}objective: max`, '4:1', 'objective: expected', 'did you mean "maximize"?'],
  [`${SPACE}objective: "max: acc"`, '4:1', 'objective: expected', 'did you mean "maximize acc"?'],
  [`${SPACE}objective: acc`, '4:1', 'objective: expected', 'did you mean "maximize acc"?'],
  [`${SPACE}objective: my own`, '4:1', 'objective: expected', 'did you mean "minimize my own"?'],
  [`${SPACE}objective: { acc: max }`, '4:1', 'objective: expected', 'did you mean objectives?'],
  [`${SPACE}objective: [{ a: minimize }, { b: minimize }]`, '4:1', 'objective: expected', 'did you mean objectives?'],
  [`${SPACE}objective: minimize, maximize`, '4:1', 'objective: expected', 'did you mean objectives?'],
  [`${SPACE}objective: minimize a, maximize b`, '4:1', 'objective: expected', 'did you mean objectives: { a: minimize, b: maximize }?'],
  [`${SPACE}objective: [minimize a, acc]`, '4:1', 'objective: expected', 'did you mean objectives: { a: minimize, acc: maximize }?'],
  [`${SPACE}objective: []`, '4:1', 'objective: expected', 'got []'],
  [`${SPACE}objectives: minimize a`, '4:1', 'such as { loss: minimize, size: minimize }, got "minimize a"', ''],
  [
    `${SPACE}strategy: { asha: { max: 9 } }`,
    '4:13',
    'strategy.asha.min: expected a number above 0, got nothing; asha requires min and max',
    '',
  ],
  [`${SPACE}objectives: { acc: max }`, '4:15', 'objectives.acc: expected minimize or maximize, got "max"', 'did you mean maximize?'],
  [`${SPACE}objective: minimize\nobjectives: { a: minimize }`, '4:1', 'objective: expected either objective or objectives, got both', ''],
  [`${SPACE}objectives: { a: up }`, '4:15', 'objectives.a: expected minimize or maximize, got "up"', ''],
  [`${SPACE}constraints:\n  - forbid: { opt: sdg }`, '5:15', 'constraints[0].forbid.opt: expected', 'got "sdg"'],
  [`${SPACE}constraints:\n  - predicate: small nets`, '5:5', 'constraints[0].predicate: expected a predicate whose code', ''],
  [`${SPACE}command: ""`, '4:1', 'command: expected a command', ''],
  ['trials: 20', '', 'parameters: expected a value, got nothing', ''],
  ['- 1', '', 'expected a mapping', ''],
  ['', '', 'expected a mapping', ''],
  [`${SPACE}seed: [1`, '4:', '', ''],
  [`${SPACE}\tseed: 1`, '4:', '', ''],
  [`${SPACE}seed: 1\nseed: 2`, '5:1', 'Map keys must be unique', ''],
  [`${SPACE}strategy: *none`, '', 'Unresolved alias', ''],
])('%j is reported as wrong at %s', async (text, place, start, end) => {
  const error = await read(text).catch((cause: Error) => cause);
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message.slice(message.indexOf('study.yaml'))).toMatch(
    new RegExp(`^study\\.yaml:${place.endsWith(':') ? `${place}\\d+:` : place && `${place}:`} `),
  );
  expect(message).toContain(start);
  expect(message).toContain(end);
  expect(message).not.toContain('\n');
});

it('refuses text that is not UTF-8', async () => {
  const path = join(directory(), 's.yaml');
  for (const bytes of [Buffer.from(`\ufeff${SPACE}`, 'utf16le'), Buffer.from(`name: gr\u00f6sse\n${SPACE}`, 'latin1')]) {
    writeFileSync(path, bytes);
    await expect(readStudyFile(path)).rejects.toThrow('s.yaml: ');
  }
});

it('leaves the commas of a command and of quoted texts', async () => {
  const { command, options } = await read(`${SPACE}name: "a,"\ncommand: train --layers 3,\n`);
  expect([command, options.study]).toEqual([['train', '--layers', '3,'], 'a,']);
});

it('finds parameters whose names hold dots and blanks', async () => {
  const text = 'parameters:\n  adam.lr: { type: float, low: 0, high: 1 }\n  adam.lr decay: { type: flaot }\n';
  await expect(read(text)).rejects.toThrow(/:3:20: parameters\.adam\.lr decay\.type: /);
});

it.each([
  ['a file', `parameters: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['a strategy', `${SPACE}strategy: ${'{chain: ['.repeat(5000)}random${']}'.repeat(5000)}`],
  ['keys', '? '.repeat(5000)],
  ['pairs in a flow', `parameters:\n  lr: { type: ${'flo: '.repeat(5000)}`],
])('%s of thousands of levels is refused with its place', async (_, text) => {
  await expect(read(text)).rejects.toThrow(/study\.yaml:\d+:\d+: it is nested too deeply$/);
});

it('names all mistakes at once, in the order of the file', async () => {
  const text = `parameters:
  lr: { type: float, low: 1e-4, hihg: 0.1 }
  opt: { type: choise, values: [a, b] }
  momentum: { type: float, low: 0, high: 1, when: { opt: a } }
objective: minimise loss
strategy: tpee
`;
  const wrongIn = async (file: string): Promise<string[]> => {
    const error = await read(file).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UserError);
    const { message, also = [] } = error as UserError;
    return [message, ...also.map((other) => other.message)].map((line) => /:(\d+:\d+: [\w.]+): /.exec(line)![1]!);
  };
  expect(await wrongIn(text)).toEqual(['2:33: parameters.lr.hihg', '3:10: parameters.opt.type', '5:1: objective', '6:1: strategy']);
  const ranges = 'parameters:\n  x: { type: int, low: 2, high: 1 }\n  y: { type: float, low: 0, high: 1, log: true }\n';
  expect(await wrongIn(ranges)).toEqual(['2:19: parameters.x.low', '3:21: parameters.y.low']);
});

it('reads the names of examples from a file beside it', async () => {
  const place = directory();
  const path = join(place, 'study.yaml');
  writeFileSync(path, `name: digits\n${SPACE}examples: questions.txt\n`);
  writeFileSync(join(place, 'questions.txt'), '\ufeff# hard ones\r\nq1\r\n\r\n  q 2  \n#q3\nq4');
  expect((await readStudyFile(path)).options.examples).toEqual(['q1', 'q 2', 'q4']);
  expect((await readStudyFile(path)).strategy?.spec).toEqual({ chain: ['race', 'auto'] });
  expect(await readStudyData(path)).toMatchObject({ name: 'digits', examples: ['q1', 'q 2', 'q4'] });
  expect((await read(`${SPACE}examples: 20\n`)).options.examples).toBe(20);
  expect((await read(`${SPACE}examples: [a, b]\n`)).options.examples).toEqual(['a', 'b']);
});

it.each([
  ['# nothing\n', /study\.yaml:4:1: examples: names\.txt: /],
  ['a\n\nb\n a\n', /study\.yaml:4:1: examples: names\.txt:4: .*\ba\b.*line 1/],
  [`a\n${'x'.repeat(257)}`, /examples: names\.txt:2: .*256/],
  [Array.from({ length: 10_001 }, (_, i) => `q${i}`).join('\n'), /examples: names\.txt: .*10000.*examples: 10001/],
  [Buffer.from([0x71, 0xff]), /examples: names\.txt: .*UTF-8/],
  [undefined, /study\.yaml:4:1: examples: names\.txt: cannot be read/],
] as const)('says what is wrong with a file of examples', async (content, message) => {
  const path = join(directory(), 'study.yaml');
  writeFileSync(path, `${SPACE}examples: names.txt\n`);
  if (content !== undefined) writeFileSync(join(path, '../names.txt'), content);
  await expect(readStudyFile(path)).rejects.toThrow(message);
});
