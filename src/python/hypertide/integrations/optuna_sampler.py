"""A sampler and a pruner for Optuna that ask hypertide. Studies, storages and dashboards remain Optuna's.

    study = optuna.create_study(sampler=HypertideSampler(seed=1), pruner=HypertidePruner(epochs=81))
    study.optimize(objective, n_trials=100)
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Mapping, Sequence

from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler, RandomSampler
from optuna.samplers._base import _process_constraints_after_trial
from optuna.search_space import IntersectionSearchSpace
from optuna.study import Study as OptunaStudy
from optuna.trial import FrozenTrial, TrialState

from ._optuna_studies import Race, Search

SEEDS = 2**32  # the number of seeds from which a sampler without a seed draws


class HypertideSampler(BaseSampler):
    """Samples what a hypertide strategy suggests.

    space     the distributions by name, as Optuna's samplers call a search space. Without it, the search is over the parameters that all finished
              trials have in common; Optuna's random sampler draws the others, and the first trial.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices. Default: another one each time.
    parallel  how many trials run at once: some strategies choose the size of a population by it. More may run.
    constraints_func
              outcome constraints of a finished trial, as for Optuna's samplers: at most 0 is feasible.

    Trials of other processes and other samplers count when they have finished. Several objectives work if the strategy supports them.
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
        self._search: Search | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_lock", "_search")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()  # another process starts its own engine

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
                self._search = Search(study, search_space, self._strategy, self._next_seed(), self._parallel)
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


class HypertidePruner(BasePruner):
    """Prunes trials that fall behind, as a hypertide strategy does.

    epochs    the most steps that a trial reports: ASHA compares trials at steps in equal ratios, from a step on that it learns.
    strategy  instead of `epochs`: a strategy that stops trials, such as "percentileStop" or {"patience": {"steps": 5}}.

    It uses the reports of all trials of the Optuna study, in any process, and works with any sampler.
    """

    def __init__(self, *, epochs: int | None = None, strategy: Any = None) -> None:
        if (epochs is None) == (strategy is None):
            raise ValueError("expected either epochs or a strategy")
        if strategy is None:
            self._options: dict[str, Any] = {"epochs": epochs, "strategy": "random"}
        else:
            self._options = {"strategy": {"chain": [strategy, "random"]}}
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._races: dict[int, Race] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {"_options": self._options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._options = state["_options"]
        self._reset()

    def prune(self, study: OptunaStudy, trial: FrozenTrial) -> bool:
        with self._lock:
            race = self._races.get(study._study_id)
            if race is None or race.storage is not study._storage:
                race = self._races[study._study_id] = Race(study, self._options)
            return race.is_behind(study, trial)
