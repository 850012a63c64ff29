"""One contract for `Study`, wherever it lives: in a journal, behind HTTP, or on a NATS server."""

import asyncio
import contextlib
import json
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest
from support import SPACE, loss_of, refused_in_child

import hypertide as ht
from hypertide import _engine, _http
from hypertide._engine import command
from hypertide.errors import Interrupted

WITH = {"minimize": "loss"}
QUESTIONS = [f"q{i}" for i in range(12)]


class Place:
    """Studies of a kind, one for each test."""

    def __init__(self, folder, names, ending):
        self.folder, self.ending = folder, ending
        for name in names:
            study = {"parameters": SPACE, "objective": "minimize loss", "trials": 12, "parallel": 4, "name": name, "strategy": "random"}
            study |= {"examples": QUESTIONS} if "examples" in name else {}
            (folder / f"{name}.yaml").write_text(json.dumps(study))
        self.start([f"{name}.yaml" for name in names])

    def run_until(self, words, ready):
        with open(self.folder / "log", "a") as log:
            server = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log)
        self.ending.callback(server.wait)
        self.ending.callback(server.terminate)
        end = time.monotonic() + 120
        while not ready():
            assert time.monotonic() < end and server.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        return server


class Journals(Place):
    def start(self, files):
        pass

    def options(self, name):
        return {"path": self.folder / f"{name}.jsonl", "parallel": 2, "name": name, **({"examples": QUESTIONS} if "examples" in name else {})}


class OverHttp(Place):
    def start(self, files):
        self.port = free_port()
        self.words = command("serve", *files, "--http", str(self.port))
        self.again()

    def again(self):
        self.server = self.run_until(self.words, lambda: listens(self.port))

    def options(self, name):
        return {"url": f"http://127.0.0.1:{self.port}/{name}"}


class OnNats(Place):
    def start(self, files):
        program = shutil.which("nats-server") or pytest.skip("there is no nats-server")
        self.port = free_port()
        self.run_until([program, "-js", "-sd", str(self.folder / "nats"), "-p", str(self.port)], lambda: listens(self.port))
        log = self.folder / "log"
        words = command("serve", *files, "--nats", f"nats://127.0.0.1:{self.port}")
        self.run_until(words, lambda: log.read_text().count(": started\n") >= len(files))

    def options(self, name):
        return {"url": f"nats://127.0.0.1:{self.port}/{name}"}


@pytest.fixture(scope="module", params=[Journals, OverHttp, OnNats], ids=lambda kind: kind.__name__)
def place(request, tmp_path_factory):
    with contextlib.ExitStack() as ending:
        yield request.param(tmp_path_factory.mktemp("place"), [name for name in globals() if name.startswith("test_")], ending)


@pytest.fixture
def open_study(place, request):
    """Opens the study of the test."""
    name = request.function.__name__
    with contextlib.ExitStack() as opened:
        yield lambda space=SPACE, **more: opened.enter_context(ht.Study(space, **{**WITH, **place.options(name), **more}))


over_http = pytest.mark.parametrize("place", [OverHttp], indirect=True)


def test_optimizes(open_study):
    said = []
    study = open_study().optimize(loss_of, trials=12, parallel=2, callbacks=[lambda _, trial: said.append(trial.number)], progress=False)
    rows = study.trials
    assert [row["status"] for row in rows] == ["completed"] * 12
    assert sorted(said) == list(range(1, 13))
    best = min(rows, key=lambda row: row["values"]["loss"])
    assert study.best["trial"] == best["trial"]
    assert (study.best_params, study.best_value) == (best["params"], best["values"]["loss"])
    assert best["trial"] in [row["trial"] for row in study.front]
    assert study.recommendation["row"]["status"] == "completed"
    assert sum(study.importance()["shares"].values()) == pytest.approx(1)
    with pytest.raises(ht.HypertideError, match="objective"):
        study.importance("other")
    assert re.search(r"trial 3 was suggested by .*\n(.*\n)*recomputed from the log: the suggestion is the same\n$", study.why(3))
    assert re.search(rf"^trial {best['trial']} was suggested", study.why())


