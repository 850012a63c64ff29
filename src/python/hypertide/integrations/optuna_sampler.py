"""An Optuna sampler and an Optuna pruner that ask hypertide. Studies, storages and dashboards stay Optuna's.

    study = optuna.create_study(sampler=HypertideSampler(seed=1), pruner=HypertidePruner(epochs=81))
    study.optimize(objective, n_trials=100)
"""

from __future__ import annotations

import math
import threading
from typing import Any, Callable, Mapping, Sequence

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler, RandomSampler
from optuna.samplers._base import _CONSTRAINTS_KEY, _process_constraints_after_trial
from optuna.search_space import IntersectionSearchSpace
from optuna.study import Study as OptunaStudy
from optuna.trial import FrozenTrial, TrialState

from ..study import Study
from ..trial import Trial
from .optuna import space_of

SEEDS = 2**32
"""How many seeds a sampler draws from if it gets none."""
ROOM = 64
"""How many trials may run at once, unless there are more."""


class HypertideSampler(BaseSampler):
    """Samples what a hypertide strategy suggests.

    space     the distributions by name, as Optuna's samplers call a search space. Without it, the search is over the parameters that all finished
              trials have in common; Optuna's random sampler draws the others, and the first trial.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices. Default: another one each time.
    parallel  how many trials run at once: some strategies choose the size of a population by it. More may run.
    constraints_func
              outcome constraints of a finished trial, as for Optuna's samplers: at most 0 is feasible.

    Trials of other processes and other samplers count when they have finished. Several objectives work if the strategy takes them.
    """

    def __init__(
        self,
        space: Mapping[str, BaseDistribution] | None = None,
        *,
        strategy: Any = "auto",
        seed: int | None = None,
        parallel: int = 1,
        constraints_func: Callable[[FrozenTrial], Sequence[float]] | None = None,
    ) -> None:
        self._space = None if space is None else dict(space)
        self._strategy = strategy
        self._seed = seed
        self._parallel = parallel
        self._constraints_func = constraints_func
        self._independent = RandomSampler(seed=seed)
        self._intersection = IntersectionSearchSpace()
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._search: _Search | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_lock", "_search")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()  # another process asks an engine of its own

    def reseed_rng(self) -> None:
        self._independent.reseed_rng()
        with self._lock:
            self._seed = None
            self._search = None

    def infer_relative_search_space(self, study: OptunaStudy, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        space = self._intersection.calculate(study) if self._space is None else self._space
        return {name: distribution for name, distribution in space.items() if not distribution.single()}

    def sample_relative(self, study: OptunaStudy, trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        if not search_space:
            return {}
        with self._lock:
            if self._search is None or not self._search.suits(study, search_space):
                self._search = _Search(study, search_space, self._strategy, self._next_seed(), self._parallel)
            self._search.learn()
            if self._search.has_tried_all():
                draw = self._independent.sample_independent
                self._search.enqueue({name: draw(study, trial, name, distribution) for name, distribution in search_space.items()})
            return self._search.sample(trial)

    def sample_independent(self, study: OptunaStudy, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: OptunaStudy, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        if self._constraints_func is not None:
            _process_constraints_after_trial(self._constraints_func, study, trial, state)

    def _next_seed(self) -> int:
        if self._seed is None:
            self._seed = int(self._independent._rng.rng.randint(SEEDS, dtype="uint64"))
        return self._seed


class _Search:
    """A hypertide study over one search space of an Optuna study."""

    def __init__(self, study: OptunaStudy, space: dict[str, BaseDistribution], strategy: Any, seed: int, parallel: int) -> None:
        self._optuna = study
        self._space = dict(space)
        self._open: dict[int, Trial] = {}
        """The trials that it has sampled and that have not finished, by their numbers in Optuna."""
        self._next = 0
        """All earlier trials have finished and are known."""
        self._known: set[int] = set()
        """Later trials that are known."""
        self._room = max(parallel, ROOM)
        self._cells = math.prod(map(_cells, space.values()))
        self._tried: set[str] = set()
        self._names = _names(study)
        ways = {name: direction.name.lower() for name, direction in zip(self._names, study.directions)}
        # It answers at once, whatever the strategy waits for, and repeats configurations as Optuna's samplers do.
        always = {"chain": [strategy, {"fill": "random"}, "random"]}
        self._study = Study(space_of(_plain(space)), objectives=ways, strategy=always, seed=seed, duplicates="allow", parallel=parallel)
        self._study.limit(parallel=self._room)

    def suits(self, study: OptunaStudy, space: dict[str, BaseDistribution]) -> bool:
        return study._study_id == self._optuna._study_id and study._storage is self._optuna._storage and space == self._space

    def has_tried_all(self) -> bool:
        """Whether nothing is left to try, so that an ask would wait."""
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
        """Tells what has finished since the last time."""
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
            # Optuna has fixed parameters of it: it is another trial than the one that was suggested.
            self._study.tell(own, failed="another configuration was run")
            self._study.retract(own)
            own = None
        if own is None:
            own = self._added(trial)
        if own is not None:
            self._finish(own, trial)

    def _added(self, trial: FrozenTrial) -> Trial | None:
        """A trial that came about elsewhere; None if it says nothing here."""
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
        elif trial.state == TrialState.PRUNED and trial.intermediate_values and len(self._names) == 1:
            step = max(trial.intermediate_values)
            self._study._report(own.number, step, trial.intermediate_values[step], None)
            self._study.tell(own, stopped=True)
        else:
            self._study.tell(own, failed=f"Optuna's trial {trial.number} has no value")

    def _is_as_asked(self, trial: FrozenTrial, own: Trial) -> bool:
        asked = self._decoded(own.params)
        return all(trial.params.get(name) == value for name, value in asked.items())

    def _decoded(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _decode(distribution, params[name]) for name, distribution in self._space.items()}


class HypertidePruner(BasePruner):
    """Prunes trials that fall behind, as a hypertide strategy does.

    epochs    the most steps that a trial reports: ASHA compares trials at steps in equal ratios, from a step on that it learns.
    strategy  instead of `epochs`: a strategy that stops trials, such as "medianStop" or {"patience": {"steps": 5}}.

    It sees the reports of all trials of the Optuna study, whichever process runs them, and takes any sampler.
    """

    def __init__(self, *, epochs: int | None = None, strategy: Any = None) -> None:
        if (epochs is None) == (strategy is None):
            raise ValueError("expected either epochs or a strategy")
        self._options = {"epochs": epochs, "strategy": "random"} if strategy is None else {"strategy": {"chain": [strategy, "random"]}}
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._races: dict[int, _Race] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {"_options": self._options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._options = state["_options"]
        self._reset()

    def prune(self, study: OptunaStudy, trial: FrozenTrial) -> bool:
        with self._lock:
            race = self._races.get(study._study_id)
            if race is None or race.storage is not study._storage:
                race = self._races[study._study_id] = _Race(study, self._options)
            return race.is_behind(study, trial)


class _Race:
    """A hypertide study that knows of each Optuna trial its reports alone: its configuration is its number."""

    def __init__(self, study: OptunaStudy, options: Mapping[str, Any]) -> None:
        self.storage = study._storage
        (self._name,) = _names(study)
        ways = {self._name: study.direction.name.lower()}
        number = {"type": "int", "low": 0, "high": 10**9}
        self._study = Study({"number": number}, objectives=ways, parallel=10**6, **options)
        self._trials: dict[int, Trial] = {}
        """The trials that run, by their numbers in Optuna."""
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
        """Passes on what is new of a trial. Returns whether it should stop."""
        reports = sorted((step, value) for step, value in trial.intermediate_values.items() if value == value)
        own = self._trials.get(trial.number)
        if own is None and reports:
            self._study.enqueue({"number": trial.number})
            own = self._trials[trial.number] = self._study.ask()
        if own is None:
            return False
        for step, value in reports:
            if step + 1 > own.step:  # Optuna's steps begin at 0
                own.step = step + 1
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


def _names(study: OptunaStudy) -> list[str]:
    return ["value"] if len(study.directions) == 1 else [f"value_{i}" for i in range(len(study.directions))]


def _cells(distribution: BaseDistribution) -> float:
    """How many values a parameter has."""
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    step = getattr(distribution, "step", None)
    return math.inf if step is None else round((distribution.high - distribution.low) / step) + 1


def _plain(space: Mapping[str, BaseDistribution]) -> dict[str, BaseDistribution]:
    """The space with the places of choices that are no texts, numbers or booleans."""
    return {name: distribution if _is_plain(distribution) else CategoricalDistribution(range(len(distribution.choices))) for name, distribution in space.items()}


def _is_plain(distribution: BaseDistribution) -> bool:
    return not isinstance(distribution, CategoricalDistribution) or all(type(choice) in (str, int, float, bool) for choice in distribution.choices)


def _encode(distribution: BaseDistribution, value: Any) -> Any:
    return value if _is_plain(distribution) else int(distribution.to_internal_repr(value))


def _decode(distribution: BaseDistribution, value: Any) -> Any:
    """The value as Optuna has it: JSON does not tell 1 from 1.0."""
    if isinstance(distribution, FloatDistribution):
        return float(value)
    if isinstance(distribution, IntDistribution):
        return int(value)
    if not _is_plain(distribution):
        return distribution.choices[value]
    return next(choice for choice in distribution.choices if choice == value and isinstance(choice, bool) == isinstance(value, bool))
