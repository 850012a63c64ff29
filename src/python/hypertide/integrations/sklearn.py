"""A search for scikit-learn estimators.

    search = HypertideSearchCV(SVC(), {"C": ht.log(1e-2, 1e3), "gamma": ht.log(1e-5, 1)}, n_trials=40, cv=5, n_jobs=4)
    search.fit(X, y)
    search.best_params_
"""

from __future__ import annotations

import math
import warnings
from typing import Any, Mapping

from joblib import effective_n_jobs
from sklearn.base import clone, is_classifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import check_cv, cross_validate
from sklearn.model_selection._search import BaseSearchCV  # the public GridSearchCV takes only a grid

from .._foreign import understood
from .._rows import Row
from ..errors import HypertideError, Stopped
from ..study import Study
from ..trial import Trial

Fold = dict[str, Any]  # what scikit-learn returns for one fit: scores, times and more

TIMES = ("fit_time", "score_time")
SCORES = {"test_scores": "test", "train_scores": "train"}


class HypertideSearchCV(BaseSearchCV):
    """Cross-validated search over a hypertide space, with the interface of GridSearchCV.

    n_trials  how many configurations to evaluate
    parallel  how many to suggest at once; their folds are evaluated together, so `n_jobs` can use more processors
    path      the journal; a search whose journal exists continues, and takes the scores of its earlier candidates from there. They are those of
              the data that the earlier search had: use another path for other data. Candidates are scored again if `scoring` or the number of
              folds has changed. Default: in memory
    early     True: candidates race. Each one is fitted on some folds, and on more of them the better it is; the best one has all folds. In
              `cv_results_`, folds without a score are NaN, and a candidate that lacks some has no mean. One candidate runs at a time, `n_jobs` of
              its folds at once. Use it with ten or more folds, such as RepeatedKFold. Default: each candidate is fitted on all folds
    strategy  as in `Study`
    random_state
              seed for all random choices: a number, or a RandomState of NumPy
    priors    "known": parameters that are known for the class of the estimator begin where good values are usually found. Default: only the priors
              of the space

    space     as in `Study`; a frozen `loguniform`, `uniform` or `randint` of scipy.stats is a parameter too

    The other arguments are those of GridSearchCV. The mean test score (of `refit` with several metrics) is maximised.
    """

    _data: tuple[Any, Any, dict[str, Any]]
    """What `fit` was given."""
    _out: list[Fold]
    _splits: int
    _earlier: list[Row]
    _raced: list[tuple[dict[str, Any], dict[str, float]]]
    """The candidates of a race, and the metrics of their folds."""

    def __init__(
        self,
        estimator: Any,
        space: Mapping[str, Any],
        *,
        n_trials: int = 50,
        parallel: int = 1,
        path: str | None = None,
        early: bool = False,
        strategy: Any = None,
        random_state: Any = None,
        priors: str | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: str = "2*n_jobs",
        error_score: float = math.nan,
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.space = space
        self.n_trials = n_trials
        self.parallel = parallel
        self.path = path
        self.early = early
        self.strategy = strategy
        self.random_state = random_state
        self.priors = priors

    def fit(self, X: Any, y: Any = None, **params: Any) -> HypertideSearchCV:
        """Searches, as that of GridSearchCV."""
        self._data = X, y, params
        try:
            super().fit(X, y, **params)
        finally:
            del self._data
        return self

    def _run_search(self, evaluate_candidates: Any) -> None:
        column = f"mean_test_{self.refit if isinstance(self.refit, str) else 'score'}"
        space = {name: _parameter(name, value) for name, value in self.space.items()}
        seed = self.random_state.randint(2**31) if hasattr(self.random_state, "randint") else self.random_state
        kind = type(self.estimator)
        program = f"{kind.__module__.split('._')[0]}.{kind.__name__}" if self.priors == "known" else None
        options: dict[str, Any] = {"path": self.path, "strategy": self.strategy, "seed": seed, "program": program, "priors": self.priors}
        if self.early:
            self._race(evaluate_candidates, space, column, options)
            return
        with Study(space, maximize=column, **options) as study:
            study.limit(trials=self.n_trials, parallel=self.parallel)
            self._earlier = [row for row in study.trials if row["status"] == "completed"]
            self._out = []
            for batch in study._batches(self.n_trials, self.parallel):
                if self.verbose > 0:
                    print(f"trials {', '.join(str(trial.number) for trial in batch)} of {self.n_trials}")
                scores = evaluate_candidates([trial.params for trial in batch])[column][-len(batch) :]
                folds = self._out[-len(batch) * self._splits :]
                for i, (trial, score) in enumerate(zip(batch, scores)):
                    trial.metrics.update(metrics_of(folds[i * self._splits : (i + 1) * self._splits]))
                    if math.isfinite(score):
                        study.tell(trial, float(score))
                    else:
                        study.tell(trial, failed=f"the score is {score}", reason="non-finite")
            if self._earlier and not self._out:  # nothing is left to try: the folds of one candidate show which scores there are
                evaluate_candidates([self._earlier.pop(0)["params"]])
            like = self._out[: self._splits] if self._out else []
            lacking = [row["params"] for row in self._earlier if folds_of(row.get("metrics", {}), like) is None]
            if lacking:
                evaluate_candidates(lacking)
            del self._earlier, self._out

    def _race(self, evaluate_candidates: Any, space: Mapping[str, Any], column: str, options: Mapping[str, Any]) -> None:
        """Lets candidates race over folds, which are the examples of the study."""
        if self.parallel > 1:
            raise HypertideError(f"parallel: expected 1 with early=True, got {self.parallel}; n_jobs is how many folds are fitted at once")
        X, y, params = self._data
        folds = list(check_cv(self.cv, y, classifier=is_classifier(self.estimator)).split(X, y, params.get("groups")))
        with Study(space, maximize=column, examples=len(folds), **options) as study:
            study.limit(trials=self.n_trials)
            while (trial := study.ask()) is not None:
                if self.verbose > 0:
                    print(f"trial {trial.number}: up to {len(trial.examples)} folds")
                try:
                    self._fit_folds(trial, folds, column.removeprefix("mean_"))
                except Stopped:
                    study.tell(trial, stopped=True)
                except _NoScore as wrong:
                    study.tell(trial, failed=str(wrong), reason=wrong.reason)
                else:
                    study.tell(trial)
            self._raced = candidates_in(study.trials)
            best = study.best
        try:  # the results that scikit-learn expects are those of at least one candidate on all folds
            evaluate_candidates([best["params"] if best else self._raced[0][0]])
        finally:
            del self._raced

    def _fit_folds(self, trial: Trial, folds: list[Any], score: str) -> None:
        """Fits the folds that a trial needs, as many at once as there are jobs. Raises Stopped when it has fallen behind, _NoScore if a fit fails."""
        X, y, params = self._data
        estimator = clone(self.estimator).set_params(**clone(trial.params, safe=False))
        fit_params = {name: given for name, given in params.items() if name != "groups"}
        options = {"scoring": self.scoring, "n_jobs": self.n_jobs, "return_train_score": self.return_train_score, "error_score": self.error_score}
        at_once = effective_n_jobs(self.n_jobs)
        for first in range(0, len(trial.examples), at_once):
            places = trial.examples[first : first + at_once]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FitFailedWarning)  # the trial fails
                try:
                    found = cross_validate(estimator, X, y, cv=[folds[place] for place in places], params=fit_params, **options)
                except ValueError as error:
                    if self.error_score == "raise":
                        raise
                    raise _NoScore("error", str(error).strip().splitlines()[-1]) from None
            for i, place in enumerate(places):
                numbers = {f"split{place}_{key}": float(column[i]) for key, column in found.items()}
                if not math.isfinite(found[score][i]):
                    raise _NoScore("non-finite", f"the score of fold {place} is {found[score][i]}")
                trial.report_example(place, float(found[score][i]), numbers)

    def _format_results(self, candidate_params: Any, n_splits: int, out: list[Fold], more_results: Any = None) -> Any:
        """The results of all candidates: those of an earlier search are in its journal, and so are those of a race."""
        if hasattr(self, "_raced"):
            raced = [fold for _, metrics in self._raced for fold in known_folds(metrics, out[:n_splits])]
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "One or more of the .* scores are non-finite")
                return super()._format_results([params for params, _ in self._raced], n_splits, raced, more_results)
        self._out, self._splits = out, n_splits
        known = [(row["params"], folds) for row in self._earlier if (folds := folds_of(row.get("metrics", {}), out[:n_splits])) is not None]
        params = [earlier for earlier, _ in known] + list(candidate_params)
        return super()._format_results(params, n_splits, [fold for _, folds in known for fold in folds] + list(out), more_results)


