"""The sweeper for Hydra. Debian does not have Hydra: where it is missing, a stand-in takes its place, which does what these lines of its source do.

Hydra 1.3.2:
  hydra/core/plugins.py              walk_packages(hydra_plugins.__path__): exec_module, then sys.modules; every concrete Plugin is one
  hydra/_internal/hydra.py           sweeper = Plugins.instance().instantiate_sweeper(...); sweeper.sweep(arguments=task_overrides)
  hydra/core/plugins.py              _instantiate(config.hydra.sweeper); sweeper.setup(config=, hydra_context=, task_function=)
  hydra/plugins/launcher.py          launch(job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]
  hydra/core/utils.py                JobReturn.return_value: the value, or raises what the job raised
  hydra/core/override_parser/types.py  Override: get_key_element, value, is_sweep_override, is_choice_sweep, is_range_sweep, sweep_iterator
"""

import importlib.util
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import hypertide as ht

FILE = Path(ht.__file__).parent.parent / "hydra_plugins" / "hypertide_sweeper.py"


class Override:
    """`key=element`, `key=a,b`, `choice(...)`, `range(...)`, `interval(...)`, the last one in `int(...)` or `tag(log, ...)`, and `~key`."""

    def __init__(self, line):
        self.input_line = line
        self.key, _, self.text = line.partition("=")
        log, inner = re.fullmatch(r"(tag\(log, *)?(.*?)\)?", self.text).groups() if "tag(" in self.text else (None, self.text)
        integer, inner = re.fullmatch(r"(int\()?(.*?)\)?", inner).groups() if "int(" in inner and "interval" in inner else (None, inner)
        called = re.fullmatch(r"(choice|range|interval)\((.*?)\)?", inner)
        self.kind = called[1] if called else "choice" if "," in self.text else None
        words = [word.strip() for word in (called[2] if called else self.text).split(",")]
        if self.kind == "choice":
            self._value = list(map(element, words))
        elif self.kind is not None:
            low, high, *step = (element(word.removeprefix("step=")) for word in words)
            if self.kind == "interval":
                low, high = (int(low), int(high)) if integer else (float(low), float(high))
            self._value = SimpleNamespace(
                start=low, stop=high, end=high, step=step[0] if step else 1, shuffle=False, tags={"log"} if log else set()
            )

    def get_key_element(self):
        return self.key

    def value(self):
        return self._value

    def is_sweep_override(self):
        return self.kind is not None

    def is_choice_sweep(self):
        return self.kind == "choice"

    def is_range_sweep(self):
        return self.kind == "range"

    def sweep_iterator(self, transformer):
        return map(transformer, self._value)


def element(text):
    try:
        return json.loads(text.lower())
    except ValueError:
        return text


def stand_in(monkeypatch):
    """The modules of Hydra and OmegaConf that the sweeper imports."""
    stored = SimpleNamespace(store=lambda **fields: None)
    modules = {
        "hydra.core.config_store": {"ConfigStore": SimpleNamespace(instance=lambda: stored)},
        "hydra.core.override_parser.overrides_parser": {
            "OverridesParser": SimpleNamespace(create=lambda: SimpleNamespace(parse_overrides=lambda lines: list(map(Override, lines))))
        },
        "hydra.core.override_parser.types": {"Override": Override, "Transformer": SimpleNamespace(encode=lambda value: value)},
        "hydra.core.plugins": {"Plugins": SimpleNamespace(instance=lambda: None)},
        "hydra.plugins.launcher": {"Launcher": object},
        "hydra.plugins.sweeper": {"Sweeper": object},
        "hydra.types": {"HydraContext": object, "TaskFunction": object},
        "omegaconf": {
            "DictConfig": dict,
            "OmegaConf": SimpleNamespace(
                is_config=lambda _: False, create=dict, save=lambda content, path: Path(path).write_text(json.dumps(content))
            ),
        },
    }
    for name, content in modules.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(".".join(parts[:end])))
    for name, content in modules.items():
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(content)


