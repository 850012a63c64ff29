import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { knownPrograms } from '../../../src/space/known/programs.ts';

/** Prints the defaults of programs. XGBoost's estimators leave most of them to the booster, whose configuration has them as texts. */
const SCRIPT = `
import importlib, inspect, json, re, sys, numpy, xgboost
booster = {'n_estimators': xgboost.XGBModel().get_num_boosting_rounds()}
for kind in 'dart', 'gbtree':
    text = xgboost.train({'booster': kind}, xgboost.DMatrix(numpy.eye(3), label=[0, 1, 2]), 1).save_config()
    booster.update((k, float(v) if v[:1].isdigit() else v) for k, v in re.findall(r'"(\\w+)":"([^"]*)"', text))
def defaults(name):
    module, last = name.rsplit('.', 1)
    found = inspect.signature(getattr(importlib.import_module(module), last)).parameters.values()
    own = {p.name: p.default if isinstance(p.default, (int, float, str)) else None for p in found}
    return {**own, **booster} if module == 'xgboost' else own
print(json.dumps({name: defaults(name) for name in sys.argv[1:]}))
`;

/** What libraries call `auto`, None (all features), or a list of layers. */
const OTHERWISE = new Set([
  'max_features 1',
  'max_samples 256',
  'hidden_layer_sizes 100',
  'batch_size 200',
  'n_init 10',
  'tree_method hist',
]);

it('scikit-learn and XGBoost have the parameters and the defaults of the table', () => {
  const programs = knownPrograms().filter(({ names }) => /^(sklearn|xgboost)\./.test(names[0]!));
  const script = fileURLToPath(new URL('../../scripts/ensure-python.sh', import.meta.url));
  const python = execFileSync('sh', [script, 'sklearn', 'xgboost'], { encoding: 'utf8' }).trim();
  const printed = execFileSync(python, ['-c', SCRIPT, ...programs.flatMap(({ names }) => names)], { encoding: 'utf8' });
  const defaults: Record<string, Record<string, unknown>> = JSON.parse(printed);
  const wrong = programs.flatMap(({ names, parameters }) =>
    Object.entries(parameters).flatMap(([name, rows]) => {
      const theirs = names.flatMap((program) => (name in defaults[program]! ? [defaults[program]![name]] : []));
      const isTheirs = (mine: unknown) => theirs.some((one) => one === mine || Math.abs(Number(one) - Number(mine)) < 1e-7);
      const others = rows.filter((row) => row.default !== undefined && !OTHERWISE.has(`${name} ${row.default}`) && !isTheirs(row.default));
      return [
        ...others.map((row) => `${names[0]} ${name}: ${row.default}, not ${theirs}`),
        ...(theirs.length > 0 ? [] : [`${names[0]} ${name}`]),
      ];
    }),
  );
  expect(programs.length).toBeGreaterThan(20);
  expect(wrong).toEqual(['xgboost.train nrounds: 10, not ', 'xgboost.train nrounds']); // its name in R
});
