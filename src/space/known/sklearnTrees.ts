import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownProgram, known } from './row.ts';

export const DOCS = 'scikit-learn 1.4, scikit-learn.org/1.4/modules/generated';
export const PROBST = 'Probst et al. 2019, jmlr.org/papers/v20/18-444.html';
export const RIJN = 'van Rijn and Hutter 2018, arxiv.org/abs/1710.04725';
export const AUTO = 'ranges of auto-sklearn (Feurer et al. 2015)';
export const classWeight = [known(null, choice([null, 'balanced'], { prior: weights([2, 1]) }))];

/** What all trees of scikit-learn have. A regulariser whose default is 0 has a second prior, for a logarithmic scale. */
const tree = {
  min_impurity_decrease: [
    known(0, float(0, 0.1, { prior: normal(0, 0.02) }), 'rarely helps: prune with min_samples_leaf or max_depth'),
    known(0, float(1e-7, 0.1, { log: true, prior: logNormal(1e-4, 2.5) })),
  ],
  min_weight_fraction_leaf: [
    known(0, float(0, 0.3, { prior: normal(0, 0.05) }), 'like min_samples_leaf, as a share of the weights'),
    known(0, float(1e-3, 0.3, { log: true, prior: logNormal(0.01, 1) })),
  ],
  ccp_alpha: [known(0, float(0, 0.05, { prior: normal(0, 0.01) })), known(0, float(1e-6, 0.1, { log: true, prior: logNormal(1e-3, 1.8) }))],
  max_leaf_nodes: [known(null, int(4, 1000, { log: true, prior: logNormal(60, 1.2) }), 'limits the same as max_depth')],
  criterion: [
    known('gini', choice(['gini', 'entropy', 'log_loss'])),
    known('squared_error', choice(['squared_error', 'friedman_mse', 'absolute_error', 'poisson'], { prior: weights([3, 2, 1, 1]) })),
  ],
};