@pytest.fixture
def plugin(monkeypatch):
    """The plugin, executed as Hydra's scanner does it: before it is in sys.modules."""
    if find_spec("hydra") is None:
        stand_in(monkeypatch)
    spec = importlib.util.spec_from_file_location("hydra_plugins.hypertide_sweeper", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sweep(plugin, tmp_path, monkeypatch):
    """Sweeps with these overrides. Returns the jobs, their numbers, and the results."""

    def start(arguments, program, **section):
        launched = []

        def launch(job_overrides, initial_job_idx):
            launched.extend((initial_job_idx + i, list(overrides)) for i, overrides in enumerate(job_overrides))
            return [Job(overrides, program) for overrides in job_overrides]

        instantiate = SimpleNamespace(instantiate_launcher=lambda **_: SimpleNamespace(launch=launch))
        monkeypatch.setattr(plugin, "Plugins", SimpleNamespace(instance=lambda: instantiate))
        conf = plugin.HypertideSweeperConf(**{"path": str(tmp_path / "sweep" / "study.jsonl"), **section})
        sweeper = plugin.HypertideSweeper(**{name: value for name, value in vars(conf).items() if name != "_target_"})
        config = SimpleNamespace(hydra=SimpleNamespace(sweep=SimpleNamespace(dir=str(tmp_path / "sweep"))))
        sweeper.setup(hydra_context=None, task_function=None, config=config)
        sweeper.sweep(arguments)
        return launched, (tmp_path / "sweep" / "optimization_results.yaml").read_text()

    return start


class Job:
    """A JobReturn."""

    def __init__(self, overrides, program):
        self.overrides = overrides
        self._program = program

    @property
    def return_value(self):
        return self._program({name: element(text) for name, _, text in (line.partition("=") for line in self.overrides)})


@pytest.mark.parametrize(
    ("override", "parameter"),
    [
        ("x=interval(1e-4, 1e-1)", {"type": "float", "low": 1e-4, "high": 1e-1}),
        ("x=interval(1, 5)", {"type": "float", "low": 1, "high": 5}),
        ("x=int(interval(1, 5))", {"type": "int", "low": 1, "high": 5}),
        ("x=tag(log, interval(1e-4, 1e-1))", {"type": "float", "low": 1e-4, "high": 1e-1, "log": True}),
        ("x=tag(log, int(interval(1, 5)))", {"type": "int", "low": 1, "high": 5, "log": True}),
        ("x=range(1, 4)", {"type": "int", "low": 1, "high": 4}),
        ("x=range(2, 8, step=2)", {"type": "int", "low": 2, "high": 8, "step": 2}),
        ("x=range(0.5, 5.5, step=1)", {"type": "float", "low": 0.5, "high": 5.5, "step": 1}),
        ("x=choice(a, 2, true)", ["a", 2, True]),
        ("x=small,large", ["small", "large"]),
    ],
)
def test_reads_overrides_as_parameters(plugin, override, parameter):
    assert plugin.split([override]) == ({"x": parameter}, [])


def test_the_last_override_of_a_name_counts_and_others_are_passed_on(plugin):
    lines = ["x=1,2", "y=3", "x=5", "y=range(1, 3)", "~z", "+w=a"]
    assert plugin.split(lines) == ({"y": {"type": "int", "low": 1, "high": 3}}, ["x=5", "~z", "+w=a"])


def test_sweeps_and_continues(sweep):
    def program(given):
        return (given["model.lr"] - 0.01) ** 2 + given["layers"] + (given["seed"] != 7)

    params = {"layers": "range(1, 4)", "seed": 3}
    more = {"params": params, "parallel": 3, "options": {"seed": 1}, "minimize": "loss"}
    arguments = ["model.lr=tag(log, interval(1e-4, 1e-1))", "seed=7"]
    jobs, results = sweep(arguments, program, trials=8, **more)
    assert [number for number, _ in jobs] == list(range(8))
    assert all(len(overrides) == 3 and overrides[-1] == "seed=7" for _, overrides in jobs)
    assert re.search(r'best_value"?: 1\.', results)
    again, _ = sweep(arguments, program, trials=10, **more)
    assert [number for number, _ in again] == [8, 9]


def test_several_objectives_and_jobs_that_fail(sweep, tmp_path):
    def program(given):
        if given["x"] > 0.7:
            raise ValueError("too large")
        return given["x"], 1 - given["x"]

    jobs, results = sweep(["x=interval(0, 1)"], program, trials=10, minimize=["a", "b"])
    assert "solutions" in results
    with ht.Study(path=tmp_path / "sweep" / "study.jsonl") as study:
        statuses = [row["status"] for row in study.trials]
        failed = next(row for row in study.trials if row["status"] == "failed")
    assert {"completed", "failed"} == set(statuses)
    assert failed["message"] == "ValueError: too large"
    assert "in program" in failed["trace"]


def test_ends_when_the_program_is_wrong(sweep):
    def program(given):
        raise RuntimeError("no GPU")

    with pytest.raises(ht.TrialsFailed, match="no GPU"):
        sweep(["x=interval(0, 1)"], program)
    with pytest.raises(ht.HypertideError, match="expected something to search"):
        sweep(["x=1"], program)