class _NoScore(Exception):
    """A candidate has no score on a fold."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def candidates_in(rows: list[Row]) -> list[tuple[dict[str, Any], dict[str, float]]]:
    """The configurations of a race, with the metrics of all of their trials."""
    found: dict[int, tuple[dict[str, Any], dict[str, float]]] = {}
    for row in rows:
        found[row["trial"]] = found[row["resumes"]] if "resumes" in row else (row["params"], {})
        found[row["trial"]][1].update(row.get("metrics", {}))
    return [found[row["trial"]] for row in rows if "resumes" not in row]


def _parameter(name: str, value: Any) -> Any:
    """The parameter of a frozen distribution of scipy.stats. Everything else is what it is in `Study`."""
    if not hasattr(value, "rvs"):
        return value
    if (kind := value.dist.name) in ("loguniform", "reciprocal", "uniform", "randint"):
        return understood(value)
    raise HypertideError(f"{name}: expected loguniform, uniform or randint of scipy.stats, got {kind}; write ht.float(low, high, prior=...)")


def metrics_of(folds: list[Fold]) -> dict[str, float]:
    """The results of the folds of a candidate, as metrics of its trial, so that a search that continues need not train again.

    They are named as the columns of `cv_results_`, such as `split0_test_score`.
    """
    metrics = {}
    for i, fold in enumerate(folds):
        for key, kind in SCORES.items():
            scores = fold.get(key, {})
            for name, score in (scores if isinstance(scores, dict) else {"score": scores}).items():
                metrics[f"split{i}_{kind}_{name}"] = float(score)
        metrics.update({f"split{i}_{key}": float(fold[key]) for key in TIMES})
    return metrics


def folds_of(metrics: dict[str, float], like: list[Fold]) -> list[Fold] | None:
    """The folds of a candidate, with the same keys as those of another one; None if the metrics do not hold all of them."""
    expected = metrics_of(like)
    splits = {name for name in metrics if name.startswith("split")}
    if splits != expected.keys() or not all(math.isfinite(metrics[name]) for name in splits):
        return None
    return known_folds(metrics, like)


def known_folds(metrics: Mapping[str, float], like: list[Fold]) -> list[Fold]:
    """The same, with NaN for what the metrics do not hold."""
    folds = []
    for i, other in enumerate(like):
        fold = dict(other) | {key: metrics.get(f"split{i}_{key}", math.nan) for key in TIMES}
        for key, kind in SCORES.items():
            if isinstance(other.get(key), dict):
                fold[key] = {name: metrics.get(f"split{i}_{kind}_{name}", math.nan) for name in other[key]}
            elif key in other:
                fold[key] = metrics.get(f"split{i}_{kind}_score", math.nan)
        folds.append(fold)
    return folds
