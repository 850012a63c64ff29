"""The hypertide study that a sampler for Optuna asks."""

from __future__ import annotations

import math
from typing import Any, Mapping

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._base import _CONSTRAINTS_KEY
from optuna.study import Study as OptunaStudy
from optuna.trial import FrozenTrial, TrialState

from .._values import finite
from ..study import Study
from ..trial import Trial
from .optuna import space_of

ROOM = 64
"""How many trials may run at once, unless there are more."""


class Search:
    """A hypertide study over one search space of an Optuna study."""

    def __init__(self, study: OptunaStudy, space: dict[str, BaseDistribution], strategy: Any, seed: int, parallel: int) -> None:
        self._optuna = study
        self._space = dict(space)
        self._open: dict[int, Trial] = {}
        """The trials that it has sampled and that have not finished, by their numbers in Optuna."""
        self._next = 0
        """All earlier trials have finished, and were told."""
        self._known: set[int] = set()
        """Later trials that were told."""
        self._room = max(parallel, ROOM)
        self._cells = math.prod(map(_cells, space.values()))
        self._tried: set[str] = set()
        self._names = objective_names(study)
        ways = {name: direction.name.lower() for name, direction in zip(self._names, study.directions)}
        # It answers immediately, even if the strategy waits, and repeats configurations as Optuna's samplers do.
        always = {"chain": [strategy, {"fill": "random"}, "random"]}
        self._study = Study(space_of(_plain(space)), objectives=ways, strategy=always, seed=seed, duplicates="allow", parallel=parallel)
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
        finished = [trial for trial in self._optuna.get_trials(deepcopy=False)[self._next :] if trial.state.is_finished()]
        for trial in finished:
            if trial.number not in self._known:
                self._known.add(trial.number)
                self._tell(trial)
        while self._next in self._known:
            self._known.remove(self._next)
            self._next += 1

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
        fits = all(name in trial.params and distribution._contains(distribution.to_internal_repr(trial.params[name])) for name, distribution in self._space.items())
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
        elif trial.state == TrialState.PRUNED and len(self._names) == 1 and (reports := finite(trial.intermediate_values)):
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


def objective_names(study: OptunaStudy) -> list[str]:
    return ["value"] if len(study.directions) == 1 else [f"value_{i}" for i in range(len(study.directions))]


def _cells(distribution: BaseDistribution) -> float:
    """How many values a parameter has."""
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    step = getattr(distribution, "step", None)
    return math.inf if step is None else round((distribution.high - distribution.low) / step) + 1


def _plain(space: Mapping[str, BaseDistribution]) -> dict[str, BaseDistribution]:
    """The space with indices instead of choices that are not texts, numbers or booleans."""
    return {name: distribution if _is_plain(distribution) else CategoricalDistribution(range(len(distribution.choices))) for name, distribution in space.items()}


def _is_plain(distribution: BaseDistribution) -> bool:
    return not isinstance(distribution, CategoricalDistribution) or all(type(choice) in (str, int, float, bool) for choice in distribution.choices)


def _encode(distribution: BaseDistribution, value: Any) -> Any:
    return value if _is_plain(distribution) else int(distribution.to_internal_repr(value))


def _decode(distribution: BaseDistribution, value: Any) -> Any:
    """The value as in Optuna."""
    if isinstance(distribution, FloatDistribution):
        return float(value)
    if isinstance(distribution, IntDistribution):
        return int(value)
    return value if _is_plain(distribution) else distribution.choices[value]
