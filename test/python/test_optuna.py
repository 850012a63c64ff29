"""The Optuna sampler, pruner and proposer, with the real Optuna. `wheel.deep.test.ts` runs this with the installed package."""

import contextlib
import json
import pickle
import re
import subprocess
import threading
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import optuna
import pytest

import hypertide as ht
from hypertide._engine import Patience
from hypertide._engine import command
from hypertide._http import HttpServer
from hypertide.integrations.optuna_proposer import _Mirror, propose_with
from hypertide.integrations.optuna_sampler import HypertidePruner, HypertideSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def loss(trial):
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_int("y", 1, 9)
    return x * x + abs(y - 4) + (trial.suggest_categorical("kind", ["a", "b", None]) is None)


def space():
    d = optuna.distributions
    return {"x": d.FloatDistribution(-5, 5), "y": d.IntDistribution(1, 9), "kind": d.CategoricalDistribution(["a", "b", None])}


def optimized(trials=20, **options):
    study = optuna.create_study(sampler=HypertideSampler(**options))
    study.optimize(loss, n_trials=trials)
    return study


def test_searches_and_is_reproducible():
    study = optimized(30, seed=1)
    assert study.best_value < 0.5
    assert [trial.params for trial in study.trials] == [trial.params for trial in optimized(30, seed=1).trials]
    assert study.trials[5].params != optimized(6, seed=2).trials[5].params


def test_searches_all_parameters_of_a_given_space_from_the_first_trial_on():
    study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"grid": {"levels": {"x": 1}}}, seed=1))
    study.optimize(loss, n_trials=27)
    assert len({(trial.params["y"], trial.params["kind"]) for trial in study.trials}) == 27


def test_learns_from_trials_of_others():
    def after(others):
        study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"cmaes": {"population": 4}}, seed=1))
        for x in others:
            study.add_trial(optuna.trial.create_trial(params={"x": x, "y": 4, "kind": "a"}, distributions=space(), value=x * x))
        return study.ask(space()).params

    assert after([]) != after([1.5, 0.5, 2.5, -1.0, 0.1, 3, 2, 1])


def test_copes_with_failed_pruned_and_fixed_trials():
    def objective(trial):
        value = loss(trial)
        if trial.number % 4 == 1:
            raise ValueError("broken")
        if trial.number % 4 == 2:
            trial.report(value, 3)
            raise optuna.TrialPruned
        return value if trial.number % 4 else float("inf")

    study = optuna.create_study(sampler=HypertideSampler(strategy="tpe", seed=1))
    study.enqueue_trial({"x": 1, "y": 1, "kind": "b"})
    study.optimize(objective, n_trials=12, catch=(ValueError,))
    study.sampler = optuna.samplers.PartialFixedSampler({"y": 7}, study.sampler)
    study.optimize(objective, n_trials=6, catch=(ValueError,))
    assert all(trial.params["y"] == 7 for trial in study.trials[12:])


def test_takes_several_objectives_constraints_and_threads():
    sampler = HypertideSampler(strategy="nsga2", seed=1, parallel=3, constraints_func=lambda trial: (trial.params["x"] - 1,))
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    study.optimize(lambda trial: (loss(trial), trial.params["y"]), n_trials=24, n_jobs=3)
    assert all(trial.params["x"] <= 1 for trial in study.best_trials)


def test_repeats_configurations_once_all_are_tried():
    study = optuna.create_study(sampler=HypertideSampler(seed=1))
    study.optimize(lambda trial: trial.suggest_categorical("a", [1, 2]) + trial.suggest_int("b", 1, 2), n_trials=8)
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 4


def test_searches_the_parameters_that_all_trials_have():
    def objective(trial):
        branch = trial.suggest_categorical("branch", [True, False])
        return trial.suggest_float("y" if branch else "z", 0, 1)

    study = optuna.create_study(sampler=HypertideSampler(seed=1))
    study.optimize(objective, n_trials=10)
    assert {trial.params["branch"] for trial in study.trials} == {True, False}


def test_can_be_pickled():
    study = optimized(5, seed=1)
    copy = optuna.create_study(sampler=pickle.loads(pickle.dumps(study.sampler)))
    copy.optimize(loss, n_trials=3)
    assert len(copy.trials) == 3


def raced(**options):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), pruner=HypertidePruner(**options))

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        for epoch in range(27):
            trial.report(x + 1 / (epoch + 1), epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x + 1 / 27

    study.optimize(objective, n_trials=30)
    stopped = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.PRUNED]
    return study, stopped


def test_prunes_trials_that_fall_behind():
    study, stopped = raced(epochs=27)
    assert len(stopped) > 10
    assert study.best_value < min(trial.params["x"] for trial in stopped) + 1 / 27


def test_continues_after_reports_that_are_not_finite():
    for odd in (float("nan"), float("inf")):
        study = optuna.create_study(sampler=HypertideSampler(seed=1), pruner=HypertidePruner(epochs=9))

        def objective(trial):
            x = trial.suggest_float("x", 0, 1)
            trial.report(odd if trial.number == 2 else x, 0)
            if trial.number == 2 or trial.should_prune():
                raise optuna.TrialPruned
            return x

        study.optimize(objective, n_trials=6)
        assert study.trials[2].state == optuna.trial.TrialState.PRUNED
        assert len(study.trials) == 6


