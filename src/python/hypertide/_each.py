"""An objective that is the mean over examples."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Generic, Iterable, Iterator, Mapping, Sequence, TypeVar

from ._values import Result, Value, finite, named
from .errors import HypertideError
from .trial import Example, Metrics, Trial

E = TypeVar("E")

Score = Callable[[dict[str, Any], E], Result | Awaitable[Result]] | Callable[[dict[str, Any], E, Trial], Result | Awaitable[Result]]


class each(Generic[E]):  # noqa: N801  used like a function
    """An objective that is the mean over examples, such as questions, folds, instances or games.

        def score(params, question):
            answer = ask_model(params["prompt"], question)
            return {"score": int(answer.is_right), "usd": answer.usd}

        study = ht.Study(space, maximize="score", examples=questions, spend={"usd": 5})
        study.optimize(ht.each(questions, score), trials=300)

    examples  what trials are evaluated on: the list that the `Study` was given as `examples`.
    score     the result of a configuration on one example: called as `score(params, example)` or, if it takes three arguments, as
              `score(params, example, trial)`. It returns what `Trial.report_example` takes, or is an `async` function that does.

    The study says which examples a trial needs: a few, and more of them the better it is. Each result is stored at once. After a crash, only the
    examples without a result are evaluated. If `score` raises an exception, the trial fails, and its results so far are kept.
    """

    def __init__(self, examples: Sequence[E], score: Score[E]) -> None:
        self.examples = examples
        self.score = score
        self._with_trial = _takes_trial(score)

    def _check(self, count: int | None) -> None:
        """Refuses a study with another number of examples."""
        if count is None:
            raise HypertideError("each: expected a study with examples; write Study(..., examples=...) with the same list")
        if count != len(self.examples):
            raise HypertideError(f"each: expected the {count} examples of the study, got {len(self.examples)}")

    def __call__(self, trial: Trial) -> None | Awaitable[None]:
        self._check(trial._count)
        places = iter(trial.examples)
        for place in places:
            result = self._result(place, trial)
            if isinstance(result, Awaitable):
                return self._awaited(place, result, places, trial)
            trial.report_example(place, result)
        return None

    async def _awaited(self, place: int, first: Awaitable[Result], places: Iterator[int], trial: Trial) -> None:
        trial.report_example(place, await first)
        for place in places:
            trial.report_example(place, await self._result(place, trial))

    def _result(self, place: int, trial: Trial) -> Any:
        score: Callable[..., Any] = self.score
        return score(trial.params, self.examples[place], *([trial] if self._with_trial else []))


def evaluated_on(study: Mapping[str, Any], suggestion: Mapping[str, Any]) -> dict[str, Any]:
    """The examples of a trial.

    study     the `count` of its examples and their `ids`, if they have names; empty if it has no examples.
    """
    count = study.get("count")
    return {} if count is None else {"count": count, "examples": suggestion.get("examples") or range(count)}


def refuse_others(given: Any, study: Mapping[str, Any]) -> None:
    """Refuses a study elsewhere that has other examples than those that are given here, as names or as their number."""
    if given is None:
        return
    count = given if isinstance(given, int) else len(given)
    if count != study.get("count"):
        raise HypertideError(f"examples: expected the {study.get('count', 0)} of the study, got {count}")
    other = next((pair for pair in zip(study.get("ids", ()), given) if pair[0] != pair[1]), None) if isinstance(given, list) else None
    if other:
        raise HypertideError(f"examples: expected those of the study, in its order, got {other[1]!r} instead of {other[0]!r}")


def reported(
    objectives: Iterable[str], study: Mapping[str, Any], value: Value, metrics: Metrics, example: Example | None
) -> dict[str, Any]:
    """What a report says. Numbers of an example that are no objective are metrics, whose sum is kept."""
    given = named(objectives, value)
    if example is None:
        return {"values": given, "metrics": finite(metrics or {}) or None}
    values = {name: given.pop(name) for name in objectives}
    results = [[_place_of(example[0], study), *values.values(), *example[1]]]
    return {"values": values, "results": results, "metrics": finite({**given, **(metrics or {})}) or None}


def _place_of(example: int | str, study: Mapping[str, Any]) -> int:
    """The place of an example in the list of a study. Raises HypertideError if it has no such example."""
    if not study:
        raise HypertideError("report_example: expected a study with examples; write Study(..., examples=...), or report steps")
    ids, count = study.get("ids", ()), int(study["count"])
    place = ids.index(example) if isinstance(example, str) and example in ids else example
    if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < count:
        return place
    raise HypertideError(f"report_example: expected the name of an example, or its place from 0 to {count - 1}, got {example!r}")


def _takes_trial(score: Callable[..., Any]) -> bool:
    """Whether a function takes a third argument, which has no default."""
    import inspect  # rarely needed, and large

    try:
        inspect.signature(score).bind({}, None)
    except TypeError:
        return True
    except ValueError:  # it does not say, as some functions written in C
        pass
    return False
