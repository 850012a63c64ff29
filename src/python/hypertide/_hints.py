"""What to write instead of names that a study does not have."""

from __future__ import annotations

from difflib import get_close_matches

ELSEWHERE = {
    "add_trial": "study.add(params, value)",
    "best_trial": "study.best",
    "best_trials": "study.front",
    "direction": "study.objectives",
    "directions": "study.objectives",
    "enqueue_trial": "study.enqueue(params)",
    "get_trials": "study.trials",
    "study_name": "study.name",
    "trials_dataframe": "study.dataframe()",
}
"""What Optuna calls the same."""


def no_attribute(study: type, name: str) -> AttributeError:
    """Says which attribute was meant."""
    meant = ELSEWHERE.get(name) or next(iter(get_close_matches(name, [known for known in dir(study) if known[0] != "_"], 1, 0.75)), None)
    return AttributeError(f"a study has no {name}" + (f"; did you mean {meant}?" if meant else ""))
