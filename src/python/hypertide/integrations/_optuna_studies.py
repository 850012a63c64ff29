"""The hypertide studies that a sampler and a pruner for Optuna ask."""

from __future__ import annotations

import math
from typing import Any, Mapping

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._base import _CONSTRAINTS_KEY
from optuna.study import Study as OptunaStudy
from optuna.trial import FrozenTrial, TrialState

from .._foreign import understood
from ..study import Study
from ..trial import Trial
from .optuna import objective_names

ROOM = 64  # how many trials may run at once, unless there are more


class Search:
    """A hypertide study over one search space of an Optuna study."""

    def __init__(self, study: OptunaStudy, space: dict[str, BaseDistribution], strategy: Any, seed: int, parallel: int) -> None:
        self._optuna = study
        self._space = dict(space)
        self._open: dict[int, Trial] = {}  # those that it has sampled, by their numbers in Optuna
        self._told: set[int] = set()
        self._room = max(parallel, ROOM)
        self._cells = math.prod(map(_cells, space.values()))
        self._tried: set[str] = set()
        self._names = objective_names(study)
        ways = {name: direction.name.lower() for name, direction in zip(self._names, study.directions)}
        # It answers immediately, even if the strategy waits, and repeats configurations as Optuna's samplers do.
        always = {"chain": [strategy, {"fill": "random"}, "random"]}
        self._study = Study(_plain(space), objectives=ways, strategy=always, seed=seed, duplicates="allow", parallel=parallel)
        self._study.limit(parallel=self._room)

    def suits(self, study: OptunaStudy, space: dict[str, BaseDistribution]) -> bool:
        return study._study_id == self._optuna._study_id and study._storage is self._optuna._storage and space == self._space

    def has_tried_all(self) -> bool:
        """Whether every configuration was tried, so that an ask would wait."""
        return len(self._tried) >= self._cells

    def enqueue(self, params: Mapping[str, Any]) -> None:
        self._study.enqueue({name: _encode(distribution, params[name]) for name, distribution in self._space.items()})

    def sample(self, trial: FrozenTrial) -> dict[str, Any]:
        if len(self._open) >= self._room - 1:  # one more is needed to add a trial
            self._room *= 2
            self._study.limit(parallel=self._room)
        asked = self._study.ask()
        if asked is None:
            return {}  # a finite strategy has nothing left
        self._open[trial.number] = asked
        self._note(asked)
        return self._decoded(asked.params)

    def _note(self, trial: Trial) -> None:
        if math.isfinite(self._cells):
            self._tried.add(repr(sorted(trial.params.items())))

    def learn(self) -> None:
        """Tells the trials that have finished since the last call."""
        for trial in self._optuna.get_trials(deepcopy=False):
            if trial.state.is_finished() and trial.number not in self._told:
                self._told.add(trial.number)
                self._tell(trial)

    def _tell(self, trial: FrozenTrial) -> None:
        own = self._open.pop(trial.number, None)
        if own is not None and not self._is_as_asked(trial, own):
            # Optuna fixed some of its parameters, so it is not the trial that was suggested.
            self._study.tell(own, failed="another configuration was run")
            self._study.retract(own)
            own = None
        if own is None:
            own = self._added(trial)
        if own is not None:
            self._finish(own, trial)

    def _added(self, trial: FrozenTrial) -> Trial | None:
        """A trial that was not sampled here; None if it has no information."""
        fits = all(
            name in trial.params and distribution._contains(distribution.to_internal_repr(trial.params[name]))
            for name, distribution in self._space.items()
        )
        if not fits or trial.state == TrialState.FAIL:
            return None
        self.enqueue(trial.params)
        added = self._study.ask()
        if added is not None:
            self._note(added)
        return added

    def _finish(self, own: Trial, trial: FrozenTrial) -> None:
        own.constraints = list(trial.system_attrs.get(_CONSTRAINTS_KEY) or [])
        if trial.state == TrialState.COMPLETE:
            self._study.tell(own, dict(zip(self._names, trial.values)))
        elif trial.state == TrialState.PRUNED and len(self._names) == 1 and (reports := _finite(trial)):
            step = max(reports)
            self._study._report(own.number, step, reports[step], None)
            self._study.tell(own, stopped=True)
        else:
            self._study.tell(own, failed=f"Optuna's trial {trial.number} has no value")

    def _is_as_asked(self, trial: FrozenTrial, own: Trial) -> bool:
        asked = self._decoded(own.params)
        return all(trial.params.get(name) == value for name, value in asked.items())

    def _decoded(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _decode(distribution, params[name]) for name, distribution in self._space.items()}


class Race:
    """A hypertide study with the reports of each Optuna trial; the configuration is its number."""

    def __init__(self, study: OptunaStudy, options: Mapping[str, Any]) -> None:
        self.storage = study._storage
        (self._name,) = objective_names(study)
        ways = {self._name: study.direction.name.lower()}
        number = {"type": "int", "low": 0, "high": 10**9}
        self._study = Study({"number": number}, objectives=ways, parallel=10**6, **options)
        self._trials: dict[int, Trial] = {}  # the running trials, by their numbers in Optuna
        self._told: set[int] = set()

    def is_behind(self, study: OptunaStudy, trial: FrozenTrial) -> bool:
        for other in study.get_trials(deepcopy=False):
            if other.number != trial.number and other.number not in self._told:
                self._follow(other)
        return self._follow(trial)

    def _follow(self, trial: FrozenTrial) -> bool:
        """Reports the new values of a trial. Returns whether it should stop."""
        reports = sorted(_finite(trial).items())
        own = self._trials.get(trial.number)
        if own is None and reports:
            self._study.enqueue({"number": trial.number})
            own = self._study.ask()
            assert own is not None  # the study has no limit
            self._trials[trial.number] = own
        if own is None:
            return False
        for step, value in reports:
            if step > own.step or not own._reported:
                own.step, own._reported = step, True
                own.should_stop |= self._study._report(own.number, own.step, value, None)
        if trial.state.is_finished():
            self._finish(own, trial)
        return own.should_stop

    def _finish(self, own: Trial, trial: FrozenTrial) -> None:
        del self._trials[trial.number]
        self._told.add(trial.number)
        if trial.state == TrialState.COMPLETE:
            self._study.tell(own, trial.values[0])
        elif trial.state == TrialState.PRUNED:
            self._study.tell(own, stopped=True)
        else:
            self._study.tell(own, failed="it failed")


def _finite(trial: FrozenTrial) -> dict[int, float]:
    return {step: value for step, value in trial.intermediate_values.items() if math.isfinite(value)}


def _cells(distribution: BaseDistribution) -> float:
    """How many values a parameter has."""
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    if not isinstance(distribution, (FloatDistribution, IntDistribution)) or distribution.step is None:
        return math.inf
    return float(round((distribution.high - distribution.low) / distribution.step) + 1)


def _plain(space: Mapping[str, BaseDistribution]) -> dict[str, Any]:
    """The space of a study, with indices instead of choices, which may be any objects."""
    categories = {name: range(len(one.choices)) for name, one in space.items() if isinstance(one, CategoricalDistribution)}
    return {name: list(categories[name]) if name in categories else understood(one) for name, one in space.items()}


def _encode(distribution: BaseDistribution, value: Any) -> Any:
    return int(distribution.to_internal_repr(value)) if isinstance(distribution, CategoricalDistribution) else value


def _decode(distribution: BaseDistribution, value: Any) -> Any:
    """The value as in Optuna."""
    if isinstance(distribution, FloatDistribution):
        return float(value)
    return distribution.choices[value] if isinstance(distribution, CategoricalDistribution) else int(value)
