"""Callbacks and searches, with the real libraries where Debian has them. `wheel.deep.test.ts` runs this with the installed package."""

import math
import tempfile
import time
from pathlib import Path

import numpy as np
import optuna
import pytest
import xgboost
from optuna.trial import TrialState
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.svm import SVC

import hypertide as ht
from hypertide._rows import table_of
from hypertide.integrations.optuna import from_optuna, to_optuna
from hypertide.integrations.sklearn import HypertideSearchCV
from hypertide.integrations.xgboost import ReportCallback

X, Y = load_digits(return_X_y=True)
X, Y = X[:400], Y[:400]


def test_searches_as_grid_search_does():
    search = HypertideSearchCV(SVC(), {"C": ht.log(1e-2, 1e3), "gamma": ht.log(1e-6, 1)}, n_trials=12, parallel=3, cv=3, random_state=1)
    search.fit(X, Y)
    assert len(search.cv_results_["params"]) == 12
    assert search.best_score_ > 0.9
    assert search.best_score_ == max(search.cv_results_["mean_test_score"])
    assert search.score(X, Y) > 0.9
    assert clone(search).get_params()["n_trials"] == 12


def test_begins_where_the_class_of_the_estimator_is_usually_good():
    def widest(**options):
        search = HypertideSearchCV(SVC(), {"C": ht.log(1e-12, 1e12)}, n_trials=6, cv=2, strategy="random", **options).fit(X, Y)
        return max(abs(math.log10(params["C"])) for params in search.cv_results_["params"])

    assert widest(priors="known") < 4 < widest()


def test_continues_a_search_that_has_a_journal():
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "search.jsonl")
        space = {"C": ht.log(1e-2, 1e3)}
        HypertideSearchCV(SVC(), space, n_trials=3, cv=2, path=path).fit(X, Y)
        search = HypertideSearchCV(SVC(), space, n_trials=5, cv=2, path=path).fit(X, Y)
        assert len(search.cv_results_["params"]) == 5


def test_takes_the_scores_of_an_earlier_search_from_its_journal():
    fits = []

    class Counted(SVC):
        def fit(self, *args, **kwargs):
            fits.append(1)
            return super().fit(*args, **kwargs)

    with tempfile.TemporaryDirectory() as folder:

        def search(trials, **options):
            fits.clear()
            path = str(Path(folder) / "search.jsonl")
            return HypertideSearchCV(Counted(), {"C": ht.log(1e-2, 1e3)}, n_trials=trials, path=path, refit=False, **{"cv": 3, **options}).fit(X, Y)

        first = search(4)
        assert len(fits) == 12
        second = search(6)
        assert len(fits) == 6
        for column in ("split0_test_score", "mean_test_score", "std_test_score", "mean_fit_time"):
            np.testing.assert_allclose(second.cv_results_[column][:4], first.cv_results_[column])
        assert second.cv_results_["params"][:4] == first.cv_results_["params"]
        third = search(6)
        assert (len(fits), len(third.cv_results_["params"])) == (3, 6)  # one candidate shows which scores there are
        search(6, cv=2)
        assert len(fits) == 12  # other folds: nothing is known


def test_takes_distributions_of_scipy_and_arrays_of_numpy():
    space = {"C": loguniform(1e-2, 1e3), "degree": randint(2, 5), "coef0": uniform(0, 2), "kernel": np.array(["poly", "rbf"])}
    search = HypertideSearchCV(SVC(), space, n_trials=4, cv=2).fit(X, Y)
    assert search.best_params_.keys() == space.keys()
    assert all(2 <= params["degree"] <= 4 for params in search.cv_results_["params"])
    with pytest.raises(ht.HypertideError, match="C: expected loguniform, uniform or randint"):
        HypertideSearchCV(SVC(), {"C": norm(0, 1)}, n_trials=2).fit(X, Y)


