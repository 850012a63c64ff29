"""The hypertide study that a pruner for Optuna asks."""

from __future__ import annotations

import math
from typing import Any, Mapping

from optuna.study import Study as OptunaStudy
from optuna.trial import FrozenTrial, TrialState

from ..study import Study
from ..trial import Trial
from ._optuna_search import objective_names


class Race:
    """A hypertide study with the reports of each Optuna trial; the configuration is its number."""

    def __init__(self, study: OptunaStudy, options: Mapping[str, Any]) -> None:
        self.storage = study._storage
        (self._name,) = objective_names(study)
        ways = {self._name: study.direction.name.lower()}
        number = {"type": "int", "low": 0, "high": 10**9}
        self._study = Study({"number": number}, objectives=ways, parallel=10**6, **options)
        self._trials: dict[int, Trial] = {}
        """The running trials, by their numbers in Optuna."""
        self._next = 0
        self._known: set[int] = set()

    def is_behind(self, study: OptunaStudy, trial: FrozenTrial) -> bool:
        for other in study.get_trials(deepcopy=False)[self._next :]:
            if other.number != trial.number and other.number not in self._known:
                self._follow(other)
        while self._next in self._known:
            self._known.remove(self._next)
            self._next += 1
        return self._follow(trial)

    def _follow(self, trial: FrozenTrial) -> bool:
        """Reports the new values of a trial. Returns whether it should stop."""
        reports = sorted((step, value) for step, value in trial.intermediate_values.items() if math.isfinite(value))
        own = self._trials.get(trial.number)
        if own is None and reports:
            self._study.enqueue({"number": trial.number})
            own = self._trials[trial.number] = self._study.ask()
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
        self._known.add(trial.number)
        if trial.state == TrialState.COMPLETE:
            self._study.tell(own, trial.values[0])
        elif trial.state == TrialState.PRUNED:
            self._study.tell(own, stopped=True)
        else:
            self._study.tell(own, failed="it failed")
