"""A sweeper for Hydra 1.3: `python3 train.py -m hydra/sweeper=hypertide lr='tag(log, interval(1e-5, 1e-1))' model=small,large`.

Hydra finds it when hypertide is installed. It imports this file at each start, so the rest of hypertide is imported when a sweep begins; and it
does so before the file is in sys.modules, where a dataclass looks for annotations that are texts.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Transformer
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

log = logging.getLogger(__name__)


@dataclass
class HypertideSweeperConf:
    """The section `hydra.sweeper` of a configuration."""

    _target_: str = "hydra_plugins.hypertide_sweeper.HypertideSweeper"
    params: Optional[Dict[str, Any]] = None  # what to search, in the notation of the command line, which takes precedence
    minimize: Any = None  # the name of the objective, or a list of names, as in hypertide.Study
    maximize: Any = None
    trials: int = 20  # in the study, not in this call
    parallel: int = 1  # how many jobs the launcher gets at once
    path: Optional[str] = "${hydra.sweep.dir}/study.jsonl"  # the journal: a sweep whose journal exists continues; null: in memory
    options: Dict[str, Any] = field(default_factory=dict)  # further options of hypertide.Study, such as strategy or seed


class HypertideSweeper(Sweeper):
    """Tunes what a program of Hydra returns: a number, or with several objectives a tuple or a dictionary."""

    config: DictConfig
    launcher: Launcher

    def __init__(
        self,
        params: Optional[DictConfig],
        minimize: Any,
        maximize: Any,
        trials: int,
        parallel: int,
        path: Optional[str],
        options: DictConfig,
    ) -> None:
        self._params: Mapping[Any, Any] = params or {}
        self._objectives = {"minimize": _plain(minimize), "maximize": _plain(maximize)}
        self._trials = trials
        self._parallel = parallel
        self._path = path
        self._options: Dict[str, Any] = _plain(options)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.config = config
        self.hydra_context = hydra_context
        self.launcher = Plugins.instance().instantiate_launcher(config=config, hydra_context=hydra_context, task_function=task_function)

    def sweep(self, arguments: List[str]) -> None:
        import hypertide as ht

        space, fixed = split([*(f"{name}={value}" for name, value in self._params.items()), *arguments])
        if not space:
            raise ht.HypertideError("hydra/sweeper=hypertide: expected something to search, such as lr=interval(0.01, 0.1) or model=small,large")
        if self._path is not None:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        with ht.Study(space, **self._objectives, path=self._path, **self._options) as study:
            study._limit(self._trials, self._parallel, start=True)
            for batch in study._batches(self._trials, self._parallel):
                jobs = [[*(f"{name}={value}" for name, value in trial.params.items()), *fixed] for trial in batch]
                for trial, job in zip(batch, self.launcher.launch(jobs, initial_job_idx=batch[0].number - 1)):
                    _tell(study, trial, job)
            found: Dict[str, Any] = {"name": "hypertide"}
            if len(study.objectives) > 1:
                found["solutions"] = [{"params": row["params"], "values": row["values"]} for row in study.front]
            else:
                found |= {"best_params": study.best_params, "best_value": study.best_value}
        log.info("Best: %s", found)
        OmegaConf.save(OmegaConf.create(found), f"{self.config.hydra.sweep.dir}/optimization_results.yaml")


def split(arguments: Sequence[str]) -> Tuple[Dict[str, Any], List[str]]:
    """The parameters that overrides describe, and the other overrides. A later one replaces an earlier one of the same name."""
    space: Dict[str, Any] = {}
    fixed: Dict[str, str] = {}
    for override in OverridesParser.create().parse_overrides(list(arguments)):
        name = override.get_key_element()
        space.pop(name, None)
        fixed.pop(name, None)
        if override.is_sweep_override():
            space[name] = parameter_of(override)
        else:
            fixed[name] = override.input_line or name
    return space, list(fixed.values())


def parameter_of(override: Override) -> Any:
    """The parameter of an override, read as the Optuna sweeper of Hydra reads it: a range includes its end."""
    value: Any = override.value()
    if override.is_choice_sweep() or (override.is_range_sweep() and value.shuffle):
        return list(override.sweep_iterator(transformer=Transformer.encode))
    low, high = value.start, value.stop if override.is_range_sweep() else value.end
    is_int = all(isinstance(one, int) for one in (low, high, getattr(value, "step", 1)))
    parameter: Dict[str, Any] = {"type": "int" if is_int else "float", "low": low, "high": high}
    if override.is_range_sweep():
        return parameter if value.step in (None, 1) and is_int else {**parameter, "step": value.step}
    return {**parameter, "log": True} if "log" in value.tags else parameter


def _tell(study: Any, trial: Any, job: Any) -> None:
    from hypertide._loop import last_line, traceback_of

    try:
        value = job.return_value
        if value is None:
            raise TypeError("the program returned None, expected a number; does its function end with `return loss`?")
        study.tell(trial, value)
    except Exception as error:
        log.warning("Job %s failed: %s", job.overrides, error)
        study.tell(trial, failed=last_line(error), trace=traceback_of(error))


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


ConfigStore.instance().store(group="hydra/sweeper", name="hypertide", node=HypertideSweeperConf, provider="hypertide")