def test_names_another_space_or_objective(open_study):
    open_study().close()
    for space, more, wrong in (
        ({**SPACE, "x": ht.float(-5, 6)}, {}, r"space\.parameters\.x\.high is 5 in the log, but 6 here"),
        (SPACE, {"minimize": None, "maximize": "loss"}, r'objectives\.0\.direction is "minimize" in the log, but "maximize" here'),
    ):
        with pytest.raises(ht.HypertideError, match=wrong) as raised:
            open_study(space, **more)
        assert raised.value.code == "other-study"
    assert open_study(None, minimize=None).ask().params.keys() - {"momentum"} == {"x", "layers", "opt"}


def test_reports_and_stops(open_study):
    study = open_study()
    trial = study.ask()
    trial.report(2.0, 1, {"accuracy": 0.5})
    study.cancel(trial)
    with pytest.raises(ht.Stopped):
        for step in range(2, 100):  # a stop may come a step late
            trial.report(1.0, step)
            time.sleep(0.1)
    study.tell(trial, stopped=True)
    row = study.trials[0]
    assert (row["status"], row["values"]) == ("stopped", {"loss": 2.0 if row["step"] == 1 else 1.0})


def test_races_on_examples(open_study):
    def score(params, question):
        place = QUESTIONS.index(question)
        return {"loss": params["x"] ** 2 + place, "usd": 0.5, "constraints": [place - 20, params["x"] - 100]}

    study = open_study(examples=QUESTIONS).optimize(ht.each(QUESTIONS, score), trials=12, parallel=2, progress=False)
    best = study.best
    assert best["step"] == 12
    assert best["values"] == {"loss": pytest.approx(best["params"]["x"] ** 2 + 5.5)}
    assert best["constraints"] == [pytest.approx(-14.5), pytest.approx(best["params"]["x"] - 100)]
    first, counts, spent = {}, {}, 0
    for row in study.trials:
        own = first[row["trial"]] = first.get(row.get("resumes"), row["trial"])
        counts[own] = max(counts.get(own, 0), row["step"])
        spent += row["metrics"]["usd"]
    assert spent == 0.5 * sum(counts.values())  # each example once
    assert {row["status"] for row in study.trials} <= {"completed", "stopped"}  # over NATS, a stop may come late


def test_reports_examples_by_hand(open_study):
    study = open_study(examples=QUESTIONS)
    trial = study.ask()
    assert len(trial.examples) == 2
    for place in trial.examples:
        trial.report_example(QUESTIONS[place], 2 * place)
    for wrong in ("q12", 12, -1):
        with pytest.raises(ht.HypertideError, match="example"):
            trial.report_example(wrong, 1)
    study.tell(trial)
    row = study.trials[0]
    assert (row["status"], row["values"], row["step"]) == ("completed", {"loss": sum(trial.examples)}, 2)


def test_takes_what_is_enqueued_and_retracts(open_study):
    study = open_study()
    wanted = {"x": 0.5, "layers": 2, "opt": "adam"}
    study.enqueue(wanted)
    found = []
    while not any(trial.params == wanted for trial in found):
        found.append(study.ask())
        study.tell(found[-1], 1.0)
    study.retract(found[-1])
    assert study.trials[-1 + found[-1].number]["status"] == "retracted"
    with pytest.raises(ht.HypertideError, match="x"):
        study.enqueue({"x": 99})


def test_keeps_failures_metrics_and_constraints(open_study):
    def objective(trial):
        if trial.number == 2:
            raise ValueError("too large")
        if trial.number == 3:
            raise ht.Infeasible("does not fit")
        trial.metrics["size"] = 7
        trial.constraints = [-1.0]
        return float("nan") if trial.number == 4 else 1.0 + trial.number

    rows = open_study().optimize(objective, trials=6, progress=False).trials
    assert [row["status"] for row in rows] == ["completed", "failed", "failed", "failed", "completed", "completed"]
    assert [rows[i]["reason"] for i in (1, 2, 3)] == ["error", "infeasible", "non-finite"]
    assert "raise ValueError" in rows[1]["trace"]
    assert (rows[0]["metrics"], rows[0]["constraints"]) == ({"size": 7}, [-1])


