"""How the package is built: its modules, what type checkers see of it, and what it needs."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support import loss_of

import hypertide as ht
from hypertide._rows import Row

PACKAGE = Path(ht.__file__).parent
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path for path in PACKAGE.rglob("*.py")}


def imports_of(name, path):
    """The modules of the package that a module imports anywhere in it, also for type checkers only."""
    folder = name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) + 1 - node.level], *(node.module or "").split(".")]
            for one in node.names:
                found = [".".join(filter(None, parts)) for parts in ([*base, one.name], base)]
                yield next((module for module in found if module in MODULES), "__init__")


def test_no_module_imports_itself_through_others():
    imports = {name: set(imports_of(name, path)) - {"__init__"} for name, path in MODULES.items()}
    assert imports["study"] >= {"_loop", "_remote", "_rows"}  # imports are found
    while leaves := [name for name, needed in imports.items() if not needed & imports.keys()]:
        for name in leaves:
            del imports[name]
    assert imports == {}


def test_a_program_that_needs_no_other_transport_starts_without_it():
    slow = "asyncio", "inspect", "multiprocessing", "ssl"
    program = f"import sys, hypertide; print([name for name in {slow} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


def test_a_row_has_the_fields_that_type_checkers_know(open_study):
    study = open_study(epochs=27, parallel=2)

    def objective(trial):
        trial.report(1.0, 1, {"size": 1})
        trial.constraints, trial.note = [-1.0], "text"
        if trial.number == 2:
            raise ValueError("too large")
        return loss_of(trial)

    study.optimize(objective, trials=4, progress=False)
    study.limit(trials=5)
    study.ask()
    fields = {name for row in study.trials for name in row}
    assert fields >= {"suggested_at", "ended_at", "trace", "tags", "note", "constraints"}
    assert fields <= Row.__annotations__.keys()


@pytest.mark.skipif(find_spec("mypy") is None, reason="needs mypy")
def test_mypy_sees_wrong_names_in_a_program(tmp_path):
    program = """
import hypertide as ht

def objective(trial: ht.Trial) -> float:
    return float(trial["x"])

with ht.Study({"x": ht.float(0, 1)}) as study:
    study.optimize(objective, trials=3)
    reveal_type(study.best_value)
    for row in study.trials:
        reveal_type(row["ended_at"])
        row["endedAt"]
    study.bset
"""
    (tmp_path / "program.py").write_text(program)
    shutil.copytree(PACKAGE, tmp_path / "hypertide", ignore=shutil.ignore_patterns("engine", "integrations"))
    words = [sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "--cache-dir", str(tmp_path / "cache"), "program.py"]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True).stdout
    found = re.findall(r"program\.py:(\d+): (\w+): (.*)", said)
    assert [(line, kind) for line, kind, _ in found] == [("9", "note"), ("11", "note"), ("12", "error"), ("12", "note"), ("13", "error")], said
    assert '"float | None"' in said or "Union[builtins.float, None]" in said
