"""Trials as a pandas table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._rows import tag_of
from .errors import HypertideError

if TYPE_CHECKING:
    import pandas


def table_of(trials: list[dict[str, Any]]) -> pandas.DataFrame:
    """Raises HypertideError where pandas is missing."""
    try:
        import pandas
    except ImportError as error:
        raise HypertideError("dataframe: expected pandas, which is not installed; pip install pandas, or use study.trials") from error

    table = pandas.json_normalize(trials, max_level=1)
    for name in table.columns:
        if name in ("suggestedAt", "startedAt", "endedAt"):
            table[name] = pandas.to_datetime(table[name], unit="ms", utc=True, errors="coerce")  # a damaged log may have impossible times
        elif name.startswith("tags."):
            table[name] = table[name].map(tag_of, na_action="ignore")
    first = ("trial", "status", "values", "params", "metrics")
    # `sorted` keeps the order of columns that are alike.
    return table[sorted(table.columns, key=lambda name: first.index(key) if (key := name.split(".")[0]) in first else len(first))]
