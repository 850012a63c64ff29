"""What to write instead of what other libraries have."""

from __future__ import annotations

import math
from typing import Any, Iterable

from . import space
from ._values import meant
from .errors import HypertideError

OPTIONS = {
    "direction": "minimize or maximize, with the name of the objective",
    "directions": "minimize or maximize, with the names of the objectives",
    "max_evals": "trials",
    "n_jobs": "parallel",
    "n_trials": "trials",
    "num_samples": "trials",
    "pruner": "epochs",
    "random_state": "seed",
    "sampler": "strategy",
    "show_progress_bar": "progress",
    "storage": "path",
    "study_name": "name",
    "timeout": "seconds, of the Study",
}
ATTRIBUTES = {
    "add_trial": "study.add(params, value)",
    "best_trial": "study.best",
    "best_trials": "study.front",
    "direction": "study.objectives",
    "directions": "study.objectives",
    "enqueue_trial": "study.enqueue(params)",
    "get_trials": "study.trials",
    "set_user_attr": "study.annotate(note=...)",
    "study_name": "study.name",
    "trials_dataframe": "study.dataframe()",
}
ATTRIBUTES_OF_TRIAL = {
    "get": 'trial.params.get("lr", default)',
    "set_user_attr": 'trial.metrics["name"] = number, or trial.note = text',
    "should_prune": "trial.report(value, step), which ends the trial where it should stop",
    "user_attrs": "trial.metrics",
    "_trial_id": "trial.number",
}
FUNCTIONS = {"categorical": "choice", "loguniform": "log", "randint": "int", "uniform": "float"}
ERRORS = {
    "TrialPruned": "here, trial.report ends a trial; to end one yourself, raise ht.Stopped",
    "'bool' object is not callable": "if that is trial.should_stop, write it without ()",
}
"""What to do about errors of an objective, by what they say."""


def refuse_foreign(call: str, names: Iterable[str], known: Iterable[str], *, every: bool = False) -> None:
    """Refuses misspelt keywords, and those of other libraries; with `every`, all."""
    for name in names:
        if (hint := meant(name, known, OPTIONS)) or every:
            raise HypertideError(f"{call}: there is no option {name}{hint}")


def hint_for(error: str) -> str:
    return next((f"; {todo}" for words, todo in ERRORS.items() if words in error), "")


def in_code(value: Any) -> str:
    """How a space declares what was meant by something that is no parameter."""
    if isinstance(value, type):
        return {bool: "ht.boolean()", int: "ht.int(1, 8)", str: "['a', 'b']"}.get(value, "ht.float(0.0, 1.0)")
    if value is None or isinstance(value, (str, int, float)):
        return f"ht.constant({value!r}), or a list of choices"
    choices = f"{list(value)} for a choice" if isinstance(value, tuple) else "a list for a choice"
    given = understood(value) or {"type": "float", "low": 0.0, "high": 1.0}
    if "low" not in given:
        return f"{given.get('values', given.get('value'))}"
    options = "".join(f", {name}={given[name]}" for name in ("log", "step") if name in given)
    line = f"ht.{given['type']}({given['low']}, {given['high']}{options})"
    return line if understood(value) and not isinstance(value, tuple) else f"{line} for a range, {choices}"


def understood(value: Any) -> space.Parameter | None:
    """What a range, a pair of numbers, a set, or a distribution of Optuna, SciPy, Ray Tune or scikit-optimize declares; None for the rest."""
    kind = getattr(getattr(value, "dist", value), "name", type(value).__name__).lower()
    choices = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else getattr(value, "choices", getattr(value, "categories", None))
    if isinstance(choices, (list, tuple)):
        return {"type": "choice", "values": list(choices)}
    if isinstance(value, (tuple, range)):
        ends: tuple[Any, Any] = (min(value), max(value)) if value and (isinstance(value, range) or len(value) == 2) else (None, None)
    elif hasattr(value, "support"):
        ends = value.support()
    else:
        ends = getattr(value, "low", getattr(value, "lower", None)), getattr(value, "high", getattr(value, "upper", None))
    low, high = (end.item() if hasattr(end, "item") else end for end in ends)
    if not all(isinstance(end, (int, float)) and math.isfinite(end) for end in (low, high)):
        return None
    if low == high:
        return space.constant(low)
    is_whole = "int" in kind or (kind in ("tuple", "range") and isinstance(low, int) and isinstance(high, int))
    is_log = getattr(value, "log", False) is True or any("log" in words for words in (kind, str(getattr(value, "prior", ""))))
    step = abs(getattr(value, "step", None) or 0) or None
    return (space.int if is_whole else space.float)(low, high, log=is_log, step=None if is_whole and (is_log or step == 1) else step)
