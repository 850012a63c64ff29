"""A study: a search space, its objectives, and every trial so far."""

from __future__ import annotations

import os
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

from ._asking import alone, why_it_waits
from ._figures import Figure, Plot, plot, report, why
from ._hints import no_attribute
from ._limits import set_limits
from ._objects import Objects
from ._open import closed, engine_of, opened, refuse_open
from ._optimize import Callback, optimize
from ._options import described, refuse_unknown
from ._processes import Objective, refuse_in_child
from ._results import add, tell
from ._rows import Row, row_of
from ._table import table_of
from ._values import Value, finite, named
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
    url       the address of a study that runs elsewhere, such as http://host:8080/digits: this process is one of its trainers. Its space and
              objectives are checked against those that you give. What else a study has is decided where it runs.
    token     of your user, if the server at `url` has users.
    epochs    the most steps that a trial trains. Trials that fall behind are stopped early.
    early     False: no early stopping.
    resumes   True: trials continue from checkpoints (see `Trial.resumes`), so they pause instead of being stopped.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices.
    parallel  how many trials may be open at once. Default: 1. `optimize` takes it, too.
    earlier   the journal of an earlier study, or a list of several: a new study also tries up to five configurations that their results suggest.
    hooks     a YAML file of commands and webhooks to call when a trial ends or is the best so far, and when the study closes.
    http      a port, or "host:port", at which a page shows the study, with metrics and health.
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
        url: str | None = None,
        token: str | None = None,
        name: str | None = None,
        epochs: int | None = None,
        early: bool | None = None,
        resumes: bool | None = None,
        strategy: Any = None,
        seed: int | str | None = None,
        parallel: int | None = None,
        earlier: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
        hooks: str | os.PathLike[str] | None = None,
        http: int | str | None = None,
        **options: Any,
    ) -> None:
        refuse_unknown(options)
        if path is not None or url is not None:
            refuse_in_child("Study(...)")
        self.path = None if path is None else Path(path)
        self.url = url
        if self.path is not None:
            refuse_open(self.path, space is not None)
        self._engine = engine_of(self.path, url, token, {"hooks": hooks, "http": http})
        weakref.finalize(self, self._engine.close)  # when it is collected, and before Python exits
        options |= {"name": name, "epochs": epochs, "early": early, "resumes": resumes, "strategy": strategy, "seed": seed, "parallel": parallel}
        study = described(space, minimize, maximize, earlier, options)
        self._objects = Objects(study.get("parameters", {}))
        try:
            reply = self._engine.request("init", study=study or None)
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
        self._parallel = 1
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
        return self._next(fixed, lambda: (why := why_it_waits(self)) and warnings.warn(why, stacklevel=6))

    def _next(self, fixed: Mapping[str, Any] | None = None, slow: Callable[[], object] | None = None) -> Trial | None:
        suggestion = self._engine.request("ask", slow=slow, fixed=None if fixed is None else dict(fixed))
        if suggestion.get("over"):
            return None
        return Trial({**suggestion, "params": self._objects.restored(suggestion["params"])}, self._report)

    def tell(
        self, trial: Trial | int | Row, value: Value | None = None, *, stopped: bool = False, failed: str | None = None, reason: str = "error", trace: str | None = None
    ) -> None:
        """Ends a trial: with its value, as stopped early (its last report is its result), or as failed with a message.

        trial     the trial, its number, or its row in `trials`.
        trace     where it failed, such as a traceback. `hypertide logs` and the page show it.
        reason    why it failed: "error", "infeasible", "timeout", "non-finite" or "preempted".
        """
        tell(self, trial, value, stopped=stopped, failed=failed, reason=reason, trace=trace)

    def optimize(
        self,
        objective: Objective,
        trials: int | str | None = None,
        *,
        parallel: int | None = None,
        processes: bool = False,
        callbacks: Iterable[Callback] = (),
        progress: bool = True,
    ) -> Study:
        """Evaluates `objective(trial)` until the study has `trials` trials in all; "+10" means ten more than now.

        Without `trials` it ends by the study's own limits: `seconds`, `cost`, `target` or `plateau`, or when a finite space or grid is
        exhausted. If there is none of these, it raises HypertideError.

        The objective returns a number, or with several objectives a dictionary with a number for each, or a tuple in their order. An exception fails the trial, and the study
        continues; if the first three trials fail in the same way, or the first ten in any way, TrialsFailed is raised, and these trials
        do not count. Call it again after a crash: it continues where it was.

        parallel   how many trials run at once, in threads. Default: that of the `Study`, or 1.
        processes  True: in processes instead. The objective must then be a function at the top level of a file, and the call under
                   `if __name__ == "__main__":`.
        objective  a function, or an `async` one: the coroutines of all trials run in one event loop, in a thread of its own.
        callbacks  called as `callback(study, trial)` after each trial.
        progress   False: print nothing.
        """
        refuse_in_child("optimize(...)")
        optimize(self, objective, trials, parallel=parallel, processes=processes, callbacks=list(callbacks), progress=progress)
        return self

    def stop(self) -> None:
        """Makes `optimize` return as soon as the running trials have ended, for example from a callback. The next `optimize` continues the study."""
        self._stopping = True

    def limit(self, *, trials: int | str | None = None, parallel: int | None = None) -> None:
        """Sets how many trials the study has in all, or with "+10" ten more, and how many run at once. If a study ended at its limit, a higher limit continues it."""
        set_limits(self, trials=trials, parallel=parallel)

    def enqueue(self, params: Mapping[str, Any], *, rest: str | None = None) -> None:
        """Tries this configuration next.

        rest      "strategy": the strategy chooses missing parameters. Default: they are drawn from the priors.
        """
        self._engine.request("enqueue", params=dict(params), rest=rest)

    def add(self, params: Mapping[str, Any], value: Value, *, metrics: Mapping[str, float] | None = None) -> None:
        """Adds the result of a configuration that was evaluated elsewhere, and further numbers to keep with it."""
        add(self, params, value, metrics)

    def cancel(self, trial: Trial | int | Row) -> None:
        """Stops an open trial: its next report raises Stopped, and its last report is its result. `hypertide cancel` does the same from outside."""
        self._engine.request("cancel", id=number_of(trial))

    def retract(self, trial: Trial | int | Row) -> None:
        """Declares a result wrong: the search continues as if the trial had failed."""
        self._engine.request("retract", id=number_of(trial))

    def why(self, trial: Trial | int | Row | None = None) -> str:
        """Why this trial was suggested and how it ended, as `hypertide why` prints it; by default the best trial. The study needs a `path`."""
        return why(self, trial)

    @property
    def trials(self) -> list[Row]:
        """All trials as dictionaries: `trial`, `status`, `params`, `values`, `metrics`, ..."""
        return [row_of(row, self._objects) for row in self._engine.request("trials")["trials"]]

    @property
    def best(self) -> Row | None:
        """The best trial; None before the first result. Raises HypertideError with several objectives: none of the trials in `front` is better than the others."""
        self._refuse_several("best")
        best = self._engine.request("best")["best"]
        return None if best is None else row_of(best, self._objects)

    @property
    def best_params(self) -> dict[str, Any] | None:
        """The parameters of `best`."""
        best = self.best
        return None if best is None else best["params"]

    @property
    def best_value(self) -> float | None:
        """The value of `best`."""
        best = self.best
        return None if best is None else best["values"][next(iter(self.objectives))]

    @property
    def front(self) -> list[Row]:
        """The Pareto front: the trials that no other trial dominates. With one objective: the best trial, and those with the same value."""
        return [row_of(row, self._objects) for row in self._engine.request("front")["front"]]

    @property
    def recommendation(self) -> Recommendation | None:
        """The trial to deploy if results are noisy, because the best one is partly luck. None before the first result.

        `row` is the trial, the one with the best expected value; `expected` holds the `mean` and `sd` of that value, or is missing where no model
        can tell. `gain` says whether it is worth continuing: the `value` that further trials are expected to gain, and that as a `share` of the lead of
        the best trial over the median one. Raises HypertideError with several objectives.
        """
        self._refuse_several("recommendation")
        found = self._engine.request("recommend")["recommendation"]
        return None if found is None else {**found, "row": row_of(found["row"], self._objects)}

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
        found: Importance = self._engine.request("importance", objective=objective)["importance"]
        return found

    def dataframe(self) -> pandas.DataFrame:
        """All trials as a pandas table: a column for each objective (`values.loss`), parameter (`params.lr`) and metric, then the rest.

        The value of a stopped trial is that of its last report, at its column `step`: compare values only at the same step. `suggestedAt`, `startedAt`
        and `endedAt` are times in UTC. Tags that are numbers or other JSON are parsed.
        """
        return table_of(self.trials)

    def report(self, path: str | os.PathLike[str] = "report.html") -> Path:
        """Writes the study's page, with all charts, as one HTML file. The study needs a `path`."""
        return report(self, Path(path))

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
        return plot(self, kind, list(params), theme)

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

    def _refuse_several(self, what: str) -> None:
        if len(self.objectives) > 1:
            first = next(iter(self.objectives))
            raise HypertideError(f'{what}: expected one objective, got {", ".join(self.objectives)}; study.front lists the best trials, such as min(study.front, key=lambda row: row["values"]["{first}"])')

    def _report(self, number: int, step: int, value: Value, metrics: Metrics) -> bool:
        further = None if metrics is None else finite(metrics)
        reply = self._engine.request("report", id=number, step=step, values=named(self.objectives, value), metrics=further)
        return reply["stop"] is True
