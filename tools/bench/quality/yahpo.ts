import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { choice, float, int, space, when } from '../../../streams/index.ts';
import { surrogateOf } from '../curves/surrogate.ts';
import { type Problem, problem } from './problem.ts';

const grown = ['gbtree', 'dart'] as const;
/** As `rbv2_xgboost/config_space.json` of YAHPO's data defines it. */
const xgboost = space({
  booster: choice(['gblinear', 'gbtree', 'dart']),
  impute: choice(['mean', 'median', 'hist']),
  nrounds: int(7, 2981, { log: true }),
  lambda: float(1e-3, 1000, { log: true }),
  alpha: float(1e-3, 1000, { log: true }),
  subsample: float(0.1, 1),
  eta: when('booster', grown, float(1e-3, 1, { log: true })),
  gamma: when('booster', grown, float(5e-5, 7, { log: true })),
  max_depth: when('booster', grown, int(1, 15)),
  min_child_weight: when('booster', grown, float(2.72, 148, { log: true })),
  colsample_bytree: when('booster', grown, float(0.01, 1)),
  colsample_bylevel: when('booster', grown, float(0.01, 1)),
  rate_drop: when('booster', 'dart', float(0, 1)),
  skip_drop: when('booster', 'dart', float(0, 1)),
});
type Xgboost = ReturnType<typeof xgboost.decode>;

const log = (x: number): number => Math.log(x + 1e-12);
/** Inputs in the surrogate's units, scaled as its graph scales them before the first layer; absent parameters are 0. The last two say: all data, ten repetitions. */
const inputs = (p: Xgboost): number[] => [
  (p.nrounds - 1) / 5992,
  (Math.exp(-(p.eta ?? 0) / 0.999966979) - 0.36787945) / 0.63212055,
  (log(p.gamma ?? 0) + 27.631021) / 46.868347,
  (log(p.lambda) + 25.376038) / 49.675667,
  (log(p.alpha) + 25.130669) / 49.876736,
  (Math.exp(-p.subsample / 0.999957979) - 0.36787945) / 0.63202733,
  (p.max_depth ?? 0) / 31,
  (log(p.min_child_weight ?? 0) + 27.631021) / 41.027946,
  (p.colsample_bytree ?? 0) / 0.99987602,
  (p.colsample_bylevel ?? 0) / 0.99998301,
  (log(p.rate_drop ?? 0) + 27.631021) / 27.630983,
  (p.skip_drop ?? 0) / 0.99986798,
  1,
  1,
];

/** Enough for a mean, and few enough to run all of them. */
const TASKS = 8;

/**
 * Tuning of XGBoost, by the surrogate that YAHPO Gym fitted to recorded results.
 *
 * @param folder a clone of github.com/slds-lmu/yahpo_data, or its folder rbv2_xgboost in another one; its encoding.json names the tasks.
 */
export function yahpo(folder: string): readonly Problem[] {
  const file = (name: string) => readFileSync(join(folder, 'rbv2_xgboost', name));
  const accuracy = surrogateOf(file('model.onnx'), [46, 6, 6], 0);
  const codes = JSON.parse(file('encoding.json').toString()) as Record<string, Record<string, number>>;
  return Object.entries(codes.task_id!)
    .filter(([task]) => task !== '#na#')
    .slice(0, TASKS)
    .map(([task, code]) => {
      const error = (p: Xgboost): number => {
        const categories = [code, codes.booster![p.booster]!, codes['num.impute.selected.cpo']![`impute.${p.impute}`]!];
        return 1 - Math.exp(27.631021 * (accuracy(categories, inputs(p)) - 1)); // it was trained on logarithms, scaled to 0 to 1
      };
      return problem('yahpo', `xgboost_${task}`, xgboost, error, { optimum: 0 });
    });
}
