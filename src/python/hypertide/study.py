"""A study: a search space, what to optimise, and every trial so far."""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ._engine import Engine, command
from ._figures import Figure, Plot
from ._optimize import Callback, Objective, optimize, refuse_in_child
from ._options import journals, objectives, parameter, refuse_unknown
from ._table import table_of
from .errors import HypertideError
from .trial import Metrics, Trial, Value

if TYPE_CHECKING:
    import pandas

Row = dict[str, Any]
Recommendation = dict[str, Any]
Importance = dict[str, Any]


class Study:
    """Finds good values for the parameters of `space`.

        study = ht.Study({"lr": ht.log(1e-5, 1e-1)}, minimize="loss", path="study.jsonl", epochs=81)
        study.optimize(objective, trials=100, parallel=4)
        study.best["params"]

    space     parameters by name: `ht.float`, `ht.log`, `ht.int`, `ht.choice`, ...; a list is a choice of its values.
    minimize, maximize
              the name of the objective, or several names. Default: minimize "value".
    path      the journal, a file that holds every trial. A study whose journal exists resumes. Default: in memory only.
    epochs    the most steps that a trial trains. Trials that fall behind are stopped early.
    early     False: no early stopping.
    resumes   True: trials continue from checkpoints (see `Trial.resumes`), so they pause instead of being stopped.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices.
    earlier   the journal of an earlier study, or a list of several: a new study first tries up to five configurations that their results suggest.
    options   further keys of a study file, such as `constraints`, `seconds`, `target`, `duplicates`.

    Raises HypertideError where something does not fit; the message names it.
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
        earlier: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
        **options: Any,
    ) -> None:
        refuse_unknown(options)
        if path is not None:
            refuse_in_child("Study(...)")
        self.path = None if path is None else Path(path)
        self._engine = Engine("ask-tell", *([] if path is None else ["--journal", str(path)]))
        weakref.finalize(self, self._engine.close)  # when it is collected, and before Python exits
        description = {
            "parameters": space and {key: parameter(value) for key, value in space.items()},
            "objectives": options.pop("objectives", None) or objectives(minimize, maximize),
            "name": name or (self.path.stem if self.path else None),
            "epochs": epochs,
            "early": early,
            "resumes": resumes,
            "strategy": strategy,
            "seed": seed,
            "earlier": None if earlier is None else journals(earlier),
            **options,
        }
        study = {key: value for key, value in description.items() if value is not None}
        try:
            opened = self._engine.request("init", **({"study": study} if space is not None else {}))
        except BaseException:
            self._engine.close()
            raise
        self.name: str = opened["study"]
        """Its name."""
        self.objectives: dict[str, str] = opened["objectives"]
        """The direction of each objective."""
        self._stopping = False
        self._endless: bool = opened["endless"]
        self._needs_reports: bool = opened["stops"]
        """Whether to warn about a trial without a report: it cannot be stopped early."""

    def ask(self, fixed: Mapping[str, Any] | None = None) -> Trial | None:
        """The next trial to evaluate; None when the study is over. It waits while as many trials run as `parallel` allows.

            trial = study.ask(fixed={"model": "svm"})

        fixed     values that the trial must have. The strategy chooses the rest, and learns from the result. None then also means that no
                  new configuration may begin.
        """
        suggestion = self._engine.request("ask", **({} if fixed is None else {"fixed": dict(fixed)}))
        return None if suggestion.get("over") else Trial(suggestion, self._report)

    def tell(
        self, trial: Trial, value: Value | None = None, *, stopped: bool = False, failed: str | None = None, reason: str = "error", trace: str | None = None
    ) -> None:
        """Ends a trial: with its value, as stopped early (its last report is its result), or as failed with a message.

        trace     where it failed, such as a traceback. `hypertide logs` and the page show it.
        reason    why it failed: "error", "infeasible", "timeout", "non-finite" or "preempted".
        """
        if stopped:
            self._engine.request("tell", id=trial.number, stopped=True)
        elif failed is not None:
            further = {} if trace is None else {"trace": trace}
            self._engine.request("tell", id=trial.number, value=None, reason=reason, message=failed, **further)
        elif value is None:
            raise HypertideError(f"trial {trial.number}: expected a value, `stopped=True` or `failed='why'`, got None")
        else:
            wrong = self._not_finite(value)
            if wrong:
                self.tell(trial, failed=wrong, reason="non-finite")
            else:
                self._complete(trial, value)
                self._warn_without_reports(trial)

    def optimize(
        self,
        objective: Objective,
        trials: int | None = None,
        *,
        parallel: int = 1,
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

        parallel   how many trials run at once, in threads.
        processes  True: in processes instead. The objective must then be a function at the top level of a file, and the call stand under
                   `if __name__ == "__main__":`.
        callbacks  called as `callback(study, trial)` after each trial.
        progress   False: print nothing.
        """
        refuse_in_child("optimize(...)")
        optimize(self, objective, trials, parallel=parallel, processes=processes, callbacks=list(callbacks), progress=progress)
        return self

    def stop(self) -> None:
        """Lets `optimize` return as soon as the trials that run have ended, for example from a callback. The next `optimize` continues the study."""
        self._stopping = True

    def limit(self, *, trials: int | None = None, parallel: int | None = None) -> None:
        """Sets how many trials the study has in all, and how many run at once. A study that had ended continues if that is more."""
        self._limit(trials=trials, parallel=parallel)

    def enqueue(self, params: Mapping[str, Any], *, rest: str | None = None) -> None:
        """Tries this configuration next.

        rest      "strategy": the strategy chooses what it leaves out. Default: that is drawn from the priors.
        """
        self._engine.request("enqueue", params=dict(params), **({} if rest is None else {"rest": rest}))

    def add(self, params: Mapping[str, Any], value: Value) -> None:
        """Adds the result of a configuration that was evaluated elsewhere."""
        self.enqueue(params)
        trial = self.ask()
        if trial is None:
            raise HypertideError("add: the study is over; raise its limit with study.limit(trials=...)")
        if self._not_finite(value):
            self.tell(trial, value)
        else:
            self._complete(trial, value)

    def retract(self, trial: Trial | int) -> None:
        """Takes back a result that was wrong: the search continues as if the trial had failed."""
        self._engine.request("retract", id=trial if isinstance(trial, int) else trial.number)

    @property
    def trials(self) -> list[Row]:
        """All trials as dictionaries: `trial`, `status`, `params`, `values`, `metrics`, ..."""
        return self._engine.request("trials")["trials"]

    @property
    def best(self) -> Row | None:
        """The best trial; None before the first result. With several objectives the best by the first one."""
        return self._engine.request("best")["best"]

    @property
    def front(self) -> list[Row]:
        """The trials that no other trial beats in every objective: the Pareto front. With one objective: the best trial, and those that equal it."""
        return self._engine.request("front")["front"]

    @property
    def recommendation(self) -> Recommendation | None:
        """The trial whose configuration to deploy: if results are noisy, the best one is partly luck. None before the first result.

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
        overlap may be equal. `results` is the number of results.

        objective  the objective to explain. Default: the first one.
        """
        return self._engine.request("importance", **({} if objective is None else {"objective": objective}))["importance"]

    def dataframe(self) -> pandas.DataFrame:
        """All trials as a pandas table: a column for each objective (`values.loss`), parameter (`params.lr`) and metric, then the rest.

        `suggestedAt`, `startedAt` and `endedAt` are times in UTC. Tags that hold numbers or other JSON are read as that.
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
        with tempfile.TemporaryDirectory() as folder:
            if kind is None:
                return Plot(self.report(Path(folder) / "report.html").read_text(encoding="utf-8"))
            file = Path(folder) / "figure.svg"
            chosen = ["--params", *params] if (params := list(params)) else []
            self._run("plot", kind, str(journal), "--output", str(file), "--theme", theme, *chosen)
            return Figure(file.read_text(encoding="utf-8"))

    def _journal(self, name: str) -> Path:
        if self.path is None:
            raise HypertideError(f"{name}: expected a study with a path, got one in memory; write Study(..., path='study.jsonl')")
        return self.path

    def _run(self, *words: str) -> None:
        done = subprocess.run(command(*words), capture_output=True, text=True)
        if done.returncode != 0:
            raise HypertideError(done.stderr.strip())

    def close(self) -> None:
        """Ends the engine and unlocks the journal. Trials that are open count as lost when the study resumes."""
        self._engine.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        return reply.get("trials")

    def _uncount(self, trials: list[int]) -> None:
        """Lets failed trials no longer count, so that others take their place."""
        self._engine.request("limit", uncounted=trials)

    def _complete(self, trial: Trial, value: Value) -> None:
        self._engine.request("tell", id=trial.number, values=self._named(value), **trial.extras())

    def _warn_without_reports(self, trial: Trial) -> None:
        if self._needs_reports and trial.step == 0:
            warnings.warn(
                f"trial {trial.number} completed without a report, so no trial can be stopped early;"
                " call trial.report(value) after each epoch, or turn early stopping off",
                stacklevel=3,
            )
        self._needs_reports = False

    def _named(self, value: Value) -> dict[str, float]:
        """A bare number is the value of the only objective."""
        if isinstance(value, Mapping):
            complete = all(name in value and not isinstance(value[name], (Mapping, list, tuple)) for name in self.objectives)
        else:
            complete = len(self.objectives) == 1 and not isinstance(value, (list, tuple))
        if not complete:
            example = ", ".join(f"{name!r}: ..." for name in self.objectives)
            number = "a number or " if len(self.objectives) == 1 else ""
            raise HypertideError(f"expected {number}a dictionary {{{example}}}, got the {type(value).__name__} {value}")
        if isinstance(value, Mapping):
            return {name: float(number) for name, number in value.items()}
        return {next(iter(self.objectives)): float(value)}

    def _not_finite(self, value: Value) -> str:
        """What is NaN or infinite in a result; empty if nothing is."""
        return ", ".join(f"{name} is {number}" for name, number in self._named(value).items() if not math.isfinite(number))

    def _report(self, number: int, step: int, value: Value, metrics: Metrics) -> bool:
        further = {} if metrics is None else {"metrics": dict(metrics)}
        return self._engine.request("report", id=number, step=step, values=self._named(value), **further)["stop"]
