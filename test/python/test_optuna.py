"""The Optuna sampler, pruner and proposer, with the real Optuna. `wheel.deep.test.ts` runs this with the installed package."""

import json
import pickle
import re
import subprocess
import tempfile
import threading
import unittest
import unittest.mock
import urllib.request
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import optuna

import hypertide as ht
from hypertide._engine import command
from hypertide._engine import Patience
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


class Sampler(unittest.TestCase):
    def optimized(self, trials=20, **options):
        study = optuna.create_study(sampler=HypertideSampler(**options))
        study.optimize(loss, n_trials=trials)
        return study

    def test_searches_and_is_reproducible(self):
        study = self.optimized(30, seed=1)
        self.assertLess(study.best_value, 0.5)
        self.assertEqual([trial.params for trial in study.trials], [trial.params for trial in self.optimized(30, seed=1).trials])
        self.assertNotEqual(study.trials[5].params, self.optimized(6, seed=2).trials[5].params)

    def test_searches_all_parameters_of_a_given_space_from_the_first_trial_on(self):
        study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"grid": {"levels": {"x": 1}}}, seed=1))
        study.optimize(loss, n_trials=27)
        self.assertEqual(len({(trial.params["y"], trial.params["kind"]) for trial in study.trials}), 27)

    def test_learns_from_trials_of_others(self):
        def after(others):
            study = optuna.create_study(sampler=HypertideSampler(space(), strategy={"cmaes": {"population": 4}}, seed=1))
            for x in others:
                study.add_trial(optuna.trial.create_trial(params={"x": x, "y": 4, "kind": "a"}, distributions=space(), value=x * x))
            return study.ask(space()).params

        self.assertNotEqual(after([]), after([1.5, 0.5, 2.5, -1.0, 0.1, 3, 2, 1]))

    def test_copes_with_failed_pruned_and_fixed_trials(self):
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
        self.assertTrue(all(trial.params["y"] == 7 for trial in study.trials[12:]))

    def test_takes_several_objectives_constraints_and_threads(self):
        sampler = HypertideSampler(strategy="nsga2", seed=1, parallel=3, constraints_func=lambda trial: (trial.params["x"] - 1,))
        study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
        study.optimize(lambda trial: (loss(trial), trial.params["y"]), n_trials=24, n_jobs=3)
        self.assertTrue(all(trial.params["x"] <= 1 for trial in study.best_trials))

    def test_repeats_configurations_once_all_are_tried(self):
        study = optuna.create_study(sampler=HypertideSampler(seed=1))
        study.optimize(lambda trial: trial.suggest_categorical("a", [1, 2]) + trial.suggest_int("b", 1, 2), n_trials=8)
        self.assertEqual(len({tuple(trial.params.values()) for trial in study.trials}), 4)

    def test_searches_the_parameters_that_all_trials_have(self):
        def objective(trial):
            branch = trial.suggest_categorical("branch", [True, False])
            return trial.suggest_float("y" if branch else "z", 0, 1)

        study = optuna.create_study(sampler=HypertideSampler(seed=1))
        study.optimize(objective, n_trials=10)
        self.assertEqual({trial.params["branch"] for trial in study.trials}, {True, False})

    def test_can_be_pickled(self):
        study = self.optimized(5, seed=1)
        copy = optuna.create_study(sampler=pickle.loads(pickle.dumps(study.sampler)))
        copy.optimize(loss, n_trials=3)
        self.assertEqual(len(copy.trials), 3)


class Pruner(unittest.TestCase):
    def raced(self, **options):
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

    def test_prunes_trials_that_fall_behind(self):
        study, stopped = self.raced(epochs=27)
        self.assertGreater(len(stopped), 10)
        self.assertLess(study.best_value, min(trial.params["x"] for trial in stopped) + 1 / 27)

    def test_continues_after_reports_that_are_not_finite(self):
        for odd in (float("nan"), float("inf")):
            study = optuna.create_study(sampler=HypertideSampler(seed=1), pruner=HypertidePruner(epochs=9))

            def objective(trial):
                x = trial.suggest_float("x", 0, 1)
                trial.report(odd if trial.number == 2 else x, 0)
                if trial.number == 2 or trial.should_prune():
                    raise optuna.TrialPruned
                return x

            study.optimize(objective, n_trials=6)
            self.assertEqual(study.trials[2].state, optuna.trial.TrialState.PRUNED)
            self.assertEqual(len(study.trials), 6)

    def test_accepts_other_early_stopping_rules(self):
        self.assertGreater(len(self.raced(strategy="medianStop")[1]), 5)
        self.assertEqual(len(self.raced(strategy={"thresholdStop": {"worst": 3}})[1]), 0)
        with self.assertRaisesRegex(ValueError, "either epochs or a strategy"):
            HypertidePruner()

    def test_sees_the_reports_of_other_processes(self):
        with tempfile.TemporaryDirectory() as folder:
            storage = f"sqlite:///{folder}/study.db"
            other = optuna.create_study(storage=storage, study_name="s", pruner=optuna.pruners.NopPruner())
            for x in range(6):
                trial = other.ask()
                for epoch in range(9):
                    trial.report(x, epoch)
                other.tell(trial, x)
            here = optuna.load_study(storage=storage, study_name="s", pruner=HypertidePruner(strategy="medianStop"))
            trial = here.ask()
            trial.report(9, 1)
            self.assertTrue(trial.should_prune())


