"""Asks, reports and results of trials that a program evaluates itself."""

import re
import subprocess
import threading
import warnings

import pytest
from support import curve

import hypertide as ht
from hypertide._engine import command


def test_asks_reports_and_tells(open_study):
    study = open_study(epochs=27)
    stopped = 0
    for _ in range(20):
        trial = study.ask()
        try:
            trial.metrics["size"] = 3
            study.tell(trial, curve(trial))
        except ht.Stopped:
            study.tell(trial, stopped=True)
            stopped += 1
    assert stopped > 2
    assert study.best["metrics"] == {"size": 3}


def test_an_ask_with_fixed_values_gets_them_and_the_strategy_chooses_the_rest(open_study):
    study = open_study(strategy="tpe", trials=2)
    first = study.ask(fixed={"opt": "adam", "layers": 3})
    assert (first["opt"], first["layers"], sorted(first.params)) == ("adam", 3, ["layers", "opt", "x"])
    assert "opt" in first and "momentum" not in first
    study.tell(first, 1.0)
    study.enqueue({"layers": 5}, rest="strategy")
    second = study.ask()
    study.tell(second, 1.0)
    assert second["layers"] == 5
    assert [row["by"] for row in study.trials] == ["tpe", "tpe"]
    with pytest.raises(ht.HypertideError, match="layers: expected"):
        open_study(path=None).ask(fixed={"layers": 99})
    assert study.ask(fixed={"layers": 1}) is None


def test_refuses_an_ask_that_would_wait_for_ever(open_study, until):
    until(lambda: all(thread.name.startswith("hypertide-engine") for thread in threading.enumerate()[1:]))  # those of other tests have ended
    study = open_study(trials=3)
    first = study.ask()
    with pytest.raises(ht.HypertideError, match=r"ask waits: trial 1 is open, and parallel is 1; .* write Study\(..., parallel=2\)"):
        study.ask()
    study.tell(first, 1.0)
    study.limit(parallel=4)
    study.ask(), study.ask()
    with pytest.raises(ht.HypertideError, match="ask waits: trials 2, 3 are open, and the study has all of its 3 trials"):
        study.ask()
    several = open_study(path=None, parallel=3)
    assert [several.ask().number for _ in range(3)] == [1, 2, 3]


def test_an_ask_that_waits_for_another_thread_warns_after_a_while(open_study, monkeypatch):
    monkeypatch.setattr("hypertide._engine.SLOW", 0.05)
    study = open_study()
    trial = study.ask()
    said = []
    warned = threading.Event()
    teller = threading.Thread(target=lambda: (warned.wait(20), study.tell(trial, 1.0)))
    teller.start()
    with warnings.catch_warnings():
        warnings.showwarning = lambda *warning: (said.append(warning), warned.set())
        warnings.simplefilter("always")
        assert study.ask().number == 2
    teller.join()
    message, _, file, *_ = said[0]
    assert "ask waits: trial 1 is open" in str(message)
    assert file == __file__


def test_a_warning_names_the_line_that_told_the_result(open_study):
    study = open_study(epochs=27)
    with pytest.warns(UserWarning, match="trial 1 completed without a report") as warned:
        study.tell(study.ask(), 1.0)
    assert warned[0].filename == __file__


def test_cancels_a_trial_from_python_and_from_the_command_line(open_study, path):
    study = open_study()
    for cancel in (lambda: study.cancel(1), lambda: subprocess.run(command("trial", "cancel", str(path), "2"), check=True, capture_output=True)):
        trial = study.ask()
        trial.report(3.0, 1)
        cancel()
        with pytest.raises(ht.Stopped):
            trial.report(2.0, 2)
        study.tell(trial, stopped=True)
    assert [(row["status"], row["values"]["loss"]) for row in study.trials] == [("stopped", 2.0)] * 2


def test_takes_a_trial_its_number_or_its_row(open_study):
    study = open_study(parallel=3)
    trials = [study.ask() for _ in range(3)]
    for given in (trials[0], 2, study.trials[2]):
        study.tell(given, 1.0)
    assert [row["status"] for row in study.trials] == ["completed"] * 3
    with pytest.raises(ht.HypertideError, match="trial 2 has ended: completed; if its result is wrong, retract it"):
        study.tell(2, 1.0)
    study.retract(study.trials[0])
    with pytest.raises(ht.HypertideError, match="expected a trial or its number, got the str 'one'"):
        study.retract("one")


def test_refuses_values_that_are_not_numbers(open_study):
    for wrong in ["0.5", True, None, object()]:
        with pytest.raises(ht.HypertideError) as raised:
            open_study(path=None).tell(open_study(path=None).ask(), {"loss": wrong})
        assert re.search("^trial 1: loss: expected a number, got the (str|bool|NoneType|object) ", str(raised.value))
    with pytest.raises(ht.HypertideError, match="trial 1: the value: expected a number, got the str 'a'"):
        open_study(path=None).ask().report("a")


def test_leaves_out_metrics_that_are_not_finite(open_study):
    study = open_study()
    trial = study.ask()
    trial.report(1.0, 1, {"accuracy": float("nan"), "size": 3})
    study.tell(trial, 1.0)
    study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"accuracy": float("inf"), "size": 4})
    assert [(row["status"], row["metrics"]) for row in study.trials] == [("completed", {"size": 3}), ("completed", {"size": 4})]


def test_adds_a_result_to_its_own_configuration(open_study):
    study = open_study(parallel=2)
    study.enqueue({"x": 1.0, "layers": 1, "opt": "sgd"})
    study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"size": 3})
    assert [row["params"]["x"] for row in study.trials if row["status"] == "completed"] == [2.0]
    assert study.ask().params["x"] == 1.0


def test_refuses_an_ask_of_a_closed_study(open_study):
    study = open_study()
    study.close()
    with pytest.raises(ht.EngineError, match="closed"):
        study.ask()
