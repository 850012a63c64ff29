"""A trial: one configuration to evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NoReturn

from ._foreign import ATTRIBUTES_OF_TRIAL
from ._values import DIVERGED, Result, Value, about, apart, finite, meant, not_finite, number, parts
from .errors import HypertideError, Stopped

Metrics = Mapping[str, float] | None

Example = tuple[int | str, list[float]]  # an example, and the outcome constraints of a trial on it

Report = Callable[[int, int, Value, Metrics, Example | None], bool]
"""Takes the number of a trial, a step, a value, metrics and the example that they are of, if any; returns whether the trial should stop."""


class Trial:
    """What to evaluate, and how to say how it goes.

    `trial["lr"]` is a parameter. A parameter whose `when` does not hold is absent.
    """

    def __init__(self, suggestion: Mapping[str, Any], report: Report) -> None:
        self._report = report
        self.number: int = suggestion["trial"]
        """Its number in the study, from 1."""
        self.params: dict[str, Any] = dict(suggestion["params"])
        """The configuration, by the names of the space."""
        self.budget: int | None = suggestion.get("budget")
        """The last step to train to, counted from the very beginning also when it resumes; None: your program decides."""
        self.resumes: int | None = suggestion.get("resumes")
        """The number of the trial whose training it continues; None: it starts from the beginning."""
        self.checkpoint: str | None = suggestion.get("checkpoint")
        """Where the trial that it resumes left its state. Assign where you left yours, for trials that resume this one. Over NATS, a file or
        directory is saved on the server, and is on the machine that resumes until that trial ends."""
        self.examples: list[int] = list(suggestion.get("examples", ()))
        """In a study with `examples`: those to evaluate, in this order, by their places in the list, from 0."""
        self._given_checkpoint = self.checkpoint
        self.constraints: list[float] = []
        """Outcome constraints that you measured: at most 0 is feasible."""
        self.metrics: dict[str, float] = {}
        """Further numbers to keep with the result. Fill it as you like."""
        self.note = ""
        """Text in Markdown to keep with the trial, as `hypertide trial annotate` stores it."""
        self.step = 0
        """The last step that was reported."""
        self.should_stop = False
        """Whether the study has asked it to stop."""
        self._count: int | None = suggestion.get("count")
        self._results: list[Value] = []
        self._reported = False
        self._last: Value | None = None
        self._not_finite = ""
        self._in_a_row = 0

    def __getitem__(self, name: str) -> Any:
        if name not in self.params:
            raise KeyError(f"trial {self.number} has no {name}{meant(name, self.params)}; it has {', '.join(self.params)}")
        return self.params[name]

    if not TYPE_CHECKING:  # a type checker sees wrong names by itself

        def __getattr__(self, name: str) -> Any:
            if name.startswith("suggest_"):
                raise AttributeError(f'a trial has no {name}: declare the parameter in the space of the Study, and read it as trial["lr"]')
            own = vars(self)
            known = [known for known in (*own, *dir(type(self))) if known[0] != "_"]
            params = {name: f'trial["{name}"]' for name in own.get("params", ())}
            raise AttributeError(f"a trial has no {name}{meant(name, known, params | ATTRIBUTES_OF_TRIAL)}")

        def __setitem__(self, name: str, value: Any) -> NoReturn:
            raise TypeError(f'the parameters of a trial are fixed: change a copy, params = {{**trial.params, "{name}": {value!r}}}')

    def __contains__(self, name: str) -> bool:
        return name in self.params

    def __iter__(self) -> Iterator[str]:
        return iter(self.params)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a trial cannot be pickled: give trial.params to the other process, and report here; or use optimize(..., processes=True)")

    def __repr__(self) -> str:
        return f"Trial({self.number}, {self.params})"

    def report(self, value: Value, step: int | None = None, metrics: Metrics = None) -> None:
        """Reports the value after a step (an epoch), and further numbers. Without `step` it is the next one.

        Raises Stopped when the trial should stop: because others do better, a person cancelled it, or the value was NaN or infinite three
        times in a row, which fails the trial. Let it pass through your objective. Count steps from 1 or, as `for epoch in range(epochs)` does,
        from 0: step 0 then counts as the first.
        """
        self._say(self.step + 1 if step is None else step, value, metrics)

    def report_example(self, example: int | str, value: Result, metrics: Metrics = None) -> None:
        """Reports the result of an example. The value of the trial is the mean of its results. `ht.each` does this for you.

            for place in trial.examples:
                trial.report_example(place, answer_score(trial.params, questions[place]), {"usd": 0.0004})

        example   its place in the list of the study, from 0, or its name.
        value     a number, or with several objectives a dictionary or a tuple. What else a dictionary holds is added to the metrics, except
                  `constraints`: a list of outcome constraints, such as {"score": 1, "constraints": [seconds - 2]}. A trial is feasible if
                  the mean of each one over its examples is at most 0.
        metrics   further numbers. The trial has the sum of each over its examples; the limit `spend` of a study is about these sums.

        Raises Stopped when the trial should stop, as `report` does. When all examples are reported, return from your objective, or call `tell`,
        without a value.
        """
        with about(self.number):
            rest, constraints = apart(value)
        self._say(self.step + 1, rest, metrics, (example, constraints))

    def _say(self, step: int, value: Value, metrics: Metrics, example: Example | None = None) -> None:
        self.step = step
        self._reported = True
        with about(self.number):
            numbers = {name: number(name, one) for name, one in parts(value).items()}
            wrong = not_finite(numbers | {f"constraints[{i}]": one for i, one in enumerate(example[1] if example else [])})
        self._in_a_row = self._in_a_row + 1 if wrong else 0
        if not self.should_stop:
            self._last = value
        if not self.should_stop and self._in_a_row >= DIVERGED:
            self._not_finite = f"{wrong} at step {self.step}"
            self.should_stop = True
        elif not self.should_stop and not wrong:
            self.should_stop = self._report(self.number, self.step, value, metrics, example)
            if example is not None:
                self._results.append(value)
        if self.should_stop:
            raise Stopped(f"trial {self.number} should stop after step {self.step}")

    def extras(self) -> dict[str, Any]:
        """What is kept with the result besides its values."""
        with about(self.number):
            metrics = finite(self.metrics)
        checkpoint = None if self.checkpoint == self._given_checkpoint else self.checkpoint
        extras = {"metrics": metrics, "constraints": list(self.constraints), "checkpoint": checkpoint}
        return {name: extra for name, extra in extras.items() if extra}


def number_of(trial: Any) -> int:
    """The number of a trial, of its row in `Study.trials`, or the number itself."""
    number = trial.number if isinstance(trial, Trial) else trial.get("trial") if isinstance(trial, Mapping) else trial
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    raise HypertideError(f"expected a trial or its number, got the {type(trial).__name__} {trial!r}")
