"""Trials as dictionaries, and as a table. Here, what an engine answers in JSON becomes what Python users read."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any, Literal, Mapping, TypedDict, cast

from ._values import plain
from .errors import HypertideError

if TYPE_CHECKING:
    import pandas
    from typing_extensions import NotRequired


class Row(TypedDict):
    """A trial. Times are in milliseconds since 1970; `suggested` and `ended` are positions in the log."""

    trial: int
    status: Literal["open", "completed", "stopped", "failed", "retracted"]
    params: dict[str, Any]
    attempt: int
    by: str
    suggested: int
    suggested_at: int
    values: NotRequired[dict[str, float]]
    metrics: NotRequired[dict[str, float]]
    constraints: NotRequired[list[float]]
    step: NotRequired[int]
    reason: NotRequired[str]
    message: NotRequired[str]
    trace: NotRequired[str]
    uncounted: NotRequired[bool]
    running: NotRequired[bool]
    budget: NotRequired[int]
    resumes: NotRequired[int]
    proposal: NotRequired[int]
    tags: NotRequired[dict[str, Any]]
    note: NotRequired[str]
    labels: NotRequired[list[str]]
    starred: NotRequired[bool]
    seconds: NotRequired[float]
    trainer: NotRequired[str]
    run: NotRequired[str]
    ended: NotRequired[int]
    started_at: NotRequired[int]
    claimed_at: NotRequired[int]
    reported_at: NotRequired[int]
    ended_at: NotRequired[int]


class Repetition(TypedDict):
    mean: float
    half: list[float]
    most: list[float]


class Horizon(TypedDict):
    trials: int
    gain: float


class Verdict(TypedDict):
    """Whether to go on: `verdict` is continue, stop, confirm or unclear."""

    verdict: str
    reason: str
    text: str
    horizon: NotRequired[Horizon]


class ChoiceCost(TypedDict):
    """What the worst value of a parameter that was tried costs. `cost` is missing where that is worse than the median result."""

    value: Any
    other: Any
    least: float
    cost: NotRequired[Repetition]


class Recommendation(TypedDict):
    """The trial to deploy. `repetition` says what it would give again; it is missing unless the configuration ran three times."""

    row: Row
    verdict: Verdict
    costs: dict[str, ChoiceCost]
    repetition: NotRequired[Repetition]
    early: NotRequired[dict[str, Any]]


class Importance(TypedDict):
    """How much each parameter matters for an objective."""

    objective: str
    results: int
    partial: int
    shares: dict[str, float]
    intervals: dict[str, list[float]]


FIRST = ("trial", "status", "values", "params", "metrics", "step", "reason", "message")
OF_LOG = ("tags", "run", "suggested", "ended", "claimed_at", "reported_at", "proposal")
TIMES = ("suggested_at", "started_at", "ended_at")


class Objects:
    """What the values of a space are in Python, so that an objective gets them as they were given: JSON turns a tuple into a list, and 1.0 into 1."""

    def __init__(self, parameters: Mapping[str, Mapping[str, Any]]) -> None:
        self._given = {name: {_key(_as_json(name, value)): value for value in _values(parameter)} for name, parameter in parameters.items()}

    def restored(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A configuration with these objects. They are copies, so that an objective may change its own."""
        return {name: copy.deepcopy(self._given.get(name, {}).get(_key(value), value)) for name, value in params.items()}


def snake_case(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an answer as Python names them."""
    return {re.sub("[A-Z]", lambda letter: "_" + str(letter[0]).lower(), name): value for name, value in answer.items()}


def row_of(answer: Mapping[str, Any], objects: Objects) -> Row:
    """A trial as users see it: what matters most comes first, and tags hold what they mean."""
    row = snake_case(answer)
    ordered = {name: row[name] for name in FIRST if name in row} | row
    ordered["params"] = objects.restored(row["params"])
    if "tags" in row:
        ordered["tags"] = {name: tag_of(text) for name, text in row["tags"].items()}
    return cast(Row, ordered)


def recommendation_of(answer: Mapping[str, Any], objects: Objects) -> Recommendation:
    early = {"early": snake_case(answer["early"])} if "early" in answer else {}
    return cast(Recommendation, {**answer, "row": row_of(answer["row"], objects), **early})


def importance_of(answer: Mapping[str, Any]) -> Importance:
    counts = {name: answer[name] for name in ("objective", "results", "partial")}
    return cast(Importance, {**counts, "shares": answer["fanova"], "intervals": answer["intervals"]["fanova"]})


def tag_of(text: Any) -> Any:
    """What a tag holds: tags are texts, some of them JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


def table_of(rows: list[Row]) -> pandas.DataFrame:
    """Raises HypertideError where pandas is missing."""
    try:
        import pandas
    except ImportError as error:
        raise HypertideError("dataframe: expected pandas, which is not installed; pip install pandas, or use study.trials") from error

    table = pandas.json_normalize([{name: part for name, part in row.items() if name not in OF_LOG} for row in rows], max_level=1)
    for name in table.columns:
        if name in TIMES:
            table[name] = pandas.to_datetime(table[name], unit="ms", utc=True, errors="coerce")  # a damaged log may have impossible times
    first = FIRST[:5]
    # `sorted` keeps the order of columns that are alike.
    return table[sorted(table.columns, key=lambda name: first.index(key) if (key := str(name).split(".")[0]) in first else len(first))]


def _values(parameter: Mapping[str, Any]) -> list[Any]:
    values = parameter.get("values", [])
    return [*(values if isinstance(values, (list, tuple)) else []), *([parameter["value"]] if "value" in parameter else [])]


def _as_json(name: str, value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=plain))
    except (HypertideError, TypeError, ValueError, RecursionError):
        raise HypertideError(
            f"{name}: expected values that JSON can hold, such as texts, numbers, None or tuples of these, got {value!r}; "
            "write a name, and let the objective look it up"
        ) from None


def _key(value: Any) -> Any:
    """What tells values apart: for Python, True is 1, and lists cannot be keys."""
    if isinstance(value, dict):
        return ("dict", *sorted((name, _key(part)) for name, part in value.items()))
    if isinstance(value, list):
        return ("list", *map(_key, value))
    return ("bool", value) if isinstance(value, bool) else value