def test_evaluates_coroutines(open_study):
    together = asyncio.Barrier(2)

    async def objective(trial):
        if trial.number <= 2:
            await asyncio.wait_for(together.wait(), 120)
        return loss_of(trial)

    study = open_study().optimize(objective, trials=6, parallel=2, progress=False)
    assert [row["status"] for row in study.trials] == ["completed"] * 6


def test_continues_for_more_trials(open_study):
    study = open_study().optimize(loss_of, trials=3, progress=False)
    study.optimize(loss_of, trials="+2", progress=False)
    assert len(study.trials) == 5
    assert study.ask() is None


def test_a_trial_that_is_handed_back_is_tried_again(open_study):
    study = open_study()
    trial = study.ask()
    study.close()
    study = open_study()
    while (again := study.ask()).number != trial.number:  # others may have been suggested meanwhile
        study.tell(again, 1.0)
    assert again.params == trial.params


@pytest.mark.parametrize("place", [Journals, OnNats], indirect=True)
def test_a_trial_whose_ask_was_interrupted_is_tried_again(open_study, place, monkeypatch):
    monkeypatch.setattr(_engine, "GRACE", 0)
    study = open_study()
    held = [study.ask() for _ in range(2 if isinstance(place, Journals) else 4)]
    study._engine.patience.hurry()
    with pytest.raises(Interrupted):
        study._next()
    study._engine.patience.relax()
    study.tell(held[0], 1.0)
    again = study._next()
    assert [row["attempt"] for row in study.trials if row["trial"] == again.number] == [2]


def test_a_forked_process_cannot_use_it(open_study):
    study = open_study()
    assert "a process forked from it" in refused_in_child(study)
    study.tell(study.ask(), 1.0)
    assert [row["status"] for row in study.trials].count("completed") == 1


def test_keeps_texts(open_study):
    def objective(trial):
        trial.note = f"number **{trial.number}**"
        return loss_of(trial)

    study = open_study().optimize(objective, trials=2, progress=False)
    study.annotate(study.trials[1], labels=["check"], starred=True)
    study.annotate(note="of the study")
    first, second = study.trials[:2]
    assert (first["note"], second["note"], second["labels"], second["starred"]) == ("number **1**", "number **2**", ["check"], True)


@over_http
def test_goes_on_after_its_server_was_killed(open_study, place):
    study = open_study()
    restarts = []

    def objective(trial):
        for step in range(1, 4):
            if trial.number == 3 and step == 2 and not restarts:
                place.server.kill()
                place.server.wait()
                restarts.append(threading.Timer(1, place.again))
                restarts[0].start()
            trial.report(loss_of(trial) + 1 / step, step)
        return loss_of(trial)

    study.optimize(objective, trials=8, parallel=2, progress=False)
    restarts[0].join()
    assert [(row["status"], row["attempt"]) for row in study.trials] == [("completed", 1)] * 8


@over_http
def test_needs_the_address_of_a_study_that_is_there(place, monkeypatch):
    monkeypatch.setattr(_http, "STARTING", 0)
    for url, wrong in (
        (f"http://127.0.0.1:{place.port}/absent", "there is no study absent"),
        (f"http://127.0.0.1:{place.port}", "expected the address of a study, such as http://127.0.0.1:8080/digits"),
        (f"http://127.0.0.1:{free_port()}/x", "cannot be reached .*is `hypertide serve --http` running there"),
        ("ftp://x/y", "expected the address of a study, such as http://127.0.0.1:8080/digits or nats://127.0.0.1:4222/digits"),
    ):
        with pytest.raises(ht.HypertideError, match=wrong):
            ht.Study(url=url)


@over_http
def test_is_configured_where_it_runs(open_study, tmp_path):
    with pytest.raises(ht.HypertideError, match="with a url, strategy and seed cannot be given"):
        open_study(strategy="tpe", seed=3)
    with pytest.raises(ht.HypertideError, match="expected a path or a url, got both"):
        open_study(path=tmp_path / "x.jsonl")
    with pytest.raises(ht.HypertideError, match="report: expected a study with a path, got one at http"):
        open_study().report()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False