def test_accepts_its_numbers_and_gives_numeric_columns():
    study = ht.Study({"x": ht.float(np.float32(0), np.float64(1)), "n": ht.int(np.int64(1), 3), "c": np.logspace(-2, 1, 4)}, epochs=3)
    trial = study.ask()
    trial.report(np.float32(0.5), np.int64(1), {"size": np.int32(3)})
    study.tell(trial, np.float32(0.25))
    assert study.best["values"] == {"value": 0.25}
    table = study.dataframe()
    assert list(table)[:6] == ["trial", "status", "values.value", "params.x", "params.n", "params.c"]
    for name in ("suggested_at", "started_at", "ended_at"):
        assert str(table[name].dtype) == "datetime64[ns, UTC]"
    assert abs(table["ended_at"][0].timestamp() - time.time()) < 3600
    assert not any(name.startswith("tags") for name in table)
    assert table_of([{"trial": 1, "ended_at": 10**17}])["ended_at"].isna().all()  # as of a damaged log


def test_reports_each_round_and_stops():
    data = xgboost.DMatrix(X, Y % 2)
    study = ht.Study({"eta": ht.log(1e-4, 1)}, minimize="logloss", epochs=27, seed=1)

    def objective(trial):
        log = {}
        xgboost.train(
            {"objective": "binary:logistic", "eta": trial["eta"], "max_depth": 2},
            data,
            27,
            evals=[(data, "train")],
            evals_result=log,
            callbacks=[ReportCallback(trial, "train", "logloss")],
            verbose_eval=False,
        )
        return log["train"]["logloss"][-1]

    study.optimize(objective, trials=16, progress=False)
    assert {row["status"] for row in study.trials} == {"completed", "stopped"}


def test_lists_the_available_data_and_metrics():
    data = xgboost.DMatrix(X, Y % 2)
    study = ht.Study({"eta": ht.log(1e-4, 1)}, minimize="logloss", parallel=9)
    params = {"objective": "binary:logistic", "eval_metric": "logloss"}
    for names, message in [
        (("test", "logloss"), "data .*: expected one of train, got test"),
        (("train", "auc"), "metric: expected one of logloss, got auc"),
    ]:
        with pytest.raises(ht.HypertideError, match=message):
            xgboost.train(params, data, 2, evals=[(data, "train")], callbacks=[ReportCallback(study.ask(), *names)])


def test_copies_space_and_trials():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    source = optuna.create_study(direction="maximize")

    def objective(trial):
        x = trial.suggest_float("x", 1e-3, 1, log=True)
        n = trial.suggest_int("n", 2, 10, step=2)
        return x * n * (2 if trial.suggest_categorical("opt", ["a", "b"]) == "a" else 1)

    source.optimize(objective, n_trials=8)
    study = from_optuna(source, seed=1)
    assert len(study.trials) == 8
    best = study.best
    assert {**best["params"], "x": 0} == {**source.best_params, "x": 0}
    assert best["params"]["x"] == pytest.approx(source.best_params["x"])  # suggestions have twelve digits
    assert best["values"] == {"value": source.best_value}
    study.optimize(lambda trial: trial["x"] * trial["n"], trials=10, progress=False)
    assert len(study.trials) == 10


def test_a_parameter_that_some_trials_have_depends_on_another():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    source = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))

    def objective(trial):
        momentum = trial.suggest_float("momentum", 0, 1) if trial.suggest_categorical("opt", ["sgd", "adam"]) == "sgd" else 0
        return momentum + trial.suggest_int("n", 1, 8)

    source.optimize(objective, n_trials=12)
    study = from_optuna(source)
    assert len(study.trials) == 12
    assert {"momentum" in row["params"] for row in study.trials} == {True, False}
    source.optimize(lambda trial: trial.suggest_int("m", 1, 3), n_trials=1)
    with pytest.warns(UserWarning, match="left out (12|13) of 13 trials: (12|13) with other parameters"):
        from_optuna(source)


def test_lists_omitted_trials_and_keeps_names_and_numbers():
    source = optuna.create_study(direction="maximize")
    source.set_metric_names(["acc"])

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.set_user_attr("size", trial.number)
        trial.set_user_attr("note", "odd")
        trial.set_user_attr("gap", float("nan"))
        if trial.number == 1:
            raise optuna.TrialPruned
        if trial.number == 2:
            raise ArithmeticError
        return x

    source.optimize(objective, n_trials=5, catch=(ArithmeticError,))
    with pytest.warns(UserWarning, match="left out 2 of 5 trials: 1 fail, 1 [a-z]+"):
        study = from_optuna(source)
    assert study.objectives == {"acc": "maximize"}
    assert [row["metrics"] for row in study.trials] == [{"size": 0}, {"size": 3}, {"size": 4}]
    with pytest.warns(UserWarning):
        named = from_optuna(source, maximize="accuracy")
    assert named.objectives == {"accuracy": "maximize"}
    for given, options, message in [
        (source, {"minimize": "loss"}, "expected names for the directions maximize of the Optuna study, got {'loss': 'minimize'}"),
        ("digits.db", {}, "from_optuna: expected a study, got the str 'digits.db'; write optuna.load_study"),
        (optuna.create_study(), {}, "expected a study with a completed trial"),
    ]:
        with pytest.raises(ht.HypertideError, match=message):
            from_optuna(given, **options)


