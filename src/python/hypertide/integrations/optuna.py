"""From an Optuna study to a hypertide study.

    study = from_optuna(optuna.load_study(study_name="digits", storage="sqlite:///digits.db"), path="digits.jsonl")
    study.optimize(objective, trials=200)
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from typing import Any

import optuna

from .. import space
from .._description import objectives_of
from ..errors import HypertideError
from ..study import Study


def space_of(distributions: dict[str, Any]) -> dict[str, Any]:
    """The hypertide space of Optuna's distributions.

    Raises HypertideError where a distribution has no counterpart.
    """
    return {name: _parameter(name, distribution) for name, distribution in distributions.items()}


def from_optuna(source: optuna.Study, path: str | os.PathLike[str] | None = None, **options: Any) -> Study:
    """A study over the space of an Optuna study, which knows its completed trials.

    A parameter that exists only for some values of a categorical one gets a `when`. A warning says which trials are left out: those
    that did not complete, and those that do not fit into the space. Of a completed trial, the study takes its parameters and values, and as
    metrics its numeric user attributes; its reports, times and number are not kept. Objectives have the names of `set_metric_names`, or those of
    `minimize` or `maximize`. `options` are those of `Study`.

    Raises HypertideError if the study has no completed trial, a direction does not suit it, or a parameter has no counterpart.
    """
    if not isinstance(source, optuna.study.Study):
        got = f"the {type(source).__name__} {source!r}"
        raise HypertideError(f"from_optuna: expected a study, got {got}; write optuna.load_study(study_name=..., storage=...)")
    every = source.get_trials(deepcopy=False)
    done = [trial for trial in every if trial.state == optuna.trial.TrialState.COMPLETE]
    if not done:
        raise HypertideError("from_optuna: expected a study with a completed trial, as its trials define the space; write Study({...}) with a space")
    distributions: dict[str, Any] = {}
    for trial in done:
        distributions.update(trial.distributions)
    ways = _objectives(source, options)
    space = space_of(distributions)
    whens = {name: when for name in space if (when := _when(name, distributions, done))}
    # A condition names an earlier parameter.
    ordered = {name: {**space[name], **whens.get(name, {})} for name in sorted(space, key=lambda name: name in whens)}
    study = Study(ordered, path=path, objectives=ways, **options)
    if not study.trials:
        fitting = [trial for trial in done if trial.params.keys() == {name for name in ordered if exists(ordered[name], trial.params)}]
        for trial in fitting:
            study.add(trial.params, dict(zip(ways, trial.values)), metrics=_metrics(trial))
        states = Counter(trial.state.name.lower() for trial in every if trial.state != optuna.trial.TrialState.COMPLETE)
        left_out = [f"{count} {state}" for state, count in sorted(states.items())]
        if len(fitting) < len(done):
            left_out.append(f"{len(done) - len(fitting)} with other parameters")
        if left_out:
            warnings.warn(f"from_optuna left out {len(every) - len(fitting)} of {len(every)} trials: {', '.join(left_out)}", stacklevel=2)
    return study


def _objectives(source: optuna.Study, options: dict[str, Any]) -> dict[str, str]:
    """The direction of each objective. Takes `minimize` and `maximize` out of the options."""
    ways = [direction.name.lower() for direction in source.directions]
    given = objectives_of(options.pop("minimize", None), options.pop("maximize", None))
    if given is not None:
        if list(given.values()) != ways:
            raise HypertideError(f"from_optuna: expected names for the directions {', '.join(ways)} of the Optuna study, got {given}")
        return given
    return dict(zip(source.metric_names or objective_names(source), ways))


def objective_names(source: optuna.Study) -> list[str]:
    return ["value"] if len(source.directions) == 1 else [f"value_{i}" for i in range(len(source.directions))]


def _metrics(trial: optuna.trial.FrozenTrial) -> dict[str, float]:
    return {name: float(value) for name, value in trial.user_attrs.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}


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


def exists(parameter: dict[str, Any], params: dict[str, Any]) -> bool:
    """Whether a configuration has this parameter, which may depend on others."""
    return all(params.get(other) in (values if isinstance(values, list) else [values]) for other, values in parameter.get("when", {}).items())


def _parameter(name: str, distribution: Any) -> dict[str, Any]:
    if isinstance(distribution, optuna.distributions.FloatDistribution):
        return space.float(distribution.low, distribution.high, log=distribution.log, step=distribution.step)
    if isinstance(distribution, optuna.distributions.IntDistribution):
        step = None if distribution.log or distribution.step == 1 else distribution.step
        return space.int(distribution.low, distribution.high, log=distribution.log, step=step)
    if isinstance(distribution, optuna.distributions.CategoricalDistribution):
        return {"type": "choice", "values": list(distribution.choices)}
    raise HypertideError(f"{name}: expected a float, an integer or a categorical distribution, got {distribution}")