def test_accepts_other_early_stopping_rules():
    assert len(raced(strategy="medianStop")[1]) > 5
    assert len(raced(strategy={"thresholdStop": {"worst": 3}})[1]) == 0
    with pytest.raises(ValueError, match="either epochs or a strategy"):
        HypertidePruner()


def test_sees_the_reports_of_other_processes(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    other = optuna.create_study(storage=storage, study_name="s", pruner=optuna.pruners.NopPruner())
    for x in range(6):
        trial = other.ask()
        for epoch in range(9):
            trial.report(x, epoch)
        other.tell(trial, x)
    here = optuna.load_study(storage=storage, study_name="s", pruner=HypertidePruner(strategy="medianStop"))
    trial = here.ask()
    trial.report(9, 1)
    assert trial.should_prune()


@pytest.fixture
def serve(tmp_path):
    """Serves a study with this strategy. Returns its address."""
    with contextlib.ExitStack() as ending:

        def start(strategy):
            file = tmp_path / "study.yaml"
            parameters = {"x": ht.float(-5, 5), "kind": ht.choice("a", "b"), "y": ht.int(1, 9, when={"kind": "a"})}
            file.write_text(json.dumps({"parameters": parameters, "objective": "minimize loss", "trials": 16, "strategy": strategy}))
            words = command("serve", str(file), "--http", "0")
            server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
            ending.callback(server.communicate)
            ending.callback(server.terminate)
            return next(match[0] for line in server.stdout if (match := re.search(r"http://[\d.:]+\d", line)))

        yield start


def work(url):
    with ht.Study(url=f"{url}/study") as study:
        study.optimize(lambda trial: trial["x"] ** 2 + trial.params.get("y", 5), progress=False)


def test_a_sampler_of_optuna_searches_next_to_others(serve):
    url = serve({"mix": {"model": ["tpe", 0.5], "optuna": [{"chain": [{"external": "optuna"}, "random"]}, 0.5]}})
    worker = threading.Thread(target=work, args=[url])
    worker.start()
    made = propose_with(optuna.samplers.TPESampler(n_startup_trials=2, seed=1), url, "study")
    worker.join()
    rows = ht.Study(url=f"{url}/study").trials
    proposed = [row for row in rows if row["by"] == "mix/optuna/external"]
    assert made > 2
    assert len(proposed) == made
    assert all(row["tags"]["note"] == "TPESampler" for row in proposed)
    assert {row["by"] for row in rows} - {"mix/optuna/external"} == {"mix/model/tpe"}


def test_reports_what_a_server_refuses(serve):
    url = serve("random")
    with pytest.raises(ht.HypertideError, match="there is no proposer optuna"):
        propose_with(optuna.samplers.RandomSampler(), url, "study")


@pytest.fixture
def answers():
    """A server that gives these answers (status, body, bytes that it announces and does not send), the last one again and again."""
    with contextlib.ExitStack() as ending:

        def start(*answers, give_up=60):
            left = list(answers)

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    status, body, missing = left.pop(0) if len(left) > 1 else left[0]
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body) + missing))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_):
                    pass

            server = HTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            ending.callback(server.server_close)
            ending.callback(server.shutdown)
            return HttpServer(f"http://127.0.0.1:{server.server_port}/s", None, Patience(), give_up)

        yield start


def test_waits_while_the_server_is_started_again(answers):
    page = b"<html>Bad Gateway</html>"
    proxy = [(502, page, 0), (503, b"{}", 0), (504, page, 0), (200, page, 0), (404, page, 0), (404, page, 20), (404, b"[]", 0), (404, b"{}", 0)]
    server = answers((200, b'{"ne', 20), *proxy, (200, b'{"next": "over"}', 0))
    assert server.send("GET", "/turn") == {"next": "over"}


@pytest.mark.parametrize(("answer", "why"), [((502, b"<html>", 0), "status 502"), ((200, b"{", 9), "IncompleteRead")])
def test_gives_up_a_server_that_does_not_answer(answers, answer, why):
    with pytest.raises(ht.EngineError, match=f"cannot be reached .{why}"):
        answers(answer, give_up=0).send("GET", "/turn")


def test_a_refusal_is_not_repeated(answers):
    with pytest.raises(ht.HypertideError, match="there is no study"):
        answers((404, b'{"error": "there is no study", "code": "unknown"}', 0)).send("GET", "/turn")


def test_stopped_trials_of_one_and_of_several_objectives():
    TrialState = optuna.trial.TrialState
    for names, own, elsewhere in [(["loss"], TrialState.PRUNED, [TrialState.PRUNED]), (["loss", "size"], TrialState.FAIL, [])]:
        objectives = [{"name": name, "direction": "minimize"} for name in names]
        created = {"objectives": objectives, "space": {"parameters": {"x": ht.float(0, 1)}}}
        mirror = _Mirror(optuna.samplers.TPESampler(n_startup_trials=1, seed=1), created)
        trial, params = mirror.suggest()
        mirror.proposed[7] = trial
        stopped = {"status": "stopped", "step": 3, "values": {name: 0.5 for name in names}}
        rows = [{"trial": 1, "proposal": 7, "params": params, **stopped}, {"trial": 2, "params": {"x": 0.25}, **stopped}]
        mirror.learn(SimpleNamespace(send=lambda *_: {"trials": rows}))
        assert [known.state for known in mirror.study.trials] == [own, *elsewhere]
        mirror.suggest()
