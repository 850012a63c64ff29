"""A search of scikit-learn whose candidates race over folds."""

import math

import numpy
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GroupKFold, RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

import hypertide as ht
from hypertide.integrations.sklearn import HypertideSearchCV

X, Y = (array[:300] for array in load_digits(return_X_y=True))
FOLDS = RepeatedStratifiedKFold(n_splits=3, n_repeats=3, random_state=0)
SPACE = {"C": ht.log(1e-2, 1e3), "gamma": ht.log(1e-6, 1)}


class Counted(SVC):
    fits = 0

    def fit(self, *args, **more):
        Counted.fits += 1
        return super().fit(*args, **more)


def search(estimator, **options):
    Counted.fits = 0
    return HypertideSearchCV(estimator, **{"space": SPACE, "n_trials": 15, "cv": FOLDS, "random_state": 1, "early": True, **options}).fit(X, Y)


def scores_of(results, i):
    return [results[f"split{fold}_test_score"][i] for fold in range(9)]


def test_fits_most_candidates_on_few_folds():
    found = search(Counted())
    assert Counted.fits < 0.6 * 15 * 9
    results = found.cv_results_
    assert len(results["params"]) == 15
    numpy.testing.assert_allclose(scores_of(results, found.best_index_), cross_val_score(SVC(**found.best_params_), X, Y, cv=FOLDS))
    assert found.best_score_ == pytest.approx(numpy.mean(scores_of(results, found.best_index_)))
    assert found.n_splits_ == 9
    assert found.predict(X[:5]).shape == (5,)
    lacking = [i for i in range(15) if any(map(math.isnan, scores_of(results, i)))]
    assert len(lacking) > 7
    for i in lacking:
        assert not all(map(math.isnan, scores_of(results, i)))
        assert math.isnan(results["mean_test_score"][i])
        assert results["rank_test_score"][i] > results["rank_test_score"][found.best_index_]
    assert clone(found).get_params()["early"] is True


def test_several_metrics_and_jobs():
    found = search(SVC(), n_trials=6, n_jobs=2, scoring=["accuracy", "f1_macro"], refit="f1_macro", return_train_score=True)
    results, best = found.cv_results_, found.best_index_
    assert numpy.nanmax(results["mean_test_f1_macro"]) == found.best_score_
    assert {"split8_test_accuracy", "split8_train_f1_macro", "mean_train_accuracy", "std_test_f1_macro"} <= set(results)
    assert not math.isnan(results["mean_train_accuracy"][best])


def test_continues_from_its_journal(path):
    first = search(Counted(), path=path, n_trials=5)
    before = Counted.fits
    again = search(Counted(), path=path, n_trials=5)
    assert Counted.fits <= 10 < before  # the best one for scikit-learn, and for you
    assert again.best_params_ == first.best_params_
    numpy.testing.assert_array_equal(again.cv_results_["mean_test_score"], first.cv_results_["mean_test_score"])
    assert len(search(SVC(), path=path, n_trials=8).cv_results_["params"]) == 8


def test_candidates_whose_fits_fail_have_no_scores():
    class Fragile(SVC):
        def fit(self, *args, **more):
            if self.C > 1:
                raise ValueError("C is too large")
            return super().fit(*args, **more)

    found = search(Fragile(), n_trials=10)
    failed = [i for i, params in enumerate(found.cv_results_["params"]) if params["C"] > 1]
    assert failed
    assert all(all(map(math.isnan, scores_of(found.cv_results_, i))) for i in failed)
    assert found.best_params_["C"] <= 1
    with pytest.raises(ValueError, match="C is too large"):
        search(Fragile(), n_trials=10, error_score="raise")


def test_groups_reach_the_folds():
    groups = numpy.arange(len(Y)) % 6
    found = HypertideSearchCV(SVC(), SPACE, n_trials=3, cv=GroupKFold(3), random_state=1, early=True).fit(X, Y, groups=groups)
    best = [found.cv_results_[f"split{fold}_test_score"][found.best_index_] for fold in range(3)]
    numpy.testing.assert_allclose(best, cross_val_score(SVC(**found.best_params_), X, Y, groups=groups, cv=GroupKFold(3)))


def test_refuses_several_candidates_at_once():
    with pytest.raises(ht.HypertideError, match="n_jobs"):
        search(SVC(), parallel=2)
