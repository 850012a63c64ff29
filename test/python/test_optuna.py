"""The Optuna sampler and pruner, with the real Optuna. `wheel.deep.test.ts` runs this with the installed package."""

import pickle
import warnings

import optuna
import pytest

from hypertide.integrations.optuna_sampler import HypertidePruner, HypertideSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def loss(trial):
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_int("y", 1, 9)
    return x * x + abs(y - 4) + (trial.suggest_categorical("kind", ["a", "b", None]) is None)


def space():
    d = optuna.distributions
    return {"x": d.FloatDistribution(-5, 5), "y": d.IntDistribution(1, 9), "kind": d.CategoricalDistribution(["a", "b", None])}


def optimized(trials=20, **options):
    study = optuna.create_study(sampler=HypertideSampler(**options))
    study.optimize(loss, n_trials=trials)
    return study


def test_searches_and_is_reproducible():
    study = optimized(30, seed=1)
    assert study.best_value < 0.5
    assert [trial.params for trial in study.trials] == [trial.params for trial in optimized(30, seed=1).trials]
    assert study.trials[5].params != optimized(6, seed=2).trials[5].params


def test_searches_all_parameters_of_a_given_space_from_the_first_trial_on():
    study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"grid": {"levels": {"x": 1}}}, seed=1))
    study.optimize(loss, n_trials=27)
    assert len({(trial.params["y"], trial.params["kind"]) for trial in study.trials}) == 27


def test_learns_from_trials_of_others():
    def after(others):
        study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"cmaes": {"population": 4}}, seed=1))
        for x in others:
            study.add_trial(optuna.trial.create_trial(params={"x": x, "y": 4, "kind": "a"}, distributions=space(), value=x * x))
        return study.ask(space()).params

    assert after([]) != after([1.5, 0.5, 2.5, -1.0, 0.1, 3, 2, 1])


def test_copes_with_failed_pruned_and_fixed_trials():
    def objective(trial):
        value = loss(trial)
        if trial.number % 4 == 1:
            raise ValueError("broken")
        if trial.number % 4 == 2:
            trial.report(value, 3)
            raise optuna.TrialPruned
        return value if trial.number % 4 else float("inf")

    study = optuna.create_study(sampler=HypertideSampler(strategy="tpe", seed=1))
    study.enqueue_trial({"x": 1, "y": 1, "kind": "b"})
    study.optimize(objective, n_trials=12, catch=(ValueError,))
    study.sampler = optuna.samplers.PartialFixedSampler({"y": 7}, study.sampler)
    study.optimize(objective, n_trials=6, catch=(ValueError,))
    assert all(trial.params["y"] == 7 for trial in study.trials[12:])


def test_takes_several_objectives_constraints_and_threads():
    sampler = HypertideSampler(strategy="nsga2", seed=1, parallel=3, constraints_func=lambda trial: (trial.params["x"] - 1,))
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    study.optimize(lambda trial: (loss(trial), trial.params["y"]), n_trials=24, n_jobs=3)
    assert all(trial.params["x"] <= 1 for trial in study.best_trials)


def test_repeats_configurations_once_all_are_tried():
    study = optuna.create_study(sampler=HypertideSampler(seed=1))
    study.optimize(lambda trial: trial.suggest_categorical("a", [1, 2]) + trial.suggest_int("b", 1, 2), n_trials=8)
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 4


def test_searches_the_parameters_that_all_trials_have():
    def objective(trial):
        branch = trial.suggest_categorical("branch", [True, False])
        return trial.suggest_float("y" if branch else "z", 0, 1)

    study = optuna.create_study(sampler=HypertideSampler(seed=1))
    study.optimize(objective, n_trials=10)
    assert {trial.params["branch"] for trial in study.trials} == {True, False}


def test_can_be_pickled():
    study = optimized(5, seed=1)
    copy = optuna.create_study(sampler=pickle.loads(pickle.dumps(study.sampler)))
    copy.optimize(loss, n_trials=3)
    assert len(copy.trials) == 3


def raced(**options):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), pruner=HypertidePruner(**options))

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        for epoch in range(27):
            trial.report(x + 1 / (epoch + 1), epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x + 1 / 27

    study.optimize(objective, n_trials=30)
    stopped = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.PRUNED]
    return study, stopped


def test_prunes_trials_that_fall_behind():
    study, stopped = raced(epochs=27)
    assert len(stopped) > 10
    assert study.best_value < min(trial.params["x"] for trial in stopped) + 1 / 27


def test_continues_after_reports_that_are_not_finite():
    for odd in (float("nan"), float("inf")):
        study = optuna.create_study(sampler=HypertideSampler(seed=1), pruner=HypertidePruner(epochs=9))

        def objective(trial):
            x = trial.suggest_float("x", 0, 1)
            trial.report(odd if trial.number == 2 else x, 0)
            if trial.number == 2 or trial.should_prune():
                raise optuna.TrialPruned
            return x

        study.optimize(objective, n_trials=6)
        assert study.trials[2].state == optuna.trial.TrialState.PRUNED
        assert len(study.trials) == 6


def test_accepts_other_early_stopping_rules():
    assert len(raced(strategy="percentileStop")[1]) > 5
    assert len(raced(strategy={"patience": {"steps": 9}})[1]) == 0
    with pytest.raises(ValueError, match="either epochs or a strategy"):
        HypertidePruner()


def test_sees_the_reports_of_other_processes(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    other = optuna.create_study(storage=storage, study_name="s", pruner=optuna.pruners.NopPruner())
    for x in range(6):
        trial = other.ask()
        for epoch in range(9):
            trial.report(x, epoch)
        other.tell(trial, x)
    here = optuna.load_study(storage=storage, study_name="s", pruner=HypertidePruner(strategy="percentileStop"))
    trial = here.ask()
    trial.report(9, 1)
    assert trial.should_prune()
