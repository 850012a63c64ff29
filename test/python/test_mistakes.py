"""Typical mistakes: each is answered with the remedy, which stands here as the code to write."""

import pickle

import optuna
import pytest
from scipy.stats import loguniform

import hypertide as ht

SPACE = {"lr": ht.log(1e-4, 1e-1), "n": ht.int(1, 8)}
FINE = ht.float(0, 1)


def trial_of():
    return ht.Study(SPACE, minimize="loss").ask()


def optimized(objective, minimize="loss"):
    return ht.Study(SPACE, minimize=minimize).optimize(objective, trials=4, progress=False)


def ask_twice():
    study = ht.Study(SPACE)
    study.ask()
    study.ask()


def raises(error):
    raise error


def sklearn_search(**options):
    from sklearn.tree import DecisionTreeClassifier

    from hypertide.integrations.sklearn import HypertideSearchCV

    return HypertideSearchCV(DecisionTreeClassifier(), {"max_depth": ht.int(1, 4)}, **options)


def tell_twice():
    study = ht.Study(SPACE, parallel=2)
    trial = study.ask()
    study.tell(trial, 1.0)
    study.tell(trial, 2.0)


MISTAKES = [
    ("a range as a tuple", lambda: ht.Study({"x": (0.0, 1.0)}), "ht.float(0.0, 1.0)"),
    ("a range of whole numbers as a tuple", lambda: ht.Study({"n": (1, 8)}), "ht.int(1, 8)"),
    ("range()", lambda: ht.Study({"n": range(1, 9)}), "ht.int(1, 8)"),
    ("range() with a step", lambda: ht.Study({"n": range(8, 65, 8)}), "ht.int(8, 64, step=8)"),
    ("a set of choices", lambda: ht.Study({"opt": {"adam"}}), "['adam']"),
    ("a text for a parameter", lambda: ht.Study({"opt": "adam"}), "ht.constant('adam')"),
    ("a number for a parameter", lambda: ht.Study({"depth": 3}), "ht.constant(3)"),
    ("a type for a parameter", lambda: ht.Study({"depth": int}), "ht.int(1, 8)"),
    ("a logarithmic range from 0", lambda: ht.Study({"lr": ht.log(0, 0.1)}), "ht.log("),
    ("a range the wrong way round", lambda: ht.Study({"lr": ht.float(1, 0)}), "parameters.lr"),
    ("a list in choice()", lambda: ht.choice(["a", "b"]), 'ht.choice("a", "b")'),
    ("a keyword of another language", lambda: ht.Study(SPACE, minimise="loss"), "did you mean minimize"),
    ("a distribution of SciPy", lambda: ht.Study({"lr": loguniform(1e-4, 1e-1)}), "ht.float(0.0001, 0.1, log=True)"),
    ("words in a tuple", lambda: ht.Study({"opt": ("adam", "sgd", "lion")}), "['adam', 'sgd', 'lion'] for a choice"),
    ("a function of NumPy", lambda: ht.uniform(0, 1), "did you mean float"),
    ("texts as bounds", lambda: ht.Study({"lr": ht.log("1e-4", "1e-1")}), "parameters.lr.low: expected a number"),
    ("the objective was called", lambda: ht.Study(SPACE).optimize(0.5, trials=3), "study.optimize(objective)"),
    ("a method as a value", lambda: trial_of().report(str.lower), "call it, with ()"),
    ("get() of a trial", lambda: optimized(lambda trial: trial.get("lr", 0.1)), "trial.params.get("),
    ("a condition as a text", lambda: ht.float(0, 1, when="opt == 'sgd'"), 'when={"optimizer": "sgd"}'),
    ("a number as a prior", lambda: ht.Study({"x": ht.float(0, 1, prior=0.7)}), 'such as {"normal": {"median":'),
    ("a constraint as a text", lambda: ht.Study({"x": FINE, "y": FINE}, constraints=["x + y <= 1"]), 'such as {"atMost": {"x": 1, "y": 1}, "limit":'),
    ("functions as choices", lambda: ht.Study({"layer": [len, max]}), "write a name, and let the objective look it up"),
    ("a distribution of Optuna", lambda: ht.Study({"x": optuna.distributions.FloatDistribution(0.0, 1.0)}), "ht.float(0.0, 1.0)"),
    ("no parameters", lambda: ht.Study({}), 'Study({"lr": ht.log('),
    ("direction=", lambda: ht.Study(SPACE, direction="minimize"), "did you mean minimize or maximize"),
    ("storage=", lambda: ht.Study(SPACE, storage="sqlite:///a.db"), "did you mean path"),
    ("sampler=", lambda: ht.Study(SPACE, sampler="tpe"), "did you mean strategy"),
    ("n_trials= of a study", lambda: ht.Study(SPACE, n_trials=10), "did you mean trials"),
    ("n_trials= of optimize", lambda: ht.Study(SPACE).optimize(lambda trial: 1.0, n_trials=10), "did you mean trials"),
    ("n_jobs= of optimize", lambda: ht.Study(SPACE).optimize(lambda trial: 1.0, trials=3, n_jobs=2), "did you mean parallel"),
    ("a database as a path", lambda: ht.Study(SPACE, path="sqlite:///a.db"), "from_optuna"),
    ("an address as a path", lambda: ht.Study(SPACE, path="http://host:8080/digits"), "url='http://host:8080/digits'"),
    ("the objective as minimize", lambda: ht.Study(SPACE, minimize=len), "study.optimize"),
    ("minimize=True", lambda: ht.Study(SPACE, minimize=True), "minimize='loss'"),
    ("a misspelt strategy", lambda: ht.Study(SPACE, strategy="tpee"), "did you mean tpe"),
    ("a class as a strategy", lambda: ht.Study(SPACE, strategy=type("TPESampler", (), {})()), "'tpe'"),
    ("no limit", lambda: ht.Study(SPACE).optimize(lambda trial: 1.0), "trials"),
    ("a text for trials", lambda: ht.Study(SPACE).optimize(lambda trial: 1.0, trials="ten"), "+10"),
    ("no trials more", lambda: ht.Study(SPACE).limit(trials="+0"), "+10"),
    ("ask twice", ask_twice, "parallel=2"),
    ("tell twice", tell_twice, "retract"),
    ("tell without a value", lambda: ht.Study(SPACE).tell(1), "stopped=True"),
    ("a name that is no objective", lambda: optimized(lambda trial: {"los": 1.0}), "{'loss': ...}"),
    ("one of two values", lambda: optimized(lambda trial: 1.0, minimize=["loss", "seconds"]), "{'loss': ..., 'seconds': ...}"),
    ("no return", lambda: optimized(lambda trial: None), "return loss"),
    ("a text as a value", lambda: optimized(lambda trial: "0.5"), "expected a number, got the str '0.5'"),
    ("an unknown parameter", lambda: optimized(lambda trial: trial["learning_rate"]), "lr, n"),
    ("a parameter as an attribute", lambda: optimized(lambda trial: trial.lr), 'trial["lr"]'),
    ("suggest_float", lambda: optimized(lambda trial: trial.suggest_float("lr", 0, 1)), 'trial["lr"]'),
    ("set_user_attr of a trial", lambda: optimized(lambda trial: trial.set_user_attr("a", 1)), "trial.metrics["),
    ("should_prune()", lambda: optimized(lambda trial: trial.should_prune()), "trial.report"),
    ("should_stop()", lambda: optimized(lambda trial: trial.should_stop()), "without ()"),
    ("TrialPruned", lambda: optimized(lambda trial: raises(optuna.TrialPruned())), "raise ht.Stopped"),
    ("setting a parameter", lambda: trial_of().__setitem__("lr", 0.1), "trial.params"),
    ("pickle a trial", lambda: pickle.dumps(trial_of()), "trial.params"),
    ("pickle a study", lambda: pickle.dumps(ht.Study(SPACE)), "ht.Study(path=...)"),
    ("best of two objectives", lambda: ht.Study(SPACE, minimize=["a", "b"]).best, "study.front"),
    ("a misspelt attribute", lambda: ht.Study(SPACE).recomendation, "did you mean recommendation?"),
    ("best_trial", lambda: ht.Study(SPACE).best_trial, "study.best"),
    ("random_state", lambda: sklearn_search(random_state=1).get_params()["random_state"] == 1, None),
]


@pytest.mark.parametrize(("mistake", "remedy"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_is_answered_with_the_remedy(mistake, remedy, tmp_path, monkeypatch, recwarn):
    monkeypatch.chdir(tmp_path)
    said = []
    try:
        mistake()
    except Exception as error:
        said.append(str(error))
    said += [str(one.message) for one in recwarn if "hypertide" in str(one.message) or remedy]
    assert (remedy or "") in "\n".join(said) and bool(said) == bool(remedy), said
