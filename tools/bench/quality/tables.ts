import { readFileSync } from 'node:fs';
import { choice, float, int, parseSpace, when } from '../../../streams/core.ts';
import { type Problem, problem } from './problem.ts';

type Value = number | string;

interface TableAxis {
  readonly name: string;
  readonly type: 'float' | 'int' | 'categorical';
  readonly log?: boolean;
  /** In ascending order if the values have one. */
  readonly grid: readonly Value[];
}

/** The error of each configuration of a grid of trained models. `origin` in the file says on which data, and how. */
interface Table {
  readonly axes: readonly TableAxis[];
  /** In units of 1e-5; the last axis varies fastest. */
  readonly errors: readonly number[];
}

const NAMES = ['svm_digits', 'rf_digits', 'mlp_digits', 'sgd_wine'] as const;

const read = (name: string): Table => JSON.parse(readFileSync(new URL(`tables/${name}.json`, import.meta.url), 'utf8'));

function dimension({ type, log = false, grid }: TableAxis) {
  if (type === 'categorical') return choice(grid);
  const [low, high] = [grid[0] as number, grid.at(-1) as number];
  return type === 'float' ? float(low, high, { log }) : int(low, high, { log });
}

function nearest({ type, log, grid }: TableAxis, value: Value): number {
  if (type === 'categorical') return grid.indexOf(value);
  const scale = (x: Value): number => (log ? Math.log(x as number) : (x as number));
  const away = grid.map((x) => Math.abs(scale(x) - scale(value)));
  return away.indexOf(Math.min(...away));
}

/** The error of the trained configuration that is nearest to this one. */
const errorAt = ({ axes, errors }: Table, at: (name: string) => Value): number =>
  errors[axes.reduce((cell, axis) => cell * axis.grid.length + nearest(axis, at(axis.name)), 0)]! / 1e5;

const leastOf = ({ errors }: Table): number => errors.reduce((a, b) => Math.min(a, b)) / 1e5;

type Params = Readonly<Record<string, Value>>;

const tables = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Record<(typeof NAMES)[number], Table>;
const spaceOf = ({ axes }: Table) => parseSpace({ parameters: Object.fromEntries(axes.map((axis) => [axis.name, dimension(axis)])) });
const lossOf = (table: Table) => (params: object) => errorAt(table, (name) => (params as Params)[name]!);

/** For the digits, the kind of model is a parameter too. */
const models = { svm: tables.svm_digits, rf: tables.rf_digits, mlp: tables.mlp_digits };
const anyModel = parseSpace({
  parameters: Object.fromEntries([
    ['model', choice(Object.keys(models))],
    ...Object.entries(models).flatMap(([model, { axes }]) =>
      axes.map((axis) => [`${model}_${axis.name}`, when('model', model, dimension(axis))] as const),
    ),
  ]),
});
const ofAnyModel = (params: object): number => {
  const { model, ...rest } = params as Params;
  return errorAt(models[model as keyof typeof models], (name) => rest[`${model}_${name}`]!);
};

/** Tuning of real models, from tables of recorded errors. */
export const tuned: readonly Problem[] = [
  ...NAMES.map((name) => problem('table', name, spaceOf(tables[name]), lossOf(tables[name]), { optimum: leastOf(tables[name]) })),
  problem('table', 'model_digits', anyModel, ofAnyModel, { optimum: Math.min(...Object.values(models).map(leastOf)) }),
  problem('noisy', 'noisy_rf_digits', spaceOf(tables.rf_digits), lossOf(tables.rf_digits), {
    optimum: leastOf(tables.rf_digits),
    noise: 0.01,
  }),
];
