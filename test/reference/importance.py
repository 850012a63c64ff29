"""Importances of parameters by Optuna's evaluators, on the same trials: writes importance.json next to this file.

fANOVA depends on the seed of its forest: the mean and the standard deviation over seeds are kept. PED-ANOVA does not depend on one.

Optuna's fANOVA takes log parameters by their plain values, and gives the ends of a range of integers half the weight of other integers. Ours
uses the scales of the space: its forests get logarithms, and integers with half a step at either end.

Its fANOVA sees only parameters that all trials have, and treats the effect of others as noise. PED-ANOVA is defined for all since Optuna 5; the
values are of its commit 1d8ce7bb, with scikit-learn 1.4.2.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = 16

UNIT = {"type": "float", "low": 0, "high": 1}


def integer(low, high, **more):
    return {"type": "int", "low": low, "high": high, **more}


def choice(*values):
    return {"type": "choice", "values": list(values)}


def branching(weight):
    return lambda p: (0.4 + weight * (p["m"] - 0.5) if p["o"] == "y" else 0) + p["z"] + 0.3 * p["w"]


BRANCHES = {"o": choice("x", "y"), "z": UNIT, "w": UNIT, "m": {**UNIT, "when": {"o": ["y"]}}}


CASES = [
    ("additive", dict.fromkeys("abcd", UNIT), lambda p: 3 * (p["a"] - 0.4) ** 2 + 0.6 * p["b"] + 0.1 * p["c"], 120),
    ("interacting", dict.fromkeys("abcd", UNIT), lambda p: math.sin(4 * p["a"]) * p["b"] + 0.3 * p["c"] ** 2, 150),
    (
        "log and integers",
        {"lr": {**UNIT, "low": 1e-5, "high": 0.1, "log": True}, "k": integer(1, 3), "n": integer(0, 9), "a": UNIT},
        lambda p: 0.2 * (math.log10(p["lr"]) + 2.5) ** 2 + 0.5 * p["k"] + 0.05 * p["n"] + p["a"],
        150,
    ),
    (
        "choices",
        {"a": UNIT, "n": integer(0, 9), "c": choice("p", "q", "r"), "b": UNIT},
        lambda p: 2 * abs(p["a"] - 0.3) + 0.12 * p["n"] + {"p": 0, "q": 0.5, "r": 1.5}[p["c"]],
        150,
    ),
    (
        "many choices and a boolean",
        {"a": UNIT, "c": choice(*"pqrstu"), "f": {"type": "boolean"}, "b": UNIT},
        lambda p: p["a"] + 0.5 * "pqrstu".index(p["c"]) ** 0.5 + 0.3 * p["f"],
        160,
    ),
    (
        "interacting choices",
        {"a": UNIT, "c": choice(*"pqrs"), "f": {"type": "boolean"}},
        lambda p: math.sin(3 * p["a"] + "pqrs".index(p["c"])) * (1 if p["f"] else 0.3),
        200,
    ),
    ("a condition of little effect", BRANCHES, branching(0.1), 160),
    ("a condition of great effect", BRANCHES, branching(1.0), 160),
]


def draw(parameter, rng):
    if parameter["type"] == "boolean":
        return bool(rng.integers(2))
    if parameter["type"] == "choice":
        return parameter["values"][rng.integers(len(parameter["values"]))]
    if parameter["type"] == "int":
        return int(rng.integers(parameter["low"], parameter["high"] + 1))
    if parameter.get("log"):
        return float(math.exp(rng.uniform(math.log(parameter["low"]), math.log(parameter["high"]))))
    return float(rng.uniform(parameter["low"], parameter["high"]))


def distribution(parameter):
    if parameter["type"] == "boolean":
        return CategoricalDistribution([False, True])
    if parameter["type"] == "choice":
        return CategoricalDistribution(parameter["values"])
    if parameter["type"] == "int":
        return IntDistribution(parameter["low"], parameter["high"])
    return FloatDistribution(parameter["low"], parameter["high"], log=parameter.get("log", False))


def even(parameter):
    """Its distribution with evenly spaced values, and the function from a value to this scale."""
    if parameter["type"] == "int":
        return FloatDistribution(parameter["low"] - 0.5, parameter["high"] + 0.5), float
    if parameter.get("log"):
        return FloatDistribution(math.log(parameter["low"]), math.log(parameter["high"])), math.log
    return distribution(parameter), lambda value: value


def trial(space, params, value, evenly):
    known = {name: even(space[name]) if evenly else (distribution(space[name]), lambda value: value) for name in params}
    return optuna.trial.create_trial(
        params={name: known[name][1](params[name]) for name in params}, distributions={name: known[name][0] for name in params}, value=value
    )


def spread(study):
    """Mean and standard deviation over seeds."""
    shares = [get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed)) for seed in range(SEEDS)]
    return {name: {"mean": float(np.mean([s[name] for s in shares])), "sd": float(np.std([s[name] for s in shares], ddof=1))} for name in shares[0]}


cases = []
for name, space, function, count in CASES:
    rng = np.random.default_rng(len(name))
    plain, evenly = optuna.create_study(), optuna.create_study()
    trials = []
    for _ in range(count):
        params = {}
        for key, parameter in space.items():
            if all(params.get(parent) in values for parent, values in parameter.get("when", {}).items()):
                params[key] = draw(parameter, rng)
        value = float(function(params)) + 0.02 * float(rng.standard_normal())
        trials.append({"params": params, "value": value})
        plain.add_trial(trial(space, params, value, False))
        evenly.add_trial(trial(space, params, value, True))
    cases.append(
        {
            "name": name,
            "space": space,
            "trials": trials,
            "fanova": spread(evenly),
            "pedAnova": get_param_importances(plain, evaluator=PedAnovaImportanceEvaluator()),
        }
    )

Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
