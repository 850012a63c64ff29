import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { float, space } from '../../../streams/index.ts';
import type { CurveProblem } from './problem.ts';

const folder = new URL('data/taskset/', import.meta.url);
const STEPS = 50;
/** The loss of a training that has diverged. */
const DIVERGED = 10;

type Row = Readonly<Record<string, string>>;

/** 1 - beta, as a rate to search on a logarithmic scale. */
const complement = (beta: string): number => Math.max(1 - Number(beta), 1e-9);

const settings: Readonly<Record<string, (row: Row) => number>> = {
  learning_rate: (row) => Number(row.learning_rate),
  epsilon: (row) => Number(row.epsilon),
  l1: (row) => Number(row.l1),
  l2: (row) => Number(row.l2),
  linear_decay: (row) => Number(row.linear_decay),
  exponential_decay: (row) => Number(row.exponential_decay),
  one_minus_beta1: (row) => complement(row.beta1!),
  one_minus_beta2: (row) => complement(row.beta2!),
};
const names = Object.keys(settings);

const lossIn = (text: string | undefined): number => {
  const loss = text ? Number(text) : Number.NaN;
  return Number.isFinite(loss) ? Math.min(loss, DIVERGED) : DIVERGED;
};

/** A thousand recorded trainings. A configuration learns like the nearest of them, in logarithms scaled to 0 to 1. */
function problemOf(file: string): CurveProblem {
  const rows: readonly Row[] = parse(gunzipSync(readFileSync(new URL(file, folder))), { columns: true });
  const logs = names.map((name) => rows.map((row) => Math.log(settings[name]!(row))));
  const low = logs.map((column) => Math.min(...column));
  const range = logs.map((column, i) => Math.max(...column) - low[i]!);
  const points = rows.map((_, r) => logs.map((column, i) => (column[r]! - low[i]!) / range[i]!));
  const curves = rows.map((row) => Float64Array.from({ length: STEPS }, (_, step) => lossIn(row[`valid_${step + 1}`])));
  const nearest = (params: Readonly<Record<string, number>>): number => {
    const point = names.map((name, i) => (Math.log(params[name]!) - low[i]!) / range[i]!);
    const away = points.map((other) => other.reduce((sum, x, i) => sum + (x - point[i]!) ** 2, 0));
    return away.indexOf(Math.min(...away));
  };
  const values = names.map((name) => rows.map(settings[name]!));
  return {
    name: `taskset-${file.replace('imdb_', '').replace('.csv.gz', '')}`,
    family: 'taskset',
    space: space(
      Object.fromEntries(names.map((name, i) => [name, float(Math.min(...values[i]!), Math.max(...values[i]!), { log: true })])),
    ) as CurveProblem['space'],
    workload: {
      steps: STEPS,
      optimum: Math.min(...curves.map((curve) => Math.min(...curve))),
      curve: (params) => {
        const curve = curves[nearest(params as Record<string, number>)]!;
        return { value: (step) => curve[step - 1]! };
      },
    },
  };
}

/** Text classifiers of TaskSet, trained by an Adam with eight settings; a step is one of 50 evaluations on validation data. */
export const taskset: readonly CurveProblem[] = readdirSync(folder)
  .filter((file) => file.endsWith('.csv.gz'))
  .sort()
  .map(problemOf);
