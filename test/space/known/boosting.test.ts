import { expect, it } from 'vitest';
import { boostingIn } from '../../../src/space/known/boosting.ts';
import { crossingIn } from '../../../src/space/known/known.ts';

it.each([
  ['XGBoost', ['eta', 'max_depth', 'subsample', 'colsample_bytree']],
  ['LightGBM', ['learning_rate', 'num_leaves', 'feature_fraction']],
  ['CatBoost', ['learning_rate', 'depth', 'l2_leaf_reg', 'rsm']],
  ['a pipeline of scikit-learn', ['model__learning_rate', 'model__max_leaf_nodes', 'model__min_samples_leaf']],
])('sees from the names that %s is tuned', (_, names) => {
  expect(boostingIn(names)).toContain(`${names[0]}, `);
});

it.each([
  ['a network', ['learning_rate', 'depth', 'dropout', 'batch_size']],
  ['a random forest', ['max_depth', 'min_samples_leaf', 'max_features']],
  ['one name of a tree', ['lr', 'max_depth', 'width']],
])('sees no boosting in %s', (_, names) => {
  expect(boostingIn(names)).toBeUndefined();
});

it('believes a known program more than names', () => {
  for (const program of ['xgboost.train', 'LGBMClassifier', 'sklearn.ensemble.HistGradientBoostingClassifier'])
    expect(crossingIn(['a'], program)).toContain(`${program} boosts trees`);
  expect(crossingIn(['eta', 'max_depth', 'subsample'], 'sklearn.neural_network.MLPClassifier')).toBeUndefined();
});
