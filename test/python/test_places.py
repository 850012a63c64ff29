"""One contract for `Study`, wherever it lives: in a journal, behind HTTP, or on a NATS server."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path

import hypertide as ht
from hypertide._engine import command
from support import SPACE, loss_of

WITH = {"minimize": "loss"}


class Journal:
    """A study in a journal of its own."""

    def options(self, name):
        return {"path": self.folder / f"{name}.jsonl", "parallel": 2, "name": name}

    @classmethod
    def serve(cls, names):
        pass


class Served:
    """Studies that a server runs, one for each test."""

    @classmethod
    def serve(cls, names):
        for name in names:
            study = {"parameters": SPACE, "objective": "minimize loss", "trials": 12, "parallel": 4, "name": name, "strategy": "random"}
            (cls.folder / f"{name}.yaml").write_text(json.dumps(study))
        cls.start([f"{name}.yaml" for name in names])

    @classmethod
    def run_until(cls, words, ready):
        log = open(cls.folder / "log", "w+")
        cls.addClassCleanup(log.close)
        server = subprocess.Popen(words, cwd=cls.folder, stdout=log, stderr=log)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        until = time.monotonic() + 120
        while not ready():
            if time.monotonic() > until or server.poll() is not None:
                raise AssertionError((cls.folder / "log").read_text())
            time.sleep(0.1)
        return server


class OverHttp(Served):
    def options(self, name):
        return {"url": f"http://127.0.0.1:{self.port}/{name}"}

    @classmethod
    def start(cls, files):
        cls.port = free_port()
        cls.words = command("serve", *files, "--http", str(cls.port))
        cls.server = cls.run_until(cls.words, lambda: listens(cls.port))


class OverNats(Served):
    def options(self, name):
        return {"url": f"nats://127.0.0.1:{self.port}/{name}"}

    @classmethod
    def start(cls, files):
        program = shutil.which("nats-server")
        if program is None:
            raise unittest.SkipTest("there is no nats-server")
        cls.port = free_port()
        cls.run_until([program, "-js", "-sd", str(cls.folder / "nats"), "-p", str(cls.port)], lambda: listens(cls.port))
        log = cls.folder / "log"
        cls.run_until(command("serve", *files, "--nats", f"nats://127.0.0.1:{cls.port}"), lambda: log.read_text().count(": started\n") >= len(files))


class Contract:
    """What holds everywhere."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.names = {test: f"study-{i}" for i, test in enumerate(unittest.defaultTestLoader.getTestCaseNames(cls))}
        cls.serve(list(cls.names.values()))

    def name(self):
        return self.names[self._testMethodName]

    def study(self, space=SPACE, **more):
        study = ht.Study(space, **{**WITH, **self.options(self.name()), **more})
        self.addCleanup(study.close)
        return study

    def test_optimizes(self):
        said = []
        study = self.study().optimize(loss_of, trials=12, parallel=2, callbacks=[lambda _, trial: said.append(trial.number)], progress=False)
        rows = study.trials
        self.assertEqual([row["status"] for row in rows], ["completed"] * 12)
        self.assertEqual(sorted(said), list(range(1, 13)))
        best = min(rows, key=lambda row: row["values"]["loss"])
        self.assertEqual(study.best["trial"], best["trial"])
        self.assertEqual((study.best_params, study.best_value), (best["params"], best["values"]["loss"]))
        self.assertIn(best["trial"], [row["trial"] for row in study.front])
        self.assertEqual(study.recommendation["row"]["status"], "completed")
        self.assertAlmostEqual(sum(study.importance()["fanova"].values()), 1, 6)
        with self.assertRaisesRegex(ht.HypertideError, "objective"):
            study.importance("other")
        self.assertRegex(study.why(3), r"trial 3 was suggested by .*\n(.*\n)*recomputed from the log: the suggestion is the same\n$")
        self.assertRegex(study.why(), rf"^trial {best['trial']} was suggested")

    def test_names_another_space_or_objective(self):
        self.study().close()
        for space, more, wrong in (
            ({**SPACE, "x": ht.float(-5, 6)}, {}, r"space\.parameters\.x\.high is 5 in the log, but 6 here"),
            (SPACE, {"minimize": None, "maximize": "loss"}, r'objectives\.0\.direction is "minimize" in the log, but "maximize" here'),
        ):
            with self.assertRaisesRegex(ht.HypertideError, wrong) as raised:
                self.study(space, **more)
            self.assertEqual(raised.exception.code, "other-study")
        self.assertEqual(self.study(None, minimize=None).ask().params.keys() - {"momentum"}, {"x", "layers", "opt"})

    def test_reports_and_stops(self):
        study = self.study()
        trial = study.ask()
        trial.report(2.0, 1, {"accuracy": 0.5})
        study.cancel(trial)
        with self.assertRaises(ht.Stopped):
            for step in range(2, 100):  # a stop may come a step late
                trial.report(1.0, step)
                time.sleep(0.1)
        study.tell(trial, stopped=True)
        row = study.trials[0]
        self.assertEqual((row["status"], row["values"]), ("stopped", {"loss": 2.0 if row["step"] == 1 else 1.0}))

    def test_takes_what_is_enqueued_and_retracts(self):
        study = self.study()
        wanted = {"x": 0.5, "layers": 2, "opt": "adam"}
        study.enqueue(wanted)
        found = []
        while not any(trial.params == wanted for trial in found):
            found.append(study.ask())
            study.tell(found[-1], 1.0)
        study.retract(found[-1])
        self.assertEqual(study.trials[-1 + found[-1].number]["status"], "retracted")
        with self.assertRaisesRegex(ht.HypertideError, "x"):
            study.enqueue({"x": 99})

    def test_keeps_failures_metrics_and_constraints(self):
        def objective(trial):
            if trial.number == 2:
                raise ValueError("too large")
            if trial.number == 3:
                raise ht.Infeasible("does not fit")
            trial.metrics["size"] = 7
            trial.constraints = [-1.0]
            return float("nan") if trial.number == 4 else 1.0 + trial.number

        rows = self.study().optimize(objective, trials=6, progress=False).trials
        self.assertEqual([row["status"] for row in rows], ["completed", "failed", "failed", "failed", "completed", "completed"])
        self.assertEqual([rows[i]["reason"] for i in (1, 2, 3)], ["error", "infeasible", "non-finite"])
        self.assertIn("raise ValueError", rows[1]["trace"])
        self.assertEqual((rows[0]["metrics"], rows[0]["constraints"]), ({"size": 7}, [-1]))

    def test_evaluates_coroutines(self):
        together = asyncio.Barrier(2)

        async def objective(trial):
            if trial.number <= 2:
                await asyncio.wait_for(together.wait(), 120)
            return loss_of(trial)

        study = self.study().optimize(objective, trials=6, parallel=2, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 6)

    def test_continues_for_more_trials(self):
        study = self.study().optimize(loss_of, trials=3, progress=False)
        study.optimize(loss_of, trials="+2", progress=False)
        self.assertEqual(len(study.trials), 5)
        self.assertIsNone(study.ask())

    def test_a_trial_that_is_handed_back_is_tried_again(self):
        study = self.study()
        trial = study.ask()
        study.close()
        study = self.study()
        while (again := study.ask()).number != trial.number:  # others may have been suggested meanwhile
            study.tell(again, 1.0)
        self.assertEqual(again.params, trial.params)

    def test_a_forked_process_cannot_use_it(self):
        study = self.study()
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            child = os.fork()
        if child == 0:
            try:
                study.ask()
            except ht.HypertideError as error:
                os.write(writing, str(error).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        self.assertIn("a process forked from it", os.read(reading, 4096).decode())
        study.tell(study.ask(), 1.0)
        self.assertEqual([row["status"] for row in study.trials].count("completed"), 1)


class InJournal(Journal, Contract, unittest.TestCase):
    pass


class BehindHttp(OverHttp, Contract, unittest.TestCase):
    def test_goes_on_after_its_server_was_killed(self):
        study = self.study()
        killed = []

        def objective(trial):
            for step in range(1, 4):
                if trial.number == 3 and step == 2 and not killed:
                    killed.append(True)
                    self.server.send_signal(signal.SIGKILL)
                    self.server.wait()
                    restart = threading.Timer(1, self.again)
                    restart.start()
                    self.addCleanup(restart.join)
                trial.report(loss_of(trial) + 1 / step, step)
            return loss_of(trial)

        study.optimize(objective, trials=8, parallel=2, progress=False)
        rows = study.trials
        self.assertEqual([(row["status"], row["attempt"]) for row in rows], [("completed", 1)] * 8)

    def again(self):
        type(self).server = self.run_until(self.words, lambda: listens(self.port))

    def test_needs_the_address_of_a_study_that_is_there(self):
        for url, wrong in (
            (f"http://127.0.0.1:{self.port}/absent", "there is no study absent"),
            (f"http://127.0.0.1:{self.port}", "expected the address of a study, such as http://127.0.0.1:8080/digits"),
            (f"http://127.0.0.1:{free_port()}/x", "cannot be reached .*is `hypertide serve --http` running there"),
            ("ftp://x/y", "expected the address of a study, such as http://127.0.0.1:8080/digits or nats://127.0.0.1:4222/digits"),
        ):
            with self.assertRaisesRegex(ht.HypertideError, wrong):
                ht.Study(url=url)

    def test_is_configured_where_it_runs(self):
        with self.assertRaisesRegex(ht.HypertideError, "with a url, strategy and seed cannot be given"):
            self.study(strategy="tpe", seed=3)
        with self.assertRaisesRegex(ht.HypertideError, "expected a path or a url, got both"):
            self.study(path=self.folder / "x.jsonl")
        with self.assertRaisesRegex(ht.HypertideError, "report: expected a study with a path, got one at http"):
            self.study().report()


class OnNats(OverNats, Contract, unittest.TestCase):
    pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
