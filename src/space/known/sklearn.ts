import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownProgram, known } from './row.ts';
import { AUTO, classWeight, DOCS, PROBST, RIJN } from './sklearnTrees.ts';

const tolerance = [known(1e-3, float(1e-5, 0.1, { log: true, prior: logNormal(1e-3, 1.5) }), 'smaller is more exact, and slower')];
const fineTolerance = [known(1e-4, float(1e-6, 0.01, { log: true, prior: logNormal(1e-4, 1.5) }))];
const degree = [known(3, int(2, 5, { prior: logNormal(3, 0.3) }), 'only with kernel poly')];

/** Models of scikit-learn other than trees. */
export const sklearn: readonly KnownProgram[] = [
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
      degree,
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
      tol: fineTolerance,
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
      tol: fineTolerance,
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
      degree,
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
      tol: fineTolerance,
    },
  },
  {
    names: ['sklearn.linear_model.SGDClassifier', 'sklearn.linear_model.SGDRegressor'],
    source: `${DOCS}; Bottou 2012; ${AUTO}`,
    parameters: {
      alpha: [known(1e-4, float(1e-7, 0.1, { log: true, prior: logNormal(1e-4, 2) }))],
      l1_ratio: [known(0.15, float(0, 1), 'only with penalty elasticnet')],
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
];
