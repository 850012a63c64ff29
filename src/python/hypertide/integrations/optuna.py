"""From an Optuna study to a hypertide study, and back.

    study = from_optuna(optuna.load_study(study_name="digits", storage="sqlite:///digits.db"), path="digits.jsonl")
    study.optimize(objective, trials=200)
    to_optuna(study, study_name="digits", storage="sqlite:///back.db")
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from datetime import datetime
from math import isfinite
from typing import Any

import optuna
from optuna.trial import TrialState

from .._description import objectives_of
from .._foreign import understood
from .._rows import Row
from ..errors import HypertideError
from ..study import Study

STATES = {"completed": TrialState.COMPLETE, "stopped": TrialState.PRUNED, "failed": TrialState.FAIL, "retracted": TrialState.FAIL}


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
    done = [trial for trial in every if _state(trial) == "complete"]
    if not done:
        raise HypertideError("from_optuna: expected a study with a completed trial, as its trials define the space; write Study({...}) with a space")
    distributions: dict[str, Any] = {}
    for trial in done:
        for name, distribution in trial.distributions.items():
            distributions[name] = _joined(distributions.get(name, distribution), distribution)
    ways = _objectives(source, options)
    space: dict[str, Any] = {name: understood(distribution) for name, distribution in distributions.items()}
    whens = {name: when for name in space if (when := _when(name, distributions, done))}
    # A condition names an earlier parameter.
    ordered = {name: {**space[name], **whens.get(name, {})} for name in sorted(space, key=lambda name: name in whens)}
    study = Study(ordered, path=path, objectives=ways, **options)
    if not study.trials:
        fitting = [trial for trial in done if trial.params.keys() == {name for name in ordered if _exists(ordered[name], trial.params)}]
        for trial in fitting:
            study.add(trial.params, dict(zip(ways, trial.values)), metrics=_metrics(trial))
        states = Counter(map(_state, every))
        left_out = [f"{count} {state}" for state, count in sorted(states.items()) if state != "complete"]
        if len(fitting) < len(done):
            left_out.append(f"{len(done) - len(fitting)} with other parameters")
        if left_out:
            warnings.warn(f"from_optuna left out {len(every) - len(fitting)} of {len(every)} trials: {', '.join(left_out)}", stacklevel=2)
    return study


def _state(trial: optuna.trial.FrozenTrial) -> str:
    is_infinite = trial.state == TrialState.COMPLETE and not all(map(isfinite, trial.values))
    return "infinite" if is_infinite else str(trial.state.name.lower())


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


def to_optuna(source: Study, **options: Any) -> optuna.Study:
    """An Optuna study with the trials that have ended, in any storage of Optuna.

        to_optuna(study, study_name="digits", storage="sqlite:///digits.db")

    A stopped trial is `PRUNED` there, with its last report. Metrics, labels and the note of a trial become user attributes, `constraints` become
    constraints. `options` are those of `optuna.create_study`; the directions are those of `source`.
    """
    target = optuna.create_study(directions=list(source.objectives.values()), **options)
    names = list(source.objectives)
    if names != objective_names(target):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            target.set_metric_names(names)
    distributions = {name: _distribution(source, name) for name in source.space}
    target.add_trials([_trial(row, names, distributions) for row in source.trials if row["status"] != "open"])
    return target


def _trial(row: Row, names: list[str], distributions: dict[str, Any]) -> optuna.trial.FrozenTrial:
    state = STATES[row["status"]]
    is_pruned = state == TrialState.PRUNED and len(names) == 1 and "values" in row  # reports there have one objective
    system = {"constraints": row.get("constraints"), "fail_reason": row.get("message", row.get("reason"))}
    user = {**row.get("metrics", {}), "note": row.get("note"), "labels": row.get("labels")}
    trial = optuna.trial.create_trial(
        state=state,
        values=[row["values"][name] for name in names] if state == TrialState.COMPLETE else None,
        params=row["params"],
        distributions={name: distributions[name] for name in row["params"]},
        user_attrs=_given(user),
        system_attrs=_given(system),
        intermediate_values={row["step"]: row["values"][names[0]]} if is_pruned else {},
    )
    trial.datetime_start = _time(row.get("started_at", row["suggested_at"]))
    trial.datetime_complete = _time(row["ended_at"])
    return trial


def _distribution(source: Study, name: str) -> Any:
    parameter = source.space[name]
    kind = parameter["type"]
    if kind == "constant" and isinstance(value := parameter["value"], (int, float)) and not isinstance(value, bool):
        kind, parameter = type(value).__name__, {"low": value, "high": value}
    if kind in ("float", "int"):
        make = optuna.distributions.FloatDistribution if kind == "float" else optuna.distributions.IntDistribution
        return make(parameter["low"], parameter["high"], log=parameter.get("log", False), **_given({"step": parameter.get("step")}))
    values = {"boolean": [False, True], "constant": [parameter.get("value")]}.get(kind) or parameter["values"]
    return optuna.distributions.CategoricalDistribution([source._objects.restored({name: value})[name] for value in values])


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _time(at: int) -> datetime:
    """A time as Optuna has it: local, without a zone."""
    return datetime.fromtimestamp(at / 1000)


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


def _exists(parameter: dict[str, Any], params: dict[str, Any]) -> bool:
    """Whether a configuration has this parameter, which may depend on others."""
    return all(params.get(other) in (values if isinstance(values, list) else [values]) for other, values in parameter.get("when", {}).items())


def _joined(one: Any, other: Any) -> Any:
    """The distribution that holds both: a program may suggest a parameter with another range in each trial."""
    if not hasattr(one, "low"):
        return one
    return type(one)(min(one.low, other.low), max(one.high, other.high), log=one.log, step=one.step)
