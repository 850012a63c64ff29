"""From an Optuna study to a hypertide study.

    study = from_optuna(optuna.load_study(study_name="digits", storage="sqlite:///digits.db"), path="digits.jsonl")
    study.optimize(objective, trials=200)
"""

from __future__ import annotations

import os
import warnings
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

    A parameter that exists only for some values of a categorical one gets a `when`. Trials that do not fit into the space are left out with
    a warning. `options` are those of `Study`.
    """
    done = [trial for trial in source.get_trials(deepcopy=False) if trial.state == optuna.trial.TrialState.COMPLETE]
    distributions: dict[str, Any] = {}
    for trial in done:
        distributions.update(trial.distributions)
    names = ["value"] if len(source.directions) == 1 else [f"value_{i}" for i in range(len(source.directions))]
    ways = {name: direction.name.lower() for name, direction in zip(names, source.directions)}
    space = space_of(distributions)
    whens = {name: when for name in space if (when := _when(name, distributions, done))}
    # A condition names an earlier parameter.
    ordered = {name: {**space[name], **whens.get(name, {})} for name in sorted(space, key=lambda name: name in whens)}
    study = Study(ordered, path=path, objectives=ways, **options)
    if not study.trials:
        fitting = [trial for trial in done if trial.params.keys() == _existing(ordered, trial.params)]
        for trial in fitting:
            study.add(trial.params, dict(zip(names, trial.values)))
        if len(fitting) < len(done):
            warnings.warn(f"from_optuna left out {len(done) - len(fitting)} of {len(done)} trials: they have other parameters", stacklevel=2)
    return study


def _when(name: str, distributions: dict[str, Any], done: list[Any]) -> dict[str, Any] | None:
    """The condition of a parameter that only some trials have: the values of a categorical parameter that tell them apart."""
    if all(name in trial.params for trial in done):
        return None
    for other, distribution in distributions.items():
        if isinstance(distribution, optuna.distributions.CategoricalDistribution) and all(other in trial.params for trial in done):
            present = {trial.params[other] for trial in done if name in trial.params}
            absent = {trial.params[other] for trial in done if name not in trial.params}
            if not present & absent:
                return {"when": {other: [value for value in distribution.choices if value in present]}}
    return None


def _existing(space: dict[str, Any], params: dict[str, Any]) -> set[str]:
    """The parameters that a configuration has in the space."""
    return {
        name
        for name, parameter in space.items()
        if all(params.get(other) in values for other, values in parameter.get("when", {}).items())
    }


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
