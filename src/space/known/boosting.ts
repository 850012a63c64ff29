import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownParameter, type KnownProgram, known } from './row.ts';

const PROBST = 'best values on 38 data sets: Probst et al. 2019, jmlr.org/papers/v20/18-444.html';

const rate = (otherwise: number, trees: string): KnownParameter[] => [
  known(otherwise, float(0.005, 0.5, { log: true, prior: logNormal(0.05, 1) }), `half of it needs twice the ${trees}`),
];
const rounds = (otherwise: number, rate: string): KnownParameter[] => [
  known(
    otherwise,
    int(50, 5000, { log: true, prior: logNormal(500, 1) }),
    `the larger, the smaller ${rate} should be; stop early if you can`,
  ),
];
/** A regulariser that is 0 by default, or small: a prior for each scale. */
const penalty = (otherwise: number, median: number): KnownParameter[] => [
  known(otherwise, float(0, 10, { prior: normal(otherwise, 2.5) })),
  known(otherwise, float(1e-6, 100, { log: true, prior: logNormal(median, 2.5) })),
];
const share = (mean: number, sd = 0.2): KnownParameter[] => [known(1, float(0.3, 1, { prior: normal(mean, sd) }))];

const xgboost = {
  max_depth: [known(6, int(1, 15, { prior: logNormal(7, 0.45) }), 'deeper trees need a larger min_child_weight')],
  min_child_weight: [
    known(1, float(0.1, 50, { log: true, prior: logNormal(3, 1) })),
    known(1, float(0, 50, { prior: normal(3, 5) })),
    known(1, int(1, 50, { log: true, prior: logNormal(3, 1) })),
  ],
  subsample: share(0.8),
  colsample_bytree: share(0.7),
  colsample_bylevel: share(0.7, 0.25),
  colsample_bynode: share(0.8, 0.25),
  gamma: penalty(0, 0.05),
  max_leaves: [known(0, int(0, 255, { prior: normal(31, 60) }), 'only with grow_policy lossguide')],
  max_bin: [known(256, int(64, 1024, { log: true, prior: logNormal(256, 0.6) }))],
  max_delta_step: [
    known(0, float(0, 10, { prior: normal(0, 2) })),
    known(0, int(0, 10, { prior: normal(0, 2) }), 'helps with unbalanced classes'),
  ],
  scale_pos_weight: [
    known(1, float(0.1, 100, { log: true, prior: logNormal(1, 1.5) }), 'for unbalanced classes: negative / positive examples'),
  ],
  booster: [known('gbtree', choice(['gbtree', 'dart', 'gblinear'], { prior: weights([6, 2, 1]) }))],
  grow_policy: [known('depthwise', choice(['depthwise', 'lossguide'], { prior: weights([2, 1]) }))],
  tree_method: [known('hist', choice(['hist', 'approx', 'exact'], { prior: weights([4, 1, 1]) }))],
  num_parallel_tree: [known(1, int(1, 10, { prior: normal(1, 2) }))],
  rate_drop: [known(0, float(0, 1, { prior: normal(0.1, 0.2) }), 'only with booster dart')],
  skip_drop: [known(0, float(0, 1, { prior: normal(0.5, 0.3) }), 'only with booster dart')],
};

const lightgbm = {
  num_leaves: [known(31, int(4, 512, { log: true, prior: logNormal(40, 0.9) }), 'at most 2 ** max_depth')],
  max_depth: [known(-1, int(2, 16, { prior: logNormal(8, 0.5) })), known(-1, int(-1, 16))],
  max_bin: [known(255, int(63, 1023, { log: true, prior: logNormal(255, 0.6) }))],
  path_smooth: penalty(0, 0.01),
  extra_trees: [known(false, boolean({ prior: weights([3, 1]) }))],
  cat_smooth: [known(10, float(0.1, 200, { log: true, prior: logNormal(10, 1.2) }))],
  cat_l2: [known(10, float(0.1, 100, { log: true, prior: logNormal(10, 1) }))],
  drop_rate: [known(0.1, float(0.01, 0.5, { prior: normal(0.1, 0.1) }), 'only with boosting dart')],
  top_rate: [known(0.2, float(0.05, 0.5, { prior: normal(0.2, 0.15) }), 'only with goss')],
  other_rate: [known(0.1, float(0.05, 0.5, { prior: normal(0.1, 0.1) }), 'only with goss')],
};
const leafSamples = [
  known(20, int(1, 300, { log: true, prior: logNormal(20, 1) }), 'more for large data; the most important guard against overfitting'),
];
const leafHessian = [known(1e-3, float(1e-4, 100, { log: true, prior: logNormal(0.01, 2.5) }))];

