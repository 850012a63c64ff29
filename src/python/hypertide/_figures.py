"""What the command draws and prints from the journal of a study, and how a study looks in a notebook."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from html import escape
from pathlib import Path
from typing import Callable

from ._engine import printed
from ._rows import Row
from .errors import HypertideError


class Plot:
    """A page that a notebook shows in a frame."""

    def __init__(self, page: str) -> None:
        self.page = page

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.page)}" style="width: 100%; height: 700px; border: 0"></iframe>'


class Figure:
    """A figure that a notebook shows as SVG."""

    def __init__(self, svg: str, draw: Callable[[Path], None]) -> None:
        self.svg = svg
        self._draw = draw

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes it into a file that ends in .svg, or as a page into one that ends in .html."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg, encoding="utf-8")
        elif path.suffix == ".html":
            self._draw(path)
        else:
            raise HypertideError(f"save: expected a file that ends in .svg or .html, got {path}")
        return path

    def _repr_svg_(self) -> str:
        return self.svg


def report(journal: str, path: Path) -> Path:
    printed("study", "report", journal, "--output", str(path))
    return path


def plot(journal: str, kind: str | None, params: list[str], theme: str) -> Plot | Figure:
    with tempfile.TemporaryDirectory() as folder:
        if kind is None:
            return Plot(report(journal, Path(folder) / "report.html").read_text(encoding="utf-8"))
        file = Path(folder) / "figure.svg"
        chosen = ["--params", *params] if params else []

        def draw(path: Path) -> None:
            printed("study", "plot", journal, kind, "--output", str(path), "--theme", theme, *chosen)

        draw(file)
        return Figure(file.read_text(encoding="utf-8"), draw)


def summary(name: str, rows: list[Row], best: Row | None, front: list[Row]) -> str:
    """The best trial, or the front of several objectives, and how far the study is, as HTML."""
    counts = Counter(row["status"] for row in rows)
    progress = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no trials yet"
    head = f"<b>{escape(name)}</b>: {escape(progress)}"
    if front:
        head += f"<br>front: trials {', '.join(str(row['trial']) for row in front)}"
    if best is not None:
        values = ", ".join(f"{escape(name)} {value:.6g}" for name, value in best["values"].items())
        cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in best["params"].items())
        head += f"<br>best: trial {best['trial']}, {values}<table>{cells}</table>"
    return f"<div>{head}</div>"
