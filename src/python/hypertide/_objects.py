"""The objects among the values of parameters: JSON turns a tuple into a list, and 1.0 into 1."""

from __future__ import annotations

import copy
import json
from typing import Any, Mapping

from .errors import HypertideError


class Objects:
    """What the values of a space are in Python, so that an objective gets the objects that the space was given."""

    def __init__(self, parameters: Mapping[str, Mapping[str, Any]]) -> None:
        self._given = {name: {_key(_as_json(name, value)): value for value in _values(parameter)} for name, parameter in parameters.items()}

    def restored(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A configuration with these objects. They are copies, so that an objective may change its own."""
        return {name: copy.deepcopy(self._given.get(name, {}).get(_key(value), value)) for name, value in params.items()}


def plain(value: Any) -> Any:
    """The plain value of a NumPy number or array, or of a tensor."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise HypertideError(f"expected a value that JSON can hold, got {value!r} of type {type(value).__name__}")


def _values(parameter: Mapping[str, Any]) -> list[Any]:
    values = parameter.get("values", [])
    return [*(values if isinstance(values, (list, tuple)) else []), *([parameter["value"]] if "value" in parameter else [])]


def _as_json(name: str, value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=plain))
    except (HypertideError, TypeError, ValueError, RecursionError):
        raise HypertideError(
            f"{name}: expected values that JSON can hold, such as texts, numbers, None or tuples of these, got {value!r}; write a name, and let the objective look it up"
        ) from None


def _key(value: Any) -> Any:
    """What tells values apart: for Python, True is 1, and lists cannot be keys."""
    if isinstance(value, dict):
        return ("dict", *sorted((name, _key(part)) for name, part in value.items()))
    if isinstance(value, list):
        return ("list", *map(_key, value))
    return ("bool", value) if isinstance(value, bool) else value