export const boosting: readonly KnownProgram[] = [
  {
    names: ['xgboost.XGBClassifier', 'xgboost.XGBRegressor', 'xgboost.XGBRanker', 'xgboost.XGBRFClassifier'],
    source: `XGBoost 3.0, xgboost.readthedocs.io/en/stable/parameter.html and tutorials/param_tuning.html; ${PROBST}`,
    parameters: {
      ...xgboost,
      learning_rate: rate(0.3, 'n_estimators'),
      n_estimators: rounds(100, 'learning_rate'),
      reg_lambda: penalty(1, 1),
      reg_alpha: penalty(0, 0.1),
    },
  },
  {
    names: ['xgboost.train', 'xgboost.cv'],
    source: `XGBoost 3.0, xgboost.readthedocs.io/en/stable/parameter.html and tutorials/param_tuning.html; ${PROBST}`,
    parameters: {
      ...xgboost,
      eta: rate(0.3, 'num_boost_round'),
      learning_rate: rate(0.3, 'num_boost_round'),
      num_boost_round: rounds(10, 'eta'),
      nrounds: rounds(10, 'eta'),
      lambda: penalty(1, 1),
      alpha: penalty(0, 0.1),
    },
  },
  {
    names: ['lightgbm.LGBMClassifier', 'lightgbm.LGBMRegressor', 'lightgbm.LGBMRanker'],
    source: 'LightGBM 4, lightgbm.readthedocs.io/en/stable/Parameters.html and Parameters-Tuning.html',
    parameters: {
      ...lightgbm,
      learning_rate: rate(0.1, 'n_estimators'),
      n_estimators: rounds(100, 'learning_rate'),
      min_child_samples: leafSamples,
      min_child_weight: leafHessian,
      min_split_gain: penalty(0, 0.01),
      subsample: share(0.8),
      subsample_freq: [known(0, int(0, 10, { prior: normal(2, 3) }), 'subsample does nothing while it is 0')],
      colsample_bytree: share(0.75),
      reg_alpha: penalty(0, 0.05),
      reg_lambda: penalty(0, 0.1),
      boosting_type: [known('gbdt', choice(['gbdt', 'dart', 'rf'], { prior: weights([6, 2, 1]) }))],
    },
  },
  {
    names: ['lightgbm.train', 'lightgbm.cv'],
    source: 'LightGBM 4, lightgbm.readthedocs.io/en/stable/Parameters.html and Parameters-Tuning.html',
    parameters: {
      ...lightgbm,
      learning_rate: rate(0.1, 'num_iterations'),
      num_iterations: rounds(100, 'learning_rate'),
      num_boost_round: rounds(100, 'learning_rate'),
      min_data_in_leaf: leafSamples,
      min_sum_hessian_in_leaf: leafHessian,
      min_gain_to_split: penalty(0, 0.01),
      bagging_fraction: share(0.8),
      bagging_freq: [known(0, int(0, 10, { prior: normal(2, 3) }), 'bagging_fraction does nothing while it is 0')],
      feature_fraction: share(0.75),
      lambda_l1: penalty(0, 0.05),
      lambda_l2: penalty(0, 0.1),
      boosting: [known('gbdt', choice(['gbdt', 'dart', 'rf'], { prior: weights([6, 2, 1]) }))],
    },
  },
  {
    names: ['catboost.CatBoostClassifier', 'catboost.CatBoostRegressor', 'catboost.CatBoostRanker', 'catboost.CatBoost'],
    source: 'CatBoost 1.2, catboost.ai/en/docs/concepts/parameter-tuning; Prokhorenkova et al. 2018',
    parameters: {
      learning_rate: rate(0.03, 'iterations'),
      iterations: rounds(1000, 'learning_rate'),
      n_estimators: rounds(1000, 'learning_rate'),
      depth: [known(6, int(2, 12, { prior: normal(6.5, 2) }), 'the guide recommends 4 to 10')],
      max_depth: [known(6, int(2, 12, { prior: normal(6.5, 2) }), 'the guide recommends 4 to 10')],
      l2_leaf_reg: [
        known(3, float(0.1, 30, { log: true, prior: logNormal(3, 1) })),
        known(3, float(0, 30, { prior: normal(3, 4) })),
        known(3, int(1, 30, { log: true, prior: logNormal(3, 1) })),
      ],
      random_strength: [
        known(1, float(0, 10, { prior: normal(1, 2) })),
        known(1, float(1e-3, 10, { log: true, prior: logNormal(1, 1.5) })),
      ],
      bagging_temperature: [known(1, float(0, 10, { prior: normal(0.8, 1) }), 'only with bootstrap_type Bayesian')],
      border_count: [known(254, int(32, 255, { prior: normal(254, 90) }))],
      rsm: share(0.85),
      subsample: share(0.8),
      min_data_in_leaf: [known(1, int(1, 100, { log: true, prior: logNormal(4, 1.3) }), 'not with grow_policy SymmetricTree')],
      max_leaves: [known(31, int(4, 64, { log: true, prior: logNormal(31, 0.6) }), 'only with grow_policy Lossguide')],
      one_hot_max_size: [known(2, int(2, 255, { log: true, prior: logNormal(6, 1.2) }))],
      grow_policy: [known('SymmetricTree', choice(['SymmetricTree', 'Depthwise', 'Lossguide'], { prior: weights([4, 1, 1]) }))],
      bootstrap_type: [known('Bayesian', choice(['Bayesian', 'Bernoulli', 'MVS'], { prior: weights([2, 1, 2]) }))],
    },
  },
];
