"""A study: a search space, its objectives, and every trial so far."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, NoReturn, Sequence

from . import _figures as figures
from ._description import Names, Paths, described, journal_at, limit_of
from ._each import each, evaluated_on, reported
from ._engine import ENGINE_THREAD, Answer
from ._foreign import ATTRIBUTES, refuse_foreign
from ._loop import Ending, Objective, ended_with, run
from ._processes import in_process, refuse_in_child
from ._progress import Progress, no_result, waiting, wrong_steps
from ._remote import Engine, engine_of
from ._rows import Importance, Objects, Recommendation, Row, importance_of, recommendation_of, row_of, table_of
from ._values import Value, about, mean_of, meant, named, warn
from .errors import HypertideError, Interrupted, TrialsFailed
from .trial import Example, Metrics, Trial, number_of

if TYPE_CHECKING:
    import pandas

Callback = Callable[["Study", Trial], object]

_open: weakref.WeakValueDictionary[Path, Study] = weakref.WeakValueDictionary()
"""The studies whose journals this process writes."""


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
    examples  what each trial is evaluated on, such as questions, folds, instances or games: the list, or how many there are. Different texts are
              also their names in the log. Trials race: each one is evaluated on a few examples, and on more of them the better it is. See `each`.
    early     False: no early stopping, and each trial is evaluated on all examples. Default: True, but False with `epochs` if the names of the
              parameters are those of gradient boosting, whose curves cross.
    resumes   True: trials continue from checkpoints (see `Trial.resumes`), so they pause instead of being stopped.
    strategy  such as "tpe" or {"chain": ["ga", "bo"]}. Default: "auto".
    seed      seed for all random choices.
    parallel  how many trials may be open at once. Default: 1. `optimize` takes it, too.
    earlier   the journal of an earlier study, or a list of several: a new study also tries up to five configurations that their results suggest.
    hooks     a YAML file of commands and webhooks to call when a trial ends or is the best so far, and when the study closes.
    http      a port, or "host:port", at which a page shows the study, with metrics and health.
    options   further keys of a study file, such as `constraints`, `seconds`, spend={"usd": 5}, `target`, `duplicates`, or
              program="sklearn.svm.SVC": parameters that are known by name then have the priors of that program.

    Raises HypertideError for an invalid argument; the message names it.
    """

    def __init__(
        self,
        space: Mapping[str, Any] | None = None,
        *,
        minimize: Names | None = None,
        maximize: Names | None = None,
        path: str | os.PathLike[str] | None = None,
        url: str | None = None,
        token: str | None = None,
        name: str | None = None,
        epochs: int | None = None,
        examples: int | Sequence[Any] | None = None,
        early: bool | None = None,
        resumes: bool | None = None,
        strategy: Any = None,
        seed: int | str | None = None,
        parallel: int | None = None,
        earlier: Paths | None = None,
        hooks: str | os.PathLike[str] | None = None,
        http: int | str | None = None,
        **options: Any,
    ) -> None:
        options |= {"name": name, "epochs": epochs, "examples": examples, "early": early, "resumes": resumes, "strategy": strategy, "seed": seed}
        options |= {"parallel": parallel}
        study = described(space, minimize, maximize, earlier, options)
        if path is not None or url is not None:
            refuse_in_child("Study(...)")
        self.path = journal_at(path)
        self.url = url
        if self.path is not None and self.path.resolve() in _open:
            again = "use that study, or close() it first, also before you run a notebook cell again"
            raise HypertideError(f"{path}: a study of this Python process has this journal open; {again}")
        if self.path is not None and space is None and not self.path.exists():
            raise HypertideError(f"{path}: there is no such file; to begin a study, give its parameters: Study({{...}}, path=...)")
        self._epochs = epochs
        self._begin(engine_of(self.path, url, token, {"hooks": hooks, "http": http}), study)

    @classmethod
    def _of(cls, engine: Engine) -> Study:
        """The study of an engine elsewhere, whatever its space is."""
        study = cls.__new__(cls)
        study.path = study.url = study._epochs = None
        study._begin(engine, {})
        return study

    def _begin(self, engine: Engine, study: dict[str, Any]) -> None:
        self._objects = Objects(study.get("parameters", {}))
        self._engine = engine
        weakref.finalize(self, engine.close)  # when it is collected, and before Python exits
        try:
            reply = engine.request("init", study=study or None)
        except BaseException:
            engine.close()
            raise
        self.name: str = reply["study"]
        """Its name."""
        self.space: dict[str, Any] = reply["parameters"]
        """Its parameters, as a study file has them."""
        self.objectives: dict[str, str] = reply["objectives"]
        """The direction of each objective."""
        if self.path is not None:
            _open[self.path.resolve()] = self
        self._examples: Answer = reply.get("examples") or {}
        self._stopping = False
        self._endless: bool = reply["endless"]
        self._joined: bool = reply["joined"]
        self._slots = 1
        self._needs_reports: bool = reply["stops"]  # whether to warn of a trial without a report

    def ask(self, fixed: Mapping[str, Any] | None = None) -> Trial | None:
        """The next trial to evaluate; None when the study is over. It waits while `parallel` trials are open (default: 1).

            trial = study.ask(fixed={"model": "svm"})

        fixed     values that the trial must have. The strategy chooses the rest, and learns from the result. With `fixed`, None also means that
                  the study takes no new configurations, although some of its trials are still open.

        Raises HypertideError if it would wait for ever: for a trial of this program, which has no other thread that could tell its result.
        """
        alone = all(thread is threading.current_thread() or thread.name.startswith(ENGINE_THREAD) for thread in threading.enumerate())
        if alone and (why := self._why_it_waits()):
            raise HypertideError(why)
        return self._next(fixed, self._warn_if_it_waits)

    def tell(
        self,
        trial: Trial | int | Row,
        value: Value | None = None,
        *,
        stopped: bool = False,
        failed: str | None = None,
        reason: str = "error",
        trace: str | None = None,
    ) -> None:
        """Ends a trial: with its value, as stopped early (its last report is its result), or as failed with a message.

        trial     the trial, its number, or its row in `trials`.
        trace     where it failed, such as a traceback. `hypertide trial logs` and the page show it.
        reason    why it failed: "error", "infeasible", "timeout", "non-finite" or "preempted".
        """
        if isinstance(trial, Trial) and trial._not_finite and failed is None:
            ending = Ending(reason="non-finite", message=trial._not_finite)
        elif stopped:
            ending = Ending()
        elif failed is not None:
            ending = Ending(reason=reason, message=failed, trace=trace)
        elif value is None and isinstance(trial, Trial) and trial._results:
            ending = ended_with(mean_of(self.objectives, trial._results))
        elif value is None:
            raise HypertideError(f"trial {number_of(trial)}: expected a value, `stopped=True` or `failed='why'`, got None")
        else:
            ending = ended_with(self._named(number_of(trial), value))
        self._end(trial, ending)

    def optimize(
        self,
        objective: Objective,
        trials: int | str | None = None,
        *,
        parallel: int | None = None,
        processes: bool = False,
        callbacks: Iterable[Callback] = (),
        progress: bool = True,
        **others: NoReturn,
    ) -> Study:
        """Evaluates `objective(trial)` until the study has `trials` trials in all; "+10" means ten more than now.

        Without `trials` it ends by the study's own limits: `seconds`, `cost`, `spend`, `target` or `plateau`, or when a finite space or grid is
        exhausted. If there is none of these, it raises HypertideError.

        The objective returns a number, or with several objectives a dictionary with a number for each, or a tuple in their order. An exception
        fails the trial, and the study continues; if the first three trials fail in the same way, or the first ten in any way, TrialsFailed is
        raised, and these trials do not count. Call it again after a crash: it continues where it was.

        parallel   how many trials run at once, in threads; a single one runs in the thread that calls. Default: that of the `Study`, or 1.
        processes  True: in processes instead. The objective must then be a function at the top level of a file, and the call under
                   `if __name__ == "__main__":`.
        objective  a function, or an `async` one: the coroutines of all trials run in one event loop, in a thread of its own.
        callbacks  called as `callback(study, trial)` after each trial.
        progress   False: print nothing.
        """
        refuse_in_child("optimize(...)")
        refuse_foreign("optimize", others, ("trials", "parallel", "processes", "callbacks", "progress"), every=True)
        if not callable(objective):
            raise HypertideError(f"optimize: expected a function, got {objective!r}; write study.optimize(objective), without () after it")
        if isinstance(objective, each):
            objective._check(self._examples.get("count"))
        self._stopping = False
        limits = self._limit(trials, parallel, start=True)
        if self._endless:
            ends = "trials=..., or seconds, cost, spend, target or plateau of the Study"
            raise HypertideError(f"optimize: expected {ends}: without a limit it never ends")
        told = Progress(self.objectives, limits["ended"], limits.get("limit")) if progress else None
        if told and (text := told.beginning(None if self._joined else self.trials)):
            print(text, file=sys.stderr)
        failure = Ending()
        lock = threading.Lock()

        def end(trial: Trial, ending: Ending) -> None:
            nonlocal failure
            if not told:
                self._end(trial, ending)
            with lock:
                failure = ending if ending.reason is not None else failure
                if told:
                    self._end(trial, ending)  # here, so that the line of each trial has a count of its own
                    print(told.line(trial, ending, self._standing()), file=sys.stderr)
                for callback in callbacks:
                    callback(self, trial)

        try:
            run(
                in_process(objective) if processes else objective,
                lambda: self.objectives,
                next_trial=lambda: None if self._stopping else self._next(),
                end=end,
                hand_back=self._hand_back,
                patience=self._engine.patience,
                slots=self._slots,
            )
        except TrialsFailed as failed:
            retry = "" if self.path is None else f'; "hypertide trial retry {self.path}" tries these trials again'
            todo = " (raise ht.Infeasible)" if str(failed).endswith("infeasible") else ""
            raise TrialsFailed(f"{failed}{todo}{retry}", failed.code) from failure.error
        except (KeyboardInterrupt, Interrupted):
            where = "" if self.path is None else f"the study is in {self.path}; run the program again to resume it"
            raise KeyboardInterrupt(where) from None
        if not self._stopping and (lacking := no_result(self.trials, failure.message)):
            warn(lacking)
        return self

    def stop(self) -> None:
        """Makes `optimize` return as soon as the running trials have ended, for example from a callback. The next `optimize` continues the study."""
        self._stopping = True

    def limit(self, *, trials: int | str | None = None, parallel: int | None = None) -> None:
        """Sets how many trials the study has in all, or with "+10" ten more, and how many run at once.

        If a study ended at its limit, a higher limit continues it.
        """
        self._limit(trials, parallel)

    def enqueue(self, params: Mapping[str, Any], *, rest: str | None = None) -> None:
        """Tries this configuration next.

        rest      "strategy": the strategy chooses missing parameters. Default: they are drawn from the priors.
        """
        self._engine.request("enqueue", params=dict(params), rest=rest)

    def add(self, params: Mapping[str, Any], value: Value, *, metrics: Mapping[str, float] | None = None) -> None:
        """Adds the result of a configuration that was evaluated elsewhere, and further numbers to keep with it."""
        trial = self.ask(fixed=params)
        if trial is None:
            raise HypertideError("add: the study is over; raise its limit with study.limit(trials=...)")
        trial.metrics.update(metrics or {})
        self._tell(trial, ended_with(self._named(trial.number, value)))

    def annotate(
        self, trial: Trial | int | Row | None = None, *, note: str | None = None, labels: Iterable[str] | None = None, starred: bool | None = None
    ) -> None:
        """Adds a text, labels or a star to a trial or, without one, to the study. People see them in its row and on the page; the search does not.

            study.annotate(study.best, note="diverges with seed 3", labels=["check"])

        note     text in Markdown, which replaces the old one; an empty text removes it. `trial.note` in an objective sets the same.
        labels   words, which replace the old ones.
        """
        number = None if trial is None else number_of(trial)
        self._engine.request("annotate", trial=number, note=note, labels=None if labels is None else list(labels), starred=starred)

    def cancel(self, trial: Trial | int | Row) -> None:
        """Stops an open trial: its next report raises Stopped, and its last report is its result. `hypertide trial cancel` does so from outside."""
        self._engine.request("cancel", trial=number_of(trial))

    def retract(self, trial: Trial | int | Row) -> None:
        """Declares a result wrong: the search continues as if the trial had failed."""
        self._engine.request("retract", trial=number_of(trial))

    def why(self, trial: Trial | int | Row | None = None) -> str:
        """Why this trial was suggested and how it ended, as `hypertide why` prints it; by default the best trial."""
        return str(self._engine.request("why", trial=None if trial is None else number_of(trial))["why"])

    @property
    def trials(self) -> list[Row]:
        """All trials as dictionaries: `trial`, `status`, `params`, `values`, `metrics`, ... Times (`ended_at`) are in milliseconds since 1970."""
        return [row_of(row, self._objects) for row in self._engine.request("trials")["trials"]]

    @property
    def best(self) -> Row | None:
        """The best trial; None before the first result. Raises HypertideError with several objectives: see `front`."""
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

        `row` is the trial, the one with the best expected value. `verdict` says whether to go on with the study, and why. `repetition` is what the
        configuration would give again: the `mean`, and the ranges of `half` and of `most`, nine in ten, of all repetitions. It is missing unless
        the configuration ran three times, as `hypertide trial confirm` does. `costs` has, by parameter, what the worst `other` value costs that was
        tried. `early` says what early stopping leaves open: trials that `may_be_better`, values that are `unseen` in complete trials, and how many of
        all `trials` are `complete`; it is missing if no trial was stopped. Raises HypertideError with several objectives.
        """
        self._refuse_several("recommendation")
        found = self._engine.request("recommend")["recommendation"]
        return None if found is None else recommendation_of(found, self._objects)

    def importance(self, objective: str | None = None) -> Importance:
        """How much each parameter matters. Raises HypertideError while there are too few results, and says how many it takes.

            found = study.importance()
            found["shares"]["lr"], found["intervals"]["lr"]  # 0.61, [0.48, 0.72]

        `shares` holds the share of the variation of all results that each parameter explains, by fANOVA. `intervals` holds the 90 % interval of each
        share, by bootstrap samples of the results: shares whose intervals overlap may be equal. `results` is the number of results that count,
        `partial` how many are of configurations that were trained in part. `hypertide study importance` also prints what tells the best tenth apart.

        objective  the objective to explain. Default: the first one.
        """
        return importance_of(self._engine.request("importance", objective=objective)["importance"])

    def dataframe(self) -> pandas.DataFrame:
        """All trials as a pandas table: a column for each objective (`values.loss`), parameter (`params.lr`) and metric, then the rest.

        The value of a stopped trial is that of its last report, at its column `step`: compare values only at the same step. `suggested_at`,
        `started_at` and `ended_at` are times in UTC. What concerns the log alone, such as positions and tags, is in `trials`.
        """
        return table_of(self.trials)

    def report(self, path: str | os.PathLike[str] = "report.html") -> Path:
        """Writes the study's page, with all charts, as one HTML file. The study needs a `path`."""
        return figures.report(self._journal("report"), Path(path))

    def plot(self, kind: str | None = None, *, params: Iterable[str] = (), theme: str = "light") -> figures.Plot | figures.Figure:
        """A figure, or the study's page with all charts, shown where a notebook displays it. The study needs a `path`.

            study.plot("history")
            study.plot("contour", params=["lr", "dropout"]).save("contour.svg")

        kind    "history", "importance", "slice", "contour", "parallel", "intermediate", "timeline", "pareto" and so on.
                Default: the page.
        params  the parameters to show. Default: the most important, or all.
        theme   "light" or "dark".

        Raises HypertideError if there is nothing to show yet.
        """
        return figures.plot(self._journal("plot"), kind, list(params), theme)

    def close(self) -> None:
        """Ends the engine and unlocks the journal. Trials that are open count as lost when the study resumes."""
        self._engine.close()
        # Not by its path: the program may have changed its directory meanwhile.
        for path in [path for path, study in _open.items() if study is self]:
            del _open[path]

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    if not TYPE_CHECKING:  # a type checker sees wrong names by itself

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(type(self)) if known[0] != "_"]
            raise AttributeError(f"a study has no {name}{meant(name, known, ATTRIBUTES)}")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a study cannot be pickled: open it there again, with ht.Study(path=...) or ht.Study(url=...), or pickle study.trials")

    def __repr__(self) -> str:
        return f"Study({self.name!r})"

    def _repr_html_(self) -> str:
        several = len(self.objectives) > 1
        return figures.summary(self.name, self.trials, None if several else self.best, self.front if several else [])

    def _next(self, fixed: Mapping[str, Any] | None = None, slow: Callable[[], object] | None = None) -> Trial | None:
        suggestion = self._engine.request("ask", slow=slow, fixed=None if fixed is None else dict(fixed))
        if suggestion.get("over"):
            return None
        params = self._objects.restored(suggestion["params"])
        return Trial({**suggestion, "params": params, **evaluated_on(self._examples, suggestion)}, self._report)

    def _report(
        self, number: int, step: int, value: Value, metrics: Metrics, example: Example | None = None, *, checkpoint: str | None = None
    ) -> bool:
        said = reported(self.objectives, self._examples, value, metrics, example)
        return self._engine.request("report", trial=number, step=step, checkpoint=checkpoint, **said)["stop"] is True

    def _named(self, number: int, value: Value) -> dict[str, float]:
        with about(number):
            return named(self.objectives, value)

    def _end(self, trial: Trial | int | Row, ending: Ending) -> None:
        self._tell(trial, ending)
        if ending.values is not None and isinstance(trial, Trial):
            self._warn_of_steps(trial)

    def _tell(self, trial: Trial | int | Row, ending: Ending) -> None:
        own = trial if isinstance(trial, Trial) else None
        if ending.values is not None:
            how: Answer = {"values": ending.values, **(own.extras() if own else {})}
        elif ending.reason is not None:
            how = {**ending.failure(), "checkpoint": own.extras().get("checkpoint") if own and ending.reason == "preempted" else None}
        else:
            how = {"stopped": True}
        reply = self._engine.request("tell", trial=number_of(trial), **how)
        if own and own.note:
            try:
                self.annotate(own, note=own.note)
            except HypertideError as error:  # a trainer may not be permitted to
                warn(f"trial {own.number}: its note is not kept: {error}")
        if "warning" in reply:
            warn(reply["warning"])

    def _hand_back(self, trial: Trial) -> None:
        """Lets another attempt begin the trial again."""
        with contextlib.suppress(HypertideError):
            self._tell(trial, Ending(reason="preempted", message="interrupted"))

    def _warn_of_steps(self, trial: Trial) -> None:
        """Warns once if the first completed trial reported nothing, or more steps than `epochs`."""
        needed, self._needs_reports = self._needs_reports, False
        if needed and (text := wrong_steps(trial, self._epochs)):
            warn(text)

    def _limit(self, trials: int | str | None = None, parallel: int | None = None, *, start: bool = False) -> Answer:
        """Sets those that are given. Returns the `limit` of trials, if there is one, and how many of them have `ended`."""
        reply = self._engine.request("limit", **limit_of(trials), parallel=parallel, start=start or None)
        self._endless = self._endless and trials is None
        self._slots = reply["parallel"]
        return reply

    def _batches(self, trials: int, parallel: int) -> Iterator[list[Trial]]:
        """The trials that are left, in batches whose results are told together."""
        while batch := [trial for _ in range(min(parallel, trials - self._limit()["ended"])) if (trial := self.ask()) is not None]:
            yield batch

    def _why_it_waits(self) -> str | None:
        busy = self._engine.request("busy")
        return waiting(**busy) if busy["open"] else None

    def _warn_if_it_waits(self) -> None:
        if why := self._why_it_waits():
            warn(why)

    def _standing(self) -> Answer | None:
        """The best trial or the front so far; None for a trainer that may tell results, but not read those of others."""
        try:
            return self._engine.request("front" if len(self.objectives) > 1 else "best")
        except HypertideError as error:
            if error.code != "forbidden":
                raise
            return None

    def _journal(self, name: str) -> str:
        if self.path is None:
            here = "one in memory; write Study(..., path='study.jsonl')"
            got = here if self.url is None else f"one at {self.url}; call it where the study runs"
            raise HypertideError(f"{name}: expected a study with a path, got {got}")
        return str(self.path)

    def _refuse_several(self, what: str) -> None:
        if len(self.objectives) > 1:
            one = f'min(study.front, key=lambda row: row["values"]["{next(iter(self.objectives))}"])'
            raise HypertideError(f"{what}: expected one objective, got {', '.join(self.objectives)}; study.front lists the best trials, as {one}")
