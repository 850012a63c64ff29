"""How a study looks in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .study import Study


def table(study: Study) -> str:
    """The best trial and how far the study is, as HTML."""
    counts: dict[str, int] = {}
    for row in study.trials:
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    progress = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no trials yet"
    head = f"<b>{escape(study.name)}</b>: {escape(progress)}"
    if len(study.objectives) > 1:
        front = ", ".join(str(row["trial"]) for row in study.front)
        return f"<div>{head}<br>front: trials {front}</div>" if front else f"<div>{head}</div>"
    best = study.best
    if best is None:
        return f"<div>{head}</div>"
    values = ", ".join(f"{escape(name)} {value:.6g}" for name, value in best["values"].items())
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in best["params"].items())
    return f"<div>{head}<br>best: trial {best['trial']}, {values}<table>{cells}</table></div>"
