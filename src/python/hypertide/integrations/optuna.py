"""From an Optuna study to a hypertide study.

    study = from_optuna(optuna.load_study(study_name="digits", storage="sqlite:///digits.db"), path="digits.jsonl")
    study.optimize(objective, trials=200)
"""

from __future__ import annotations

import os
from typing import Any

import optuna

from .. import space
from ..study import Study


def space_of(distributions: dict[str, Any]) -> dict[str, Any]:
    """The hypertide space of Optuna's distributions.

    Raises ValueError where a distribution has no counterpart.
    """
    return {name: _parameter(name, distribution) for name, distribution in distributions.items()}


def from_optuna(source: optuna.Study, path: str | os.PathLike[str] | None = None, **options: Any) -> Study:
    """A study over the space of an Optuna study, which knows its completed trials.

    Only trials that have every parameter are taken over. `options` are those of `Study`.
    """
    done = [trial for trial in source.get_trials(deepcopy=False) if trial.state == optuna.trial.TrialState.COMPLETE]
    distributions: dict[str, Any] = {}
    for trial in done:
        distributions.update(trial.distributions)
    names = ["value"] if len(source.directions) == 1 else [f"value_{i}" for i in range(len(source.directions))]
    ways = {name: direction.name.lower() for name, direction in zip(names, source.directions)}
    study = Study(space_of(distributions), path=path, objectives=ways, **options)
    if not study.trials:
        for trial in done:
            if trial.params.keys() == distributions.keys():
                study.add(trial.params, dict(zip(names, trial.values)))
    return study


def _parameter(name: str, distribution: Any) -> dict[str, Any]:
    if isinstance(distribution, optuna.distributions.FloatDistribution):
        return space.float(distribution.low, distribution.high, log=distribution.log, step=distribution.step)
    if isinstance(distribution, optuna.distributions.IntDistribution):
        step = None if distribution.log or distribution.step == 1 else distribution.step
        return space.int(distribution.low, distribution.high, log=distribution.log, step=step)
    if isinstance(distribution, optuna.distributions.CategoricalDistribution):
        if any(not isinstance(value, (str, int, float, bool)) for value in distribution.choices):
            raise ValueError(f"{name}: expected texts, numbers or booleans as choices, got {distribution.choices}")
        return space.choice(*distribution.choices)
    raise ValueError(f"{name}: expected a float, an integer or a categorical distribution, got {distribution}")