class Proposer(unittest.TestCase):
    def serve(self, strategy):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = Path(folder.name) / "study.yaml"
        parameters = {
            "x": {"type": "float", "low": -5, "high": 5},
            "kind": {"type": "choice", "values": ["a", "b"]},
            "y": {"type": "int", "low": 1, "high": 9, "when": {"kind": "a"}},
        }
        file.write_text(json.dumps({"parameters": parameters, "objective": "minimize loss", "trials": 16, "strategy": strategy}))
        server = subprocess.Popen(command("serve", str(file), "--http", "0"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder.name)
        self.addCleanup(server.communicate)
        self.addCleanup(server.terminate)
        for line in server.stdout:
            if match := re.search(r"http://[\d.:]+\d", line):
                return match[0]
        self.fail("the server did not start")

    def post(self, url, path, body):
        request = urllib.request.Request(f"{url}/v1/studies/study/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    def work(self, url):
        while (trial := self.post(url, "ask", {}))["next"] != "over":
            if trial["next"] == "trial":
                params = trial["params"]
                value = params["x"] ** 2 + params.get("y", 5)
                self.post(url, f"trials/{trial['trial']}/tell", {"run": trial["run"], "values": {"loss": value}})

    def test_a_sampler_of_optuna_searches_next_to_others(self):
        url = self.serve({"mix": {"model": ["tpe", 0.5], "optuna": [{"chain": [{"external": "optuna"}, "random"]}, 0.5]}})
        worker = threading.Thread(target=self.work, args=[url])
        worker.start()
        made = propose_with(optuna.samplers.TPESampler(n_startup_trials=2, seed=1), url, "study")
        worker.join()
        with urllib.request.urlopen(f"{url}/v1/studies/study/trials") as answer:
            rows = json.load(answer)["trials"]
        proposed = [row for row in rows if row["by"] == "mix/optuna/external"]
        self.assertGreater(made, 2)
        self.assertEqual(len(proposed), made)
        self.assertTrue(all(row["tags"]["note"] == "TPESampler" for row in proposed))
        self.assertEqual({row["by"] for row in rows} - {"mix/optuna/external"}, {"mix/model/tpe"})

    def test_reports_what_a_server_refuses(self):
        url = self.serve("random")
        with self.assertRaisesRegex(ht.HypertideError, "there is no proposer optuna"):
            propose_with(optuna.samplers.RandomSampler(), url, "study")

    def answers(self, *answers):
        """A server that gives these answers (status, body, bytes that it announces and does not send), the last one again and again."""
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
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def test_waits_while_the_server_is_started_again(self):
        page = b"<html>Bad Gateway</html>"
        away = [(200, b'{"ne', 20), (502, page, 0), (503, b"{}", 0), (504, page, 0), (200, page, 0), (404, page, 0), (404, page, 20), (404, b"[]", 0), (404, b"{}", 0)]
        url = self.answers(*away, (200, b'{"next": "over"}', 0))
        self.assertEqual(HttpServer(f"{url}/s", None, Patience(), 60).send("GET", "/turn"), {"next": "over"})

    def test_gives_up_a_server_that_does_not_answer(self):
        for answer, why in [((502, b"<html>", 0), "status 502"), ((200, b"{", 9), "IncompleteRead")]:
            with self.assertRaisesRegex(ht.EngineError, f"cannot be reached .{why}"):
                HttpServer(f"{self.answers(answer)}/s", None, Patience(), 0).send("GET", "/turn")

    def test_a_refusal_is_not_repeated(self):
        with self.assertRaisesRegex(ht.HypertideError, "there is no study"):
            HttpServer(f"{self.answers((404, b'{"error": "there is no study", "code": "unknown"}', 0))}/s", None, Patience(), 60).send("GET", "/turn")

    def test_stopped_trials_of_one_and_of_several_objectives(self):
        TrialState = optuna.trial.TrialState
        for names, own, elsewhere in [(["loss"], TrialState.PRUNED, [TrialState.PRUNED]), (["loss", "size"], TrialState.FAIL, [])]:
            created = {"objectives": [{"name": name, "direction": "minimize"} for name in names], "space": {"parameters": {"x": {"type": "float", "low": 0, "high": 1}}}}
            mirror = _Mirror(optuna.samplers.TPESampler(n_startup_trials=1, seed=1), created)
            trial, params = mirror.suggest()
            mirror.proposed[7] = trial
            stopped = {"status": "stopped", "step": 3, "values": {name: 0.5 for name in names}}
            rows = [{"trial": 1, "proposal": 7, "params": params, **stopped}, {"trial": 2, "params": {"x": 0.25}, **stopped}]
            mirror.learn(unittest.mock.Mock(send=lambda *_: {"trials": rows}))
            self.assertEqual([known.state for known in mirror.study.trials], [own, *elsewhere])
            mirror.suggest()


if __name__ == "__main__":
    unittest.main()
