"""A study: a search space, its objectives, and every trial so far."""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

from ._asking import alone, why_it_waits
from ._engine import Engine, command
from ._figures import Figure, Plot
from ._hints import no_attribute, refuse_kind
from ._open import closed, opened, refuse_open
from ._optimize import Callback, optimize
from ._options import journals, objectives, parameter, refuse_unknown
from ._processes import Objective, refuse_in_child
from ._rows import Row, row_of
from ._steps import warn_of_steps
from ._table import table_of
from ._values import Value, finite, named, not_finite
from .errors import HypertideError
from .trial import Metrics, Trial, number_of

if TYPE_CHECKING:
    import pandas

Recommendation = dict[str, Any]
Importance = dict[str, Any]


class Study:
    """Finds good values for the parameters of `space`.

        study = ht.Study({"lr": ht.log(1e-5, 1e-1)}, minimize="loss", path="study.jsonl", epochs=81)
        study.optimize(objective, trials=100, parallel=4)
        study.best["params"]

    space     parameters by name: `ht.float`, `ht.log`, `ht.int`, `ht.choice`, ...; a list is a choice of its values.
    minimize, maximize
              the name of the objective, or several names: minimize="loss", maximize="accuracy" makes two objectives. Default: minimize "value".
    path      the journal, a file with every trial. If it exists, the study resumes. Default: in memory only.
    epochs    the most steps that a trial trains. Trials that fall behind are stopped early.
    early     False: no early stopping.
    resumes   True: trials continue from checkpoints (see `Trial.resumes`), so they pause instead of being stopped.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices.
    parallel  how many trials may be open at once. Default: 1. `optimize` takes it, too.
    earlier   the journal of an earlier study, or a list of several: a new study first tries up to five configurations that their results suggest.
    options   further keys of a study file, such as `constraints`, `seconds`, `target`, `duplicates`.

    Raises HypertideError for an invalid argument; the message names it.
    """

    def __init__(
        self,
        space: Mapping[str, Any] | None = None,
        *,
        minimize: str | Iterable[str] | None = None,
        maximize: str | Iterable[str] | None = None,
        path: str | os.PathLike[str] | None = None,
        name: str | None = None,
        epochs: int | None = None,
        early: bool | None = None,
        resumes: bool | None = None,
        strategy: Any = None,
        seed: int | str | None = None,
        parallel: int | None = None,
        earlier: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
        **options: Any,
    ) -> None:
        refuse_unknown(options)
        if path is not None:
            refuse_in_child("Study(...)")
            refuse_open(Path(path), space is not None)
        self.path = None if path is None else Path(path)
        self._engine = Engine("ask-tell", *([] if path is None else ["--journal", str(path)]))
        weakref.finalize(self, self._engine.close)  # when it is collected, and before Python exits
        description = {
            "parameters": space and {key: parameter(key, value) for key, value in space.items()},
            "objectives": options.pop("objectives", None) or objectives(minimize, maximize),
            "name": name or (self.path.stem if self.path else None),
            "epochs": epochs,
            "early": early,
            "resumes": resumes,
            "strategy": strategy,
            "seed": seed,
            "parallel": parallel,
            "earlier": None if earlier is None else journals(earlier),
            **options,
        }
        study = {key: value for key, value in description.items() if value is not None}
        try:
            reply = self._engine.request("init", **({"study": study} if space is not None else {}))
        except BaseException:
            self._engine.close()
            raise
        self.name: str = reply["study"]
        """Its name."""
        self.objectives: dict[str, str] = reply["objectives"]
        """The direction of each objective."""
        if self.path is not None:
            opened(self.path, self)
        self._epochs: int | None = epochs
        self._stopping = False
        self._endless: bool = reply["endless"]
        self._needs_reports: bool = reply["stops"]
        """Whether to warn about a trial without a report: it cannot be stopped early."""

    def ask(self, fixed: Mapping[str, Any] | None = None) -> Trial | None:
        """The next trial to evaluate; None when the study is over. It waits while `parallel` trials are open (default: 1).

            trial = study.ask(fixed={"model": "svm"})

        fixed     values that the trial must have. The strategy chooses the rest, and learns from the result. With `fixed`, None also means that
                  the study takes no new configurations, although some of its trials are still open.

        Raises HypertideError if it would wait for ever: for a trial of this program, which has no other thread that could tell its result.
        """
        if alone() and (why := why_it_waits(self)):
            raise HypertideError(why)
        return self._next(fixed, lambda: (why := why_it_waits(self)) and warnings.warn(why, stacklevel=4))

    def _next(self, fixed: Mapping[str, Any] | None = None, slow: Callable[[], Any] | None = None) -> Trial | None:
        suggestion = self._engine.request("ask", slow=slow, **({} if fixed is None else {"fixed": dict(fixed)}))
        return None if suggestion.get("over") else Trial(suggestion, self._report)

    def tell(
        self, trial: Trial | int | Row, value: Value | None = None, *, stopped: bool = False, failed: str | None = None, reason: str = "error", trace: str | None = None
    ) -> None:
        """Ends a trial: with its value, as stopped early (its last report is its result), or as failed with a message.

        trial     the trial, its number, or its row in `trials`.
        trace     where it failed, such as a traceback. `hypertide logs` and the page show it.
        reason    why it failed: "error", "infeasible", "timeout", "non-finite" or "preempted".
        """
        number = number_of(trial)
        if isinstance(trial, Trial) and trial._not_finite and failed is None:
            self._end(number, value=None, reason="non-finite", message=trial._not_finite)
        elif stopped:
            self._end(number, stopped=True)
        elif failed is not None:
            self._end(number, value=None, reason=reason, message=failed, **({} if trace is None else {"trace": trace}))
        elif value is None:
            raise HypertideError(f"trial {number}: expected a value, `stopped=True` or `failed='why'`, got None")
        elif wrong := not_finite(values := self._values_of(number, value)):
            self._end(number, value=None, reason="non-finite", message=wrong)
        elif isinstance(trial, Trial):
            self._end(number, values=values, **trial.extras())
            warn_of_steps(self, trial)
        else:
            self._end(number, values=values)

    def optimize(
        self,
        objective: Objective,
        trials: int | None = None,
        *,
        parallel: int | None = None,
        processes: bool = False,
        callbacks: Iterable[Callback] = (),
        progress: bool = True,
    ) -> Study:
        """Evaluates `objective(trial)` until the study has `trials` trials in all.

        Without `trials` it ends by the study's own limits: `seconds`, `cost`, `target` or `plateau`, or when a finite space or grid is
        exhausted. If there is none of these, it raises HypertideError.

        The objective returns a number, or a dictionary with a number for each objective. An exception fails the trial, and the study
        continues; if the first three trials fail in the same way, or the first ten in any way, TrialsFailed is raised, and these trials
        do not count. Call it again after a crash: it continues where it was.

        parallel   how many trials run at once, in threads. Default: that of the `Study`, or 1.
        processes  True: in processes instead. The objective must then be a function at the top level of a file, and the call under
                   `if __name__ == "__main__":`.
        callbacks  called as `callback(study, trial)` after each trial.
        progress   False: print nothing.
        """
        refuse_in_child("optimize(...)")
        optimize(self, objective, trials, parallel=parallel, processes=processes, callbacks=list(callbacks), progress=progress)
        return self

    def stop(self) -> None:
        """Makes `optimize` return as soon as the running trials have ended, for example from a callback. The next `optimize` continues the study."""
        self._stopping = True

    def limit(self, *, trials: int | None = None, parallel: int | None = None) -> None:
        """Sets how many trials the study has in all, and how many run at once. If a study ended at its limit, a higher limit continues it."""
        self._limit(trials=trials, parallel=parallel)

    def enqueue(self, params: Mapping[str, Any], *, rest: str | None = None) -> None:
        """Tries this configuration next.

        rest      "strategy": the strategy chooses missing parameters. Default: they are drawn from the priors.
        """
        self._engine.request("enqueue", params=dict(params), **({} if rest is None else {"rest": rest}))

    def add(self, params: Mapping[str, Any], value: Value, *, metrics: Mapping[str, float] | None = None) -> None:
        """Adds the result of a configuration that was evaluated elsewhere, and further numbers to keep with it."""
        trial = self.ask(fixed=params)
        if trial is None:
            raise HypertideError("add: the study is over; raise its limit with study.limit(trials=...)")
        values = self._values_of(trial.number, value)
        if metrics is None or not_finite(values):
            self.tell(trial.number, values)
        else:
            self._end(trial.number, values=values, metrics=finite(metrics))

    def cancel(self, trial: Trial | int | Row) -> None:
        """Stops an open trial: its next report raises Stopped, and its last report is its result. `hypertide cancel` does the same from outside."""
        self._engine.request("cancel", id=number_of(trial))

    def retract(self, trial: Trial | int | Row) -> None:
        """Declares a result wrong: the search continues as if the trial had failed."""
        self._engine.request("retract", id=number_of(trial))

    def why(self, trial: Trial | int | Row | None = None) -> str:
        """Why this trial was suggested and how it ended, as `hypertide why` prints it; by default the best trial. The study needs a `path`."""
        return self._run("why", str(self._journal("why")), *([] if trial is None else [str(number_of(trial))]))

    @property
    def trials(self) -> list[Row]:
        """All trials as dictionaries: `trial`, `status`, `params`, `values`, `metrics`, ..."""
        return [row_of(row) for row in self._engine.request("trials")["trials"]]

    @property
    def best(self) -> Row | None:
        """The best trial; None before the first result. With several objectives the best by the first one."""
        best = self._engine.request("best")["best"]
        return None if best is None else row_of(best)

    @property
    def front(self) -> list[Row]:
        """The Pareto front: the trials that no other trial dominates. With one objective: the best trial, and those with the same value."""
        return [row_of(row) for row in self._engine.request("front")["front"]]

    @property
    def recommendation(self) -> Recommendation | None:
        """The trial to deploy if results are noisy, because the best one is partly luck. None before the first result.

        `row` is the trial, the one with the best expected value; `expected` holds the `mean` and `sd` of that value, or is missing where no model
        can tell. `gain` says whether it is worth continuing: the `value` that further trials are expected to gain, and that as a `share` of the lead of
        the best trial over the median one. Raises HypertideError with several objectives.
        """
        return self._engine.request("recommend")["recommendation"]

    def importance(self, objective: str | None = None) -> Importance:
        """How much each parameter matters, by two measures. Raises HypertideError while there are too few results; the message says how many it takes.

            found = study.importance()
            found["fanova"]["lr"], found["intervals"]["fanova"]["lr"]  # 0.61, [0.48, 0.72]

        `fanova` holds the share of the variation of all results that each parameter explains, `pedAnova` its share in what tells the best tenth of
        the results from the others. `intervals` holds the 90 % interval of each share, by bootstrap samples of the results: shares whose intervals
        overlap may be equal. `spread` holds how much each share by fANOVA varies between the trees of its forest. `results` is the number of results
        that count, `completed` how many of them are of completed trials.

        objective  the objective to explain. Default: the first one.
        """
        return self._engine.request("importance", **({} if objective is None else {"objective": objective}))["importance"]

    def dataframe(self) -> pandas.DataFrame:
        """All trials as a pandas table: a column for each objective (`values.loss`), parameter (`params.lr`) and metric, then the rest.

        The value of a stopped trial is that of its last report, at its column `step`: compare values only at the same step. `suggestedAt`, `startedAt`
        and `endedAt` are times in UTC. Tags that are numbers or other JSON are parsed.
        """
        return table_of(self.trials)

    def report(self, path: str | os.PathLike[str] = "report.html") -> Path:
        """Writes the study's page, with all charts, as one HTML file. The study needs a `path`."""
        self._run("report", str(self._journal("report")), "--output", str(path))
        return Path(path)

    def plot(self, kind: str | None = None, *, params: Iterable[str] = (), theme: str = "light") -> Plot | Figure:
        """A figure, or the study's page with all charts, shown where a notebook displays it. The study needs a `path`.

            study.plot("history")
            study.plot("contour", params=["lr", "dropout"]).save("contour.svg")

        kind    "history", "edf", "importance", "slice", "contour", "parallel", "intermediate", "timeline", "pareto" or "rank".
                Default: the page.
        params  the parameters to show. Default: the most important, or all.
        theme   "light" or "dark".

        Raises HypertideError if there is nothing to show yet.
        """
        journal = self._journal("plot")
        if kind is not None:
            refuse_kind(kind)
        with tempfile.TemporaryDirectory() as folder:
            if kind is None:
                return Plot(self.report(Path(folder) / "report.html").read_text(encoding="utf-8"))
            file = Path(folder) / "figure.svg"
            chosen = ["--params", *params] if (params := list(params)) else []

            def draw(path: Path) -> None:
                self._run("plot", kind, str(journal), "--output", str(path), "--theme", theme, *chosen)

            draw(file)
            return Figure(file.read_text(encoding="utf-8"), draw)

    def _journal(self, name: str) -> Path:
        if self.path is None:
            raise HypertideError(f"{name}: expected a study with a path, got one in memory; write Study(..., path='study.jsonl')")
        return self.path

    def _run(self, *words: str) -> str:
        done = subprocess.run(command(*words), capture_output=True, text=True, encoding="utf-8")
        if done.returncode != 0:
            raise HypertideError(done.stderr.strip().removeprefix("hypertide: "))
        return done.stdout

    def close(self) -> None:
        """Ends the engine and unlocks the journal. Trials that are open count as lost when the study resumes."""
        self._engine.close()
        closed(self)

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        raise no_attribute(type(self), name)

    def __repr__(self) -> str:
        return f"Study({self.name!r})"

    def _repr_html_(self) -> str:
        from ._notebook import table

        return table(self)

    def _limit(self, trials: int | None = None, **others: int | None) -> int | None:
        """Sets limits. Returns how many trials the study has in all; None if their number is not limited."""
        given = {"trials": trials, **others}
        reply = self._engine.request("limit", **{name: number for name, number in given.items() if number is not None})
        self._endless = self._endless and trials is None
        self._parallel: int = reply["parallel"]
        return reply.get("trials")

    def _configurations(self) -> list[Row]:
        """The trials that count towards `trials`: not those that resume another one, nor imported ones, nor failures of a broken program."""
        return [row for row in self.trials if "resumes" not in row and "uncounted" not in row and row["by"] != "import"]

    def _uncount(self, trials: list[int]) -> None:
        """Leaves failed trials out of the limit, so that others replace them."""
        self._engine.request("limit", uncounted=trials)

    def _end(self, number: int, **how: Any) -> None:
        try:
            self._engine.request("tell", id=number, **how)
        except HypertideError as error:
            if error.code == "ended" and str(error).startswith("trial "):
                raise HypertideError(f"{error}; a trial is told once, and study.retract({number}) takes a wrong result back", error.code) from None
            raise

    def _values_of(self, number: int, value: Value) -> dict[str, float]:
        try:
            return named(self.objectives, value)
        except HypertideError as error:
            raise HypertideError(f"trial {number}: {error}") from None

    def _report(self, number: int, step: int, value: Value, metrics: Metrics) -> bool:
        further = {} if metrics is None else {"metrics": finite(metrics)}
        return self._engine.request("report", id=number, step=step, values=named(self.objectives, value), **further)["stop"]