def test_takes_none_among_the_choices():
    source = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    source.optimize(lambda trial: 1.0 if trial.suggest_categorical("depth", [None, 3]) is None else 0.0, n_trials=6)
    study = from_optuna(source)
    assert [row["params"] for row in study.trials] == [trial.params for trial in source.trials]
    assert {row["params"]["depth"] for row in study.trials} == {None, 3}


def test_joins_ranges_keeps_constants_and_leaves_out_infinite_results():
    source = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))

    def objective(trial):
        n = trial.suggest_int("n", 1, 5 + trial.number)
        return float("inf") if trial.number == 2 else n * trial.suggest_float("rate", 0.5, 0.5)

    source.optimize(objective, n_trials=5)
    with pytest.warns(UserWarning, match="left out 1 of 5 trials: 1 infinite"):
        study = from_optuna(source)
    assert study.space == {"n": {"type": "int", "low": 1, "high": 9}, "rate": {"type": "constant", "value": 0.5}}
    assert len(study.trials) == 4


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_goes_to_each_storage_of_optuna_and_continues_there(kind, tmp_path):
    if kind == "sqlite":
        storage = f"sqlite:///{tmp_path}/back.db"
    else:
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(f"{tmp_path}/back.log"))
    space = {
        "x": ht.log(1e-3, 1),
        "n": ht.int(2, 10, step=2),
        "opt": ["sgd", None, 1.0],
        "momentum": ht.float(0, 1, when={"opt": "sgd"}),
        "fast": ht.boolean(),
        "rate": ht.constant(0.5),
    }
    study = ht.Study(space, minimize="loss", strategy="random", seed=1)

    def objective(trial):
        trial.metrics["size"] = trial.number
        trial.constraints = [trial.number - 9]
        if trial.number == 2:
            raise ArithmeticError("odd")
        if trial.number == 3:
            trial.report(0.7, 4)
            raise ht.Stopped
        return trial["x"] * trial["n"]

    study.optimize(objective, trials=8, progress=False)
    study.annotate(1, note="first", labels=["check"])
    study.limit(trials="+2")
    study.tell(study.ask(), stopped=True)
    study.ask()
    to_optuna(study, study_name="back", storage=storage)
    back = optuna.load_study(study_name="back", storage=storage)
    complete, failed, stopped = TrialState.COMPLETE, TrialState.FAIL, TrialState.PRUNED
    assert [trial.state for trial in back.trials] == [complete, failed, stopped, *[complete] * 5, stopped]
    assert [trial.params for trial in back.trials] == [row["params"] for row in study.trials[:9]]
    assert (back.metric_names, back.best_value, back.trials[2].intermediate_values) == (["loss"], study.best_value, {4: 0.7})
    assert back.trials[0].user_attrs == {"size": 1, "note": "first", "labels": ["check"]}
    assert back.trials[0].system_attrs == {"constraints": [-8]}
    assert "odd" in back.trials[1].system_attrs["fail_reason"]
    for trial, row in zip(back.trials, study.trials):
        assert trial.datetime_complete.timestamp() == pytest.approx(row["ended_at"] / 1000)

    def continued(trial):
        x, n = trial.suggest_float("x", 1e-3, 1, log=True), trial.suggest_int("n", 2, 10, step=2)
        if trial.suggest_categorical("opt", ["sgd", None, 1.0]) == "sgd":
            trial.suggest_float("momentum", 0, 1)
        trial.suggest_categorical("fast", [False, True])
        return x * n * trial.suggest_float("rate", 0.5, 0.5)

    back.optimize(continued, n_trials=3)
    assert len(back.trials) == 12
