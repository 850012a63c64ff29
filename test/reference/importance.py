"""What Optuna's evaluators say of the importance of parameters, on the same trials: writes importance.json beside this file.

fANOVA hangs on the seed of its forest: the mean and the standard deviation over seeds are kept. PED-ANOVA does not.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = 12

floats = {name: FloatDistribution(0, 1) for name in "abcd"}
mixed = {"a": FloatDistribution(0, 1), "n": IntDistribution(0, 9), "c": CategoricalDistribution(["p", "q", "r"]), "b": FloatDistribution(0, 1)}


def additive(p):
    return 3 * (p["a"] - 0.4) ** 2 + 0.6 * p["b"] + 0.1 * p["c"]


def interacting(p):
    return np.sin(4 * p["a"]) * p["b"] + 0.3 * p["c"] ** 2


def choices(p):
    return 2 * abs(p["a"] - 0.3) + 0.12 * p["n"] + {"p": 0, "q": 0.5, "r": 1.5}[p["c"]]


def draw(distribution, rng):
    if isinstance(distribution, FloatDistribution):
        return float(rng.uniform(distribution.low, distribution.high))
    if isinstance(distribution, IntDistribution):
        return int(rng.integers(distribution.low, distribution.high + 1))
    return distribution.choices[rng.integers(len(distribution.choices))]


cases = []
for name, space, function, count in (("additive", floats, additive, 120), ("interacting", floats, interacting, 150), ("choices", mixed, choices, 150)):
    rng = np.random.default_rng(len(name))
    study = optuna.create_study()
    trials = []
    for _ in range(count):
        params = {key: draw(distribution, rng) for key, distribution in space.items()}
        value = float(function(params)) + 0.02 * float(rng.standard_normal())
        trials.append({"params": params, "value": value})
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
    fanova = [get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed)) for seed in range(SEEDS)]
    cases.append(
        {
            "name": name,
            "trials": trials,
            "fanova": {key: {"mean": float(np.mean([f[key] for f in fanova])), "sd": float(np.std([f[key] for f in fanova], ddof=1))} for key in space},
            "pedAnova": get_param_importances(study, evaluator=PedAnovaImportanceEvaluator()),
        }
    )

Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
