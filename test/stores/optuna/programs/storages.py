"""make: writes a study into a journal and a SQLite file of Optuna. compare: prints how the studies of two storages differ."""

import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

FIELDS = ["state", "params", "values", "user_attrs", "system_attrs", "intermediate_values", "distributions", "datetime_start", "datetime_complete"]
optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage(path):
    return f"sqlite:///{path}" if path.endswith(".db") else JournalStorage(JournalFileBackend(path))


def objective(trial):
    model = trial.suggest_categorical("model", ["svm", "knn", 3, True])
    x = trial.suggest_float("x", 1e-5, 1, log=True)
    trial.suggest_float("share", 0, 1, step=0.25)
    trial.suggest_float("third", 0, 1, step=0.3)
    n = trial.suggest_int("n", 1, 9, step=2)
    trial.suggest_int("k", 1, 64, log=True)
    trial.suggest_int("layers", 3, 3)
    trial.suggest_float("rate", 0.1, 0.1)
    if model == "svm":
        trial.suggest_float("c", -1, 1)
    trial.set_user_attr("list", {"a": [1]})
    trial.set_user_attr("text", "7")
    trial.set_user_attr("size", 4)
    for step in range(3):
        trial.report(x + step, step)
    if trial.number == 2:
        raise optuna.TrialPruned()
    if trial.number == 3:
        raise ValueError("boom")
    return float("inf") if trial.number == 4 else x + n


def make(*paths):
    for path in paths:
        study = optuna.create_study(storage=storage(path), study_name="digits", sampler=optuna.samplers.RandomSampler(seed=1))
        study.set_user_attr("team", "vision")
        study.set_metric_names(["loss"])
        study.enqueue_trial({"x": 0.5})
        study.optimize(objective, n_trials=12, catch=(ValueError,))
        study.ask()
        two = optuna.create_study(storage=storage(path), study_name="two", directions=["minimize", "maximize"])
        two.optimize(lambda trial: (trial.suggest_float("x", 0, 1), trial.suggest_int("n", 1, 3)), n_trials=3)


def compare(name, *paths):
    one, other = [optuna.load_study(study_name=name, storage=storage(path)) for path in paths]
    for field in ["directions", "metric_names", "user_attrs"]:
        a, b = [getattr(study, field) for study in (one, other)]
        if a != b and not (field == "metric_names" and a is None):
            print(field, a, b)
    finished = [trial for trial in one.trials if trial.state.is_finished()]
    print(len(finished), "and", len(other.trials), "trials")
    for a, b in zip(finished, other.trials):
        for field in FIELDS:
            if getattr(a, field) != getattr(b, field):
                print(a.number, field, getattr(a, field), getattr(b, field))
    study = optuna.load_study(study_name=name, storage=storage(paths[1]))
    study.optimize((lambda trial: (trial.suggest_float("x", 0, 1), trial.suggest_int("n", 1, 3))) if name == "two" else objective, n_trials=1)
    print(study.trials[-1].state.name)


{"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
