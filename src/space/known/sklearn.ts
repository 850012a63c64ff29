import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownProgram, known } from './row.ts';

const DOCS = 'scikit-learn 1.4, scikit-learn.org/1.4/modules/generated';
const PROBST = 'Probst et al. 2019, jmlr.org/papers/v20/18-444.html';
const RIJN = 'van Rijn and Hutter 2018, arxiv.org/abs/1710.04725';
const AUTO = 'ranges of auto-sklearn (Feurer et al. 2015)';

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
const classWeight = [known(null, choice([null, 'balanced'], { prior: weights([2, 1]) }))];
const tolerance = [known(1e-3, float(1e-5, 0.1, { log: true, prior: logNormal(1e-3, 1.5) }), 'smaller is more exact, and slower')];
const ratio = [known(0.15, float(0, 1), 'only with penalty elasticnet')];

export const sklearn: readonly KnownProgram[] = [
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
    names: ['sklearn.svm.SVC', 'sklearn.svm.SVR', 'sklearn.svm.NuSVC', 'sklearn.svm.NuSVR', 'sklearn.svm.OneClassSVM'],
    source: `${DOCS}; Hsu, Chang and Lin 2003 (grid of LIBSVM); svm in ${PROBST}; ${RIJN}`,
    parameters: {
      C: [known(1, float(0.03, 3e4, { log: true, prior: logNormal(10, 2.3) }), 'a larger gamma needs a smaller C')],
      gamma: [
        known(
          undefined,
          float(3e-5, 8, { log: true, prior: logNormal(0.02, 2) }),
          'for scaled features; good values are near 1 / features',
        ),
        known('scale', choice(['scale', 'auto'], { prior: weights([2, 1]) })),
      ],
      kernel: [known('rbf', choice(['rbf', 'linear', 'poly', 'sigmoid'], { prior: weights([5, 2, 1, 1]) }))],
      degree: [known(3, int(2, 5, { prior: logNormal(3, 0.3) }), 'only with kernel poly')],
      coef0: [known(0, float(-1, 1, { prior: normal(0, 0.5) }), 'only with kernels poly and sigmoid')],
      epsilon: [known(0.1, float(1e-3, 1, { log: true, prior: logNormal(0.1, 1.1) }), 'in units of the target')],
      nu: [known(0.5, float(0.05, 0.9, { prior: normal(0.4, 0.2) }))],
      tol: tolerance,
      shrinking: [known(true, boolean())],
      class_weight: classWeight,
    },
  },
  {
    names: ['sklearn.svm.LinearSVC', 'sklearn.svm.LinearSVR'],
    source: `${DOCS}; ${AUTO}`,
    parameters: {
      C: [known(1, float(1e-3, 1e3, { log: true, prior: logNormal(0.5, 2) }))],
      penalty: [known('l2', choice(['l2', 'l1'], { prior: weights([3, 1]) }))],
      loss: [known('squared_hinge', choice(['squared_hinge', 'hinge'], { prior: weights([2, 1]) }))],
      tol: [known(1e-4, float(1e-6, 0.01, { log: true, prior: logNormal(1e-4, 1.5) }))],
      class_weight: classWeight,
    },
  },
  {
    names: ['sklearn.neural_network.MLPClassifier', 'sklearn.neural_network.MLPRegressor'],
    source: `${DOCS}; ${AUTO}; batches: Masters and Luschi 2018, arxiv.org/abs/1804.07612`,
    parameters: {
      hidden_layer_sizes: [known(100, int(16, 512, { log: true, prior: logNormal(100, 0.8) }))],
      alpha: [known(1e-4, float(1e-7, 1, { log: true, prior: logNormal(1e-3, 2.5) }))],
      batch_size: [known(200, int(8, 512, { log: true, prior: logNormal(32, 0.8) }), 'twice of it needs a larger learning_rate_init')],
      learning_rate_init: [
        known(1e-3, float(1e-4, 0.5, { log: true, prior: logNormal(0.005, 1.6) }), 'solver sgd needs about ten times that of adam'),
      ],
      learning_rate: [known('constant', choice(['constant', 'invscaling', 'adaptive'], { prior: weights([2, 1, 2]) }))],
      power_t: [known(0.5, float(0.1, 0.9, { prior: normal(0.5, 0.2) }), 'only with learning_rate invscaling')],
      momentum: [known(0.9, float(0.5, 0.99, { logit: true, prior: normal(0.9, 0.12) }), 'only with solver sgd')],
      beta_1: [known(0.9, float(0.8, 0.99, { logit: true, prior: normal(0.9, 0.05) }), 'only with solver adam')],
      beta_2: [known(0.999, float(0.9, 0.9999, { logit: true, prior: normal(0.995, 0.02) }), 'only with solver adam')],
      activation: [known('relu', choice(['relu', 'tanh', 'logistic', 'identity'], { prior: weights([4, 3, 1, 1]) }))],
      solver: [known('adam', choice(['adam', 'sgd', 'lbfgs'], { prior: weights([3, 1, 1]) }))],
      max_iter: [known(200, int(50, 1000, { log: true, prior: logNormal(300, 0.7) }))],
      early_stopping: [known(false, boolean())],
      n_iter_no_change: [known(10, int(3, 50, { log: true, prior: logNormal(12, 0.6) }))],
    },
  },
  {
    names: ['sklearn.linear_model.LogisticRegression'],
    source: `${DOCS}; glmnet in ${PROBST}`,
    parameters: {
      C: [known(1, float(1e-4, 1e4, { log: true, prior: logNormal(1, 2) }), 'smaller regularises more')],
      penalty: [
        known('l2', choice(['l2', 'l1', 'elasticnet', null], { prior: weights([4, 2, 2, 1]) }), 'not every solver has every penalty'),
      ],
      l1_ratio: [known(null, float(0, 1), 'only with penalty elasticnet')],
      solver: [known('lbfgs', choice(['lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga']))],
      max_iter: [known(100, int(50, 5000, { log: true, prior: logNormal(500, 1) }))],
      tol: [known(1e-4, float(1e-6, 0.01, { log: true, prior: logNormal(1e-4, 1.5) }))],
      class_weight: classWeight,
    },
  },
  {
    names: ['sklearn.linear_model.Ridge', 'sklearn.linear_model.RidgeClassifier', 'sklearn.kernel_ridge.KernelRidge'],
    source: DOCS,
    parameters: {
      alpha: [known(1, float(1e-5, 1e4, { log: true, prior: logNormal(1, 2.5) }))],
      kernel: [known('linear', choice(['linear', 'rbf', 'poly', 'sigmoid', 'laplacian'], { prior: weights([1, 4, 1, 1, 2]) }))],
      gamma: [known(null, float(3e-5, 8, { log: true, prior: logNormal(0.02, 2) }), 'good values are near 1 / features')],
      degree: [known(3, int(2, 5, { prior: logNormal(3, 0.3) }), 'only with kernel poly')],
      solver: [known('auto', choice(['auto', 'svd', 'cholesky', 'lsqr', 'sparse_cg', 'sag', 'saga']))],
    },
  },
  {
    names: ['sklearn.linear_model.Lasso', 'sklearn.linear_model.ElasticNet', 'sklearn.linear_model.LassoLars'],
    source: `${DOCS}; glmnet in ${PROBST}`,
    parameters: {
      alpha: [known(1, float(1e-5, 10, { log: true, prior: logNormal(0.015, 1.7) }), 'in units of the target')],
      l1_ratio: [known(0.5, float(0, 1))],
      selection: [known('cyclic', choice(['cyclic', 'random']))],
      tol: [known(1e-4, float(1e-6, 0.01, { log: true, prior: logNormal(1e-4, 1.5) }))],
    },
  },
  {
    names: ['sklearn.linear_model.SGDClassifier', 'sklearn.linear_model.SGDRegressor'],
    source: `${DOCS}; Bottou 2012; ${AUTO}`,
    parameters: {
      alpha: [known(1e-4, float(1e-7, 0.1, { log: true, prior: logNormal(1e-4, 2) }))],
      l1_ratio: ratio,
      penalty: [known('l2', choice(['l2', 'l1', 'elasticnet'], { prior: weights([3, 1, 2]) }))],
      loss: [
        known('hinge', choice(['hinge', 'log_loss', 'modified_huber', 'squared_hinge', 'perceptron'], { prior: weights([3, 3, 2, 1, 1]) })),
        known('squared_error', choice(['squared_error', 'huber', 'epsilon_insensitive', 'squared_epsilon_insensitive'])),
      ],
      learning_rate: [known('optimal', choice(['optimal', 'invscaling', 'constant', 'adaptive'], { prior: weights([2, 2, 1, 2]) }))],
      eta0: [known(0.01, float(1e-5, 1, { log: true, prior: logNormal(0.01, 1.5) }), 'not with learning_rate optimal')],
      power_t: [known(0.5, float(0.1, 0.9, { prior: normal(0.35, 0.2) }), 'only with learning_rate invscaling')],
      epsilon: [known(0.1, float(1e-4, 1, { log: true, prior: logNormal(0.1, 1.3) }))],
      tol: tolerance,
      average: [known(false, boolean())],
      class_weight: classWeight,
    },
  },
  {
    names: ['sklearn.neighbors.KNeighborsClassifier', 'sklearn.neighbors.KNeighborsRegressor'],
    source: `${DOCS}; kknn in ${PROBST}; ${AUTO}`,
    parameters: {
      n_neighbors: [known(5, int(1, 100, { log: true, prior: logNormal(12, 0.8) }))],
      weights: [known('uniform', choice(['uniform', 'distance'], { prior: weights([1, 2]) }))],
      p: [known(2, int(1, 5, { prior: logNormal(2, 0.4) })), known(2, choice([1, 2], { prior: weights([1, 1]) }))],
      metric: [
        known('minkowski', choice(['minkowski', 'euclidean', 'manhattan', 'cosine', 'chebyshev'], { prior: weights([2, 2, 2, 2, 1]) })),
      ],
    },
  },
  {
    names: ['sklearn.gaussian_process.GaussianProcessRegressor', 'sklearn.gaussian_process.GaussianProcessClassifier'],
    source: DOCS,
    parameters: {
      alpha: [known(1e-10, float(1e-10, 1, { log: true, prior: logNormal(1e-4, 4) }), 'the variance of the noise')],
      n_restarts_optimizer: [known(0, int(0, 10, { prior: normal(3, 3) }))],
      normalize_y: [known(false, boolean({ prior: weights([1, 3]) }))],
    },
  },
  {
    names: [
      'sklearn.naive_bayes.MultinomialNB',
      'sklearn.naive_bayes.BernoulliNB',
      'sklearn.naive_bayes.ComplementNB',
      'sklearn.naive_bayes.GaussianNB',
    ],
    source: `${DOCS}; ${AUTO}`,
    parameters: {
      alpha: [known(1, float(1e-3, 100, { log: true, prior: logNormal(0.5, 1.5) }))],
      fit_prior: [known(true, boolean({ prior: weights([1, 2]) }))],
      var_smoothing: [known(1e-9, float(1e-12, 1, { log: true, prior: logNormal(1e-8, 4) }))],
    },
  },
  {
    names: ['sklearn.discriminant_analysis.LinearDiscriminantAnalysis', 'sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis'],
    source: `${DOCS}; ${AUTO}`,
    parameters: {
      shrinkage: [known(null, float(0, 1, { prior: normal(0.1, 0.3) }), 'not with solver svd')],
      reg_param: [known(0, float(0, 1, { prior: normal(0.1, 0.3) }))],
      solver: [known('svd', choice(['svd', 'lsqr', 'eigen']))],
    },
  },
  {
    names: ['sklearn.decomposition.PCA', 'sklearn.decomposition.TruncatedSVD'],
    source: `${DOCS}; ${AUTO}`,
    parameters: {
      n_components: [
        known(null, int(2, 200, { log: true, prior: logNormal(30, 1) })),
        known(null, float(0.5, 0.9999, { prior: normal(0.95, 0.1) }), 'a share of the variance'),
      ],
      whiten: [known(false, boolean({ prior: weights([2, 1]) }))],
    },
  },
  {
    names: ['sklearn.feature_extraction.text.TfidfVectorizer', 'sklearn.feature_extraction.text.CountVectorizer'],
    source: `${DOCS}; sample pipeline for text in the user guide`,
    parameters: {
      max_df: [known(1, float(0.5, 1, { prior: normal(0.9, 0.2) }))],
      min_df: [known(1, int(1, 20, { log: true, prior: logNormal(2, 0.8) }))],
      max_features: [known(null, int(1000, 200_000, { log: true, prior: logNormal(20_000, 1.2) }))],
      sublinear_tf: [known(false, boolean({ prior: weights([1, 2]) }))],
      use_idf: [known(true, boolean({ prior: weights([1, 3]) }))],
      norm: [known('l2', choice(['l2', 'l1', null], { prior: weights([4, 1, 1]) }))],
    },
  },
  {
    names: ['sklearn.cluster.KMeans', 'sklearn.cluster.MiniBatchKMeans'],
    source: DOCS,
    parameters: {
      n_clusters: [known(8, int(2, 50, { log: true, prior: logNormal(8, 0.8) }))],
      n_init: [known(10, int(1, 20, { log: true, prior: logNormal(10, 0.7) }), 'more are not worse, only slower')],
      init: [known('k-means++', choice(['k-means++', 'random'], { prior: weights([3, 1]) }))],
    },
  },
  {
    names: ['sklearn.cluster.DBSCAN'],
    source: `${DOCS}; Schubert et al. 2017`,
    parameters: {
      eps: [known(0.5, float(0.01, 10, { log: true, prior: logNormal(0.5, 1.2) }), 'for scaled features; grows with their number')],
      min_samples: [known(5, int(2, 50, { log: true, prior: logNormal(6, 0.7) }), 'about twice the number of features')],
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