/** Trees of scikit-learn, and ensembles of them. */
export const sklearnTrees: readonly KnownProgram[] = [
  {
    names: ['sklearn.tree.DecisionTreeClassifier', 'sklearn.tree.DecisionTreeRegressor', 'sklearn.tree.ExtraTreeClassifier'],
    source: `${DOCS}; rpart in ${PROBST}`,
    parameters: {
      ...tree,
      max_depth: [known(null, int(1, 50, { log: true, prior: logNormal(12, 0.6) }), 'with min_samples_leaf, decides the size of the tree')],
      min_samples_split: [
        known(2, int(2, 100, { log: true, prior: logNormal(8, 1) })),
        known(undefined, float(0.001, 0.5, { log: true, prior: logNormal(0.015, 1) }), 'a share of the samples'),
      ],
      min_samples_leaf: [
        known(1, int(1, 60, { log: true, prior: logNormal(6, 1) })),
        known(undefined, float(5e-4, 0.3, { log: true, prior: logNormal(0.008, 1) }), 'a share of the samples'),
      ],
      max_features: [
        known(1, float(0.1, 1, { prior: normal(0.8, 0.3) }), 'a share of the features'),
        known(null, choice([null, 'sqrt', 'log2'], { prior: weights([4, 1, 1]) })),
      ],
      splitter: [known('best', choice(['best', 'random'], { prior: weights([3, 1]) }))],
      class_weight: classWeight,
    },
  },
  {
    names: [
      'sklearn.ensemble.RandomForestClassifier',
      'sklearn.ensemble.RandomForestRegressor',
      'sklearn.ensemble.ExtraTreesClassifier',
      'sklearn.ensemble.ExtraTreesRegressor',
    ],
    source: `${DOCS}; ranger in ${PROBST}; ${RIJN}`,
    parameters: {
      ...tree,
      n_estimators: [known(100, int(50, 1000, { log: true, prior: logNormal(300, 0.8) }), 'more trees are not worse, only slower')],
      max_depth: [known(null, int(2, 50, { log: true, prior: logNormal(15, 0.6) }))],
      min_samples_split: [
        known(2, int(2, 50, { log: true, prior: logNormal(3, 0.8) })),
        known(undefined, float(0.001, 0.3, { log: true, prior: logNormal(0.006, 1) }), 'a share of the samples'),
      ],
      min_samples_leaf: [
        known(1, int(1, 30, { log: true, prior: logNormal(1.5, 0.8) })),
        known(undefined, float(5e-4, 0.2, { log: true, prior: logNormal(0.003, 1) }), 'a share of the samples'),
      ],
      max_features: [
        known(1, float(0.05, 1, { prior: normal(0.4, 0.25) }), 'a share of the features'),
        known('sqrt', choice(['sqrt', 'log2', null], { prior: weights([3, 1, 1]) })),
      ],
      max_samples: [known(null, float(0.2, 1, { prior: normal(0.75, 0.25) }), 'only with bootstrap')],
      bootstrap: [known(true, boolean({ prior: weights([1, 2]) }))],
      class_weight: [known(null, choice([null, 'balanced', 'balanced_subsample'], { prior: weights([3, 1, 1]) }))],
    },
  },
  {
    names: ['sklearn.ensemble.GradientBoostingClassifier', 'sklearn.ensemble.GradientBoostingRegressor'],
    source: `${DOCS}; Friedman 2001; ${AUTO}`,
    parameters: {
      ...tree,
      criterion: [known('friedman_mse', choice(['friedman_mse', 'squared_error'], { prior: weights([2, 1]) }))],
      learning_rate: [known(0.1, float(0.005, 0.5, { log: true, prior: logNormal(0.06, 0.9) }), 'half of it needs twice the n_estimators')],
      n_estimators: [
        known(100, int(50, 1500, { log: true, prior: logNormal(300, 0.9) }), 'the larger, the smaller learning_rate should be'),
      ],
      max_depth: [known(3, int(1, 12, { prior: logNormal(4, 0.5) }))],
      min_samples_split: [known(2, int(2, 50, { log: true, prior: logNormal(5, 1) }))],
      min_samples_leaf: [known(1, int(1, 60, { log: true, prior: logNormal(5, 1) }))],
      subsample: [known(1, float(0.3, 1, { prior: normal(0.8, 0.2) }))],
      max_features: [
        known(1, float(0.1, 1, { prior: normal(0.6, 0.3) }), 'a share of the features'),
        known(null, choice([null, 'sqrt', 'log2'], { prior: weights([2, 2, 1]) })),
      ],
    },
  },
  {
    names: ['sklearn.ensemble.HistGradientBoostingClassifier', 'sklearn.ensemble.HistGradientBoostingRegressor'],
    source: `${DOCS}; ${AUTO}`,
    parameters: {
      learning_rate: [known(0.1, float(0.005, 0.5, { log: true, prior: logNormal(0.06, 0.9) }), 'half of it needs twice the max_iter')],
      max_iter: [known(100, int(50, 2000, { log: true, prior: logNormal(300, 0.9) }), 'the larger, the smaller learning_rate should be')],
      max_leaf_nodes: [known(31, int(4, 512, { log: true, prior: logNormal(31, 0.9) }))],
      max_depth: [known(null, int(2, 20, { prior: logNormal(8, 0.6) }), 'limits the same as max_leaf_nodes')],
      min_samples_leaf: [known(20, int(2, 200, { log: true, prior: logNormal(20, 0.9) }))],
      l2_regularization: [
        known(0, float(0, 10, { prior: normal(0, 2) })),
        known(0, float(1e-8, 100, { log: true, prior: logNormal(0.01, 3) })),
      ],
      max_bins: [known(255, int(32, 255, { prior: normal(255, 90) }))],
      max_features: [known(1, float(0.2, 1, { prior: normal(0.8, 0.25) }), 'a share of the features')],
    },
  },
  {
    names: ['sklearn.ensemble.AdaBoostClassifier', 'sklearn.ensemble.AdaBoostRegressor'],
    source: `${DOCS}; ${RIJN}; ${AUTO}`,
    parameters: {
      n_estimators: [known(50, int(20, 500, { log: true, prior: logNormal(150, 0.8) }), 'the larger, the smaller learning_rate should be')],
      learning_rate: [known(1, float(0.01, 3, { log: true, prior: logNormal(0.5, 1.1) }), 'half of it needs twice the n_estimators')],
      loss: [known('linear', choice(['linear', 'square', 'exponential']))],
    },
  },
  {
    names: ['sklearn.ensemble.BaggingClassifier', 'sklearn.ensemble.BaggingRegressor'],
    source: `${DOCS}; Breiman 1996`,
    parameters: {
      n_estimators: [known(10, int(10, 500, { log: true, prior: logNormal(100, 0.9) }), 'more are not worse, only slower')],
      max_samples: [known(1, float(0.1, 1, { prior: normal(0.75, 0.25) }))],
      max_features: [known(1, float(0.1, 1, { prior: normal(0.75, 0.3) }))],
      bootstrap: [known(true, boolean({ prior: weights([1, 2]) }))],
    },
  },
  {
    names: ['sklearn.ensemble.IsolationForest'],
    source: `${DOCS}; Liu et al. 2008`,
    parameters: {
      n_estimators: [known(100, int(50, 500, { log: true, prior: logNormal(150, 0.6) }), 'more are not worse, only slower')],
      max_samples: [known(256, int(32, 4096, { log: true, prior: logNormal(256, 0.8) })), known(undefined, float(0.05, 1))],
      contamination: [known(undefined, float(1e-3, 0.5, { log: true, prior: logNormal(0.05, 1) }))],
      max_features: [known(1, float(0.2, 1, { prior: normal(0.9, 0.3) }))],
    },
  },
];
