"""An Optuna sampler as a strategy of a hypertide study elsewhere, which composes with others.

    # study.yaml: strategy: { chain: [{ external: optuna }, tpe] }
    # hypertide serve study.yaml --http 8080
    propose_with(optuna.samplers.GPSampler(), "http://localhost:8080", "study")

As a program: python3 -m hypertide.integrations.optuna_proposer http://localhost:8080 study --sampler GPSampler
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import optuna

from .._engine import Patience
from .._http import WAIT, HttpServer
from ..errors import HypertideError
from ._optuna_studies import Known
from .optuna import exists

Row = dict[str, Any]

PAUSE = 0.2
"""Seconds until a sampler that has only proposed what was tried before is asked again."""
REPEATS = 20
"""How many configurations that were tried before a sampler may propose in a row, before its turn is left to others."""


def propose_with(
    sampler: optuna.samplers.BaseSampler,
    url: str,
    study: str,
    *,
    proposer: str = "optuna",
    token: str | None = None,
    ahead: int = 0,
    patience: float = 60,
) -> int:
    """Proposes what an Optuna sampler suggests, until the hypertide study is over. Returns how many proposals it made.

    url       the server: `hypertide serve --http`.
    proposer  the name of the stage `external` in the strategy of the study.
    token     the token of a user with the role operator or agent, if the server has users.
    ahead     how many proposals to make ahead of time. With 0, the sampler knows every result before it proposes, and trainers wait for it.
    patience  seconds without an answer of the server after which it gives up.

    The sampler knows all trials of the study: those that others suggested, and those that failed or were stopped. Raises HypertideError if the
    server refuses a request.
    """
    server = HttpServer(f"{url.rstrip('/')}/{quote(study)}", token, Patience(), give_up=patience)
    mirror = _Mirror(sampler, server.send("GET", "")["created"])
    made = 0
    while True:
        turn = server.send("GET", f"/turn?{urlencode({'proposer': proposer, 'ahead': ahead, 'wait': WAIT})}")
        if turn["next"] == "over":
            return made
        if turn["next"] == "wait":
            continue
        mirror.learn(server)
        for _ in range(REPEATS):
            trial, params = mirror.suggest()
            try:
                stored = server.send("POST", "/propose", {"proposer": proposer, "params": params, "note": type(sampler).__name__})
            except HypertideError as error:
                mirror.study.tell(trial, state=optuna.trial.TrialState.FAIL)
                if error.code == "closed":
                    break
                if error.code != "duplicate":
                    raise
                continue
            mirror.proposed[stored["position"]] = trial
            made += 1
            break
        else:
            time.sleep(PAUSE)


class _Mirror:
    """An Optuna study in memory that knows what a hypertide study knows."""

    def __init__(self, sampler: optuna.samplers.BaseSampler, created: dict[str, Any]) -> None:
        self._objectives = [objective["name"] for objective in created["objectives"]]
        self._parameters: dict[str, Any] = created["space"]["parameters"]
        self.study = optuna.create_study(directions=[objective["direction"] for objective in created["objectives"]], sampler=sampler)
        self.proposed: dict[int, optuna.Trial] = {}
        """The trials that it proposed, by the positions of their proposals."""
        self._known = Known(1)

    def learn(self, server: HttpServer) -> None:
        """Takes the trials that have ended since the last time."""
        after = self._known.next - 1
        while True:
            page = server.send("GET", f"/trials?after={after}&limit=1000")
            for row in page["trials"]:
                if row["status"] != "open" and row["trial"] not in self._known:
                    self._known.add(row["trial"])
                    self._take(row)
            if "next" not in page:
                break
            after = page["next"]

    def suggest(self) -> tuple[optuna.Trial, dict[str, Any]]:
        trial = self.study.ask()
        params: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            if exists(parameter, params):
                params[name] = _suggest(trial, name, parameter)
        return trial, params

    def _take(self, row: Row) -> None:
        own = self.proposed.pop(row.get("proposal", 0), None)
        values = [row["values"][name] for name in self._objectives] if "values" in row else None
        state = optuna.trial.TrialState.COMPLETE if row["status"] == "completed" else optuna.trial.TrialState.FAIL
        if row["status"] == "stopped" and values is not None and len(self._objectives) == 1:  # Optuna prunes with one objective only
            state = optuna.trial.TrialState.PRUNED
        if own is not None:
            if state == optuna.trial.TrialState.PRUNED and values:
                own.report(values[0], row.get("step", 1))
            self.study.tell(own, values if state == optuna.trial.TrialState.COMPLETE else None, state=state)
        elif state != optuna.trial.TrialState.FAIL:
            self.study.add_trial(self._elsewhere(row, values, state))

    def _elsewhere(self, row: Row, values: list[float] | None, state: optuna.trial.TrialState) -> optuna.trial.FrozenTrial:
        """A trial that another strategy suggested."""
        distributions = {name: _distribution(self._parameters[name]) for name in row["params"] if self._parameters[name]["type"] != "constant"}
        params = {name: _choice(row["params"][name]) for name in distributions}
        stopped = state == optuna.trial.TrialState.PRUNED
        return optuna.trial.create_trial(
            state=state,
            values=None if stopped else values,
            params=params,
            distributions=distributions,
            intermediate_values={row.get("step", 1): values[0]} if stopped and values else None,
        )


def _suggest(trial: optuna.Trial, name: str, parameter: Row) -> Any:
    if parameter["type"] == "constant":
        return parameter["value"]
    distribution = _distribution(parameter)
    if isinstance(distribution, optuna.distributions.FloatDistribution):
        return trial.suggest_float(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    if isinstance(distribution, optuna.distributions.IntDistribution):
        return trial.suggest_int(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    choices = list(map(_choice, _values(parameter)))
    return _values(parameter)[choices.index(trial.suggest_categorical(name, choices))]


def _distribution(parameter: Row) -> optuna.distributions.BaseDistribution:
    """Optuna's distribution of a parameter. It has no logit scale: such a parameter is uniform there."""
    log = bool(parameter.get("log", False))
    if parameter["type"] == "float":
        return optuna.distributions.FloatDistribution(parameter["low"], parameter["high"], log=log, step=None if log else parameter.get("step"))
    if parameter["type"] == "int":
        return optuna.distributions.IntDistribution(parameter["low"], parameter["high"], log=log, step=1 if log else parameter.get("step", 1))
    return optuna.distributions.CategoricalDistribution(list(map(_choice, _values(parameter))))


def _values(parameter: Row) -> list[Any]:
    return [False, True] if parameter["type"] == "boolean" else parameter["values"]


def _choice(value: Any) -> Any:
    """A value as a choice of Optuna, which takes no lists and dictionaries."""
    return json.dumps(value, sort_keys=True) if isinstance(value, (list, dict)) else value


def main() -> None:
    parser = argparse.ArgumentParser(description="Propose what an Optuna sampler suggests, for a study that hypertide serves over HTTP.")
    parser.add_argument("url")
    parser.add_argument("study")
    parser.add_argument("--sampler", default="TPESampler", help="name of a class in optuna.samplers (default: TPESampler)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--as", dest="proposer", default="optuna", help="name of the proposer (default: optuna)")
    parser.add_argument("--token")
    parser.add_argument("--ahead", type=int, default=0)
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = getattr(optuna.samplers, given.sampler)(seed=given.seed)
    print(propose_with(sampler, given.url, given.study, proposer=given.proposer, token=given.token, ahead=given.ahead), "proposals")


if __name__ == "__main__":
    main()
