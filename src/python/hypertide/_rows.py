"""Trials as dictionaries."""

from __future__ import annotations

import json
from typing import Any

from ._objects import Objects

Row = dict[str, Any]
FIRST = ("trial", "status", "values", "params", "metrics", "step", "reason", "message")


def row_of(row: Row, objects: Objects) -> Row:
    """A trial as users see it: what matters most comes first, and tags hold what they mean."""
    ordered = {name: row[name] for name in FIRST if name in row} | row
    ordered["params"] = objects.restored(row["params"])
    if "tags" in row:
        ordered["tags"] = {name: tag_of(text) for name, text in row["tags"].items()}
    return ordered


def tag_of(text: Any) -> Any:
    """What a tag holds: tags are texts, some of them JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text
