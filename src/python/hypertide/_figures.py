"""What the command draws and prints from the journal of a study."""

from __future__ import annotations

import os
import subprocess
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from ._engine import command
from .errors import HypertideError
from .trial import number_of

if TYPE_CHECKING:
    from .study import Study

KINDS = ("history", "edf", "importance", "slice", "contour", "parallel", "intermediate", "timeline", "pareto", "rank", "hypervolume", "gain")
"""The figures of `hypertide plot`."""


class Plot:
    """A page that a notebook shows in a frame."""

    def __init__(self, page: str) -> None:
        self.page = page

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.page)}" style="width: 100%; height: 700px; border: 0"></iframe>'


class Figure:
    """A figure that a notebook shows as SVG."""

    def __init__(self, svg: str, draw: Callable[[Path], None]) -> None:
        self.svg = svg
        self._draw = draw

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes it into a file that ends in .svg, as a picture into one that ends in .png, or as a page into one that ends in .html."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg, encoding="utf-8")
        elif path.suffix in (".html", ".png"):
            self._draw(path)
        else:
            raise HypertideError(f"save: expected a file that ends in .svg, .png or .html, got {path}")
        return path

    def _repr_svg_(self) -> str:
        return self.svg


def why(study: Study, trial: Any) -> str:
    number = None if trial is None else number_of(trial)
    if study.url is not None:
        found: str = study._engine.request("why", trial=number)["why"]
        return found
    return _run("why", _journal(study, "why"), *([] if number is None else [str(number)]))


def report(study: Study, path: Path) -> Path:
    _run("report", _journal(study, "report"), "--output", str(path))
    return path


def plot(study: Study, kind: str | None, params: list[str], theme: str) -> Plot | Figure:
    journal = _journal(study, "plot")
    if kind is not None and kind not in KINDS:
        meant = next(iter(get_close_matches(kind, KINDS, 1)), None)
        hint = f"; did you mean {meant}?" if meant else ""
        raise HypertideError(f"plot: expected one of {', '.join(KINDS)}, got {kind}{hint}")
    with tempfile.TemporaryDirectory() as folder:
        if kind is None:
            return Plot(report(study, Path(folder) / "report.html").read_text(encoding="utf-8"))
        file = Path(folder) / "figure.svg"
        chosen = ["--params", *params] if params else []

        def draw(path: Path) -> None:
            _run("plot", kind, journal, "--output", str(path), "--theme", theme, *chosen)

        draw(file)
        return Figure(file.read_text(encoding="utf-8"), draw)


def _journal(study: Study, name: str) -> str:
    if study.path is None:
        got = "one in memory; write Study(..., path='study.jsonl')" if study.url is None else f"one at {study.url}; call it where the study runs"
        raise HypertideError(f"{name}: expected a study with a path, got {got}")
    return str(study.path)


def _run(*words: str) -> str:
    done = subprocess.run(command(*words), capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise HypertideError(done.stderr.strip().removeprefix("hypertide: "))
    return done.stdout
