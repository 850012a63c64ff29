"""What a user of the installed package relies on. `wheel.deep.test.ts` builds the wheel, installs it into a virtual environment and runs this."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path

import hypertide as ht
from hypertide._engine import command

SPACE = {"x": ht.float(-5, 5), "layers": ht.int(1, 8), "opt": ["sgd", "adam"], "momentum": ht.float(0, 0.9, when={"opt": "sgd"})}


def loss_of(trial):
    return (trial["x"] - 1) ** 2 + trial["layers"] + trial.params.get("momentum", 0.5)


def curve(trial):
    for step in range(1, 28):
        trial.report(loss_of(trial) + 10 / step, step)
    return loss_of(trial)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "study.jsonl"

    def study(self, **options):
        study = ht.Study(SPACE, **{"minimize": "loss", "path": self.path, "seed": 1, **options})
        self.addCleanup(study.close)
        return study


def nan_in_second(trial):
    trial.report(float("nan") if trial.number == 2 else 1.0, 1)
    return 0.1


def nan_in_second_that_goes_on(trial):
    with contextlib.suppress(ht.Stopped):
        nan_in_second(trial)
    return 0.1


class Optimize(InFolder):
    def test_finds_better_values_than_it_begins_with(self):
        study = self.study(path=None).optimize(loss_of, trials=40, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 40)
        first = min(row["values"]["loss"] for row in study.trials[:5])
        self.assertLess(study.best["values"]["loss"], min(first, 1.6))

    def test_begins_with_what_earlier_studies_suggest(self):
        earlier = self.study(trials=20)
        earlier.optimize(loss_of)
        study = self.study(path=self.path.with_name("next.jsonl"), earlier=[self.path], trials=6)
        study.optimize(loss_of)
        first = study.trials[0]
        self.assertEqual(first["by"], "earlier")
        values = sorted(trial["values"]["loss"] for trial in earlier.trials)
        self.assertLess(first["values"]["loss"], values[10])
        for path in (self.path, str(self.path)):  # a single one needs no list
            self.assertEqual(self.study(path=None, earlier=path).ask().params, first["params"])

    def test_stops_trials_that_fall_behind(self):
        study = self.study(epochs=27).optimize(curve, trials=30, progress=False)
        statuses = [row["status"] for row in study.trials]
        self.assertGreater(statuses.count("stopped"), 5)
        self.assertGreater(statuses.count("completed"), 1)

    def test_warns_once_of_an_objective_without_reports(self):
        study = self.study(epochs=27)
        study.add({"x": 1, "layers": 1, "opt": "adam"}, 1.5)  # evaluated elsewhere
        with self.assertWarnsRegex(UserWarning, r"trial 2 completed without a report, so no trial can be stopped early; call trial\.report"):
            study.optimize(loss_of, trials=2, progress=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            study.optimize(loss_of, trials=4, progress=False)
            self.study(epochs=27, path=None).optimize(curve, trials=2, progress=False)
            self.study(epochs=27, path=None, early=False).optimize(loss_of, trials=2, progress=False)

    def test_evaluates_in_parallel_threads(self):
        together = threading.Barrier(4, timeout=20)
        study = self.study()

        def objective(trial):
            if trial.number <= 4:
                together.wait()  # passes only while four trials run at once
            return loss_of(trial)

        study.optimize(objective, trials=12, parallel=4, progress=False)
        self.assertEqual(len(study.trials), 12)

    def test_evaluates_in_processes_that_report_and_are_stopped(self):
        study = self.study(epochs=27).optimize(curve, trials=12, parallel=2, processes=True, progress=False)
        self.assertEqual(len(study.trials), 12)
        self.assertEqual({row["status"] for row in study.trials}, {"completed", "stopped"})

    def test_continues_where_it_was(self):
        with self.study() as study:
            study.optimize(loss_of, trials=5, progress=False)
        calls = []
        study = self.study().optimize(lambda trial: calls.append(trial.number) or loss_of(trial), trials=8, progress=False)
        self.assertEqual(calls, [6, 7, 8])
        study.optimize(loss_of, trials=10, progress=False)
        self.assertEqual(len(study.trials), 10)

    def test_a_failing_trial_does_not_end_the_study(self):
        def objective(trial):
            if trial.number == 2:
                raise ValueError("too large")
            if trial.number == 3:
                raise ht.Infeasible("does not fit")
            return float("nan") if trial.number == 4 else 1.0

        study = self.study().optimize(objective, trials=6, progress=False)
        failed = {row["trial"]: (row["reason"], row.get("message")) for row in study.trials if row["status"] == "failed"}
        self.assertEqual(failed[2], ("error", "ValueError: too large"))
        self.assertEqual(failed[3], ("infeasible", "does not fit"))
        self.assertEqual(failed[4][0], "non-finite")

    def test_three_failures_alike_end_a_study_that_never_worked(self):
        def objective(trial):
            raise RuntimeError("no GPU")

        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "first 3 trials all failed with RuntimeError: no GPU") as raised:
            study.optimize(objective, trials=20, progress=False)
        self.assertIsInstance(raised.exception.__cause__, RuntimeError)
        self.assertEqual(len(study.trials), 3)

    def test_trials_that_failed_alike_do_not_count(self):
        def objective(trial):
            raise RuntimeError("no GPU")

        with self.study() as study, self.assertRaises(ht.TrialsFailed):
            study.optimize(objective, trials=4, parallel=2, progress=False)
        study = self.study()
        with self.assertRaises(ht.TrialsFailed):
            study.optimize(objective, trials=4, parallel=2, progress=False)
        failed = sum(row["status"] == "failed" for row in study.trials)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            study.optimize(loss_of, trials=4)
        self.assertTrue(said.getvalue().startswith(f"resuming: 0 of 4 trials have ended, and {failed} that failed and do not count\n"), said.getvalue())
        self.assertIn("[4/4] ", said.getvalue())
        self.assertEqual([row["status"] for row in study.trials], ["failed"] * failed + ["completed"] * 4)
        study.optimize(loss_of, trials=6, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["failed"] * failed + ["completed"] * 6)

    def test_stops_from_a_callback_and_continues(self):
        def third(study, trial):
            if trial.number == 3:
                study.stop()

        study = self.study().optimize(loss_of, trials=9, callbacks=[third], progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 3)
        study.optimize(loss_of, trials=9, progress=False)
        self.assertEqual(len(study.trials), 9)

    def test_lists_the_front_of_several_objectives(self):
        study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
        self.addCleanup(study.close)
        self.assertEqual(study.front, [])
        study.optimize(lambda trial: {"a": trial["x"], "b": 1 - trial["x"] + (trial.number == 2)}, trials=5, progress=False)
        self.assertEqual(sorted(row["trial"] for row in study.front), [1, 3, 4, 5])
        one = self.study().optimize(loss_of, trials=5, progress=False)
        self.assertEqual([row["trial"] for row in one.front], [one.best["trial"]])

    def test_failures_alike_may_name_other_numbers(self):
        def objective(trial):
            raise ValueError(f"x={trial['x']} is too large")

        with self.assertRaisesRegex(ht.TrialsFailed, "the first 3 trials all failed with ValueError: x="):
            self.study().optimize(objective, trials=20, progress=False)

    def test_ten_failures_of_any_kind_end_a_study_that_never_worked(self):
        def objective(trial):
            raise [ValueError, KeyError][trial.number % 2]("wrong")

        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "the first 10 trials all failed, the last one with ValueError: wrong"):
            study.optimize(objective, trials=20, progress=False)
        self.assertEqual(len(study.trials), 10)

    def test_keeps_the_traceback_of_a_trial_that_fails(self):
        def objective(trial):
            if trial.number == 1:
                return 1.0
            raise ValueError("too large")

        study = self.study().optimize(objective, trials=2, progress=False)
        trace = study.trials[1]["trace"]
        self.assertTrue(trace.startswith("Traceback (most recent call last):"), trace)
        self.assertIn('raise ValueError("too large")', trace)
        self.assertNotIn("_optimize.py", trace)
        study.close()
        printed = subprocess.run(command("logs", str(self.path), "2"), capture_output=True, text=True)
        self.assertEqual(printed.stdout, trace)

    def test_counts_configurations_and_not_the_trials_that_resume_them(self):
        def objective(trial):
            for epoch in range(1, (trial.budget or 9) + 1):
                trial.report(trial["x"] ** 2 + 1 / epoch, epoch)
            return trial["x"] ** 2

        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study(epochs=9, resumes=True).optimize(objective, trials=6)
        lines = said.getvalue().splitlines()
        self.assertGreater(len(lines), 6)
        self.assertTrue(lines[-1].startswith("[6/6] trial "), lines)

    def test_three_results_that_are_not_finite_end_a_study_that_never_worked(self):
        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "the first 3 trials all failed with loss is nan"):
            study.optimize(lambda trial: float("nan"), trials=20, progress=False)
        self.assertEqual(len(study.trials), 3)

    def test_says_what_a_result_lacks(self):
        for wrong in [{"a": 1, "b": 2}, [1, 2], {"values": {"loss": 1}}]:
            with self.assertRaisesRegex(ht.TrialsFailed, "failed with expected a number or a dictionary {'loss': ...}, got the (dict|list) "):
                self.study(path=None).optimize(lambda trial: wrong, trials=9, progress=False)
        for wrong in [1.0, {"a": 1}, (1, 2)]:
            study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
            with self.assertRaisesRegex(ht.TrialsFailed, "failed with expected a dictionary {'a': ..., 'b': ...}, got the (float|dict|tuple) "):
                study.optimize(lambda trial: wrong, trials=9, progress=False)

    def test_names_the_keyword_that_was_meant(self):
        for wrong, meant in {"minimise": "minimize", "epoch": "epochs", "direction": "minimize or maximize", "trails": "trials", "n_jobs": "parallel"}.items():
            with self.assertRaisesRegex(ht.HypertideError, f"{wrong}.*; did you mean {meant}"):
                self.study(path=None, **{wrong: "loss"})

    def test_names_all_mistakes_of_a_study(self):
        with self.assertRaises(ht.HypertideError) as raised:
            ht.Study({"x": ht.float(1, 0), "n": ht.int(1, 0.5)}, strategy="bayess")
        lines = str(raised.exception).splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["strategy", "parameters.x.low", "parameters.n.high"], lines)

    def test_refuses_to_run_without_an_end(self):
        study = self.study()
        with self.assertRaisesRegex(ht.HypertideError, "expected trials=..., or seconds, cost, target or plateau of the Study"):
            study.optimize(loss_of, progress=False)
        study.limit(trials=3)
        self.assertEqual(len(study.optimize(loss_of, progress=False).trials), 3)
        ends = [{"plateau": 2}, {"strategy": {"grid": {"levels": 2}}}]
        for options in ends:
            ht.Study({"x": ht.float(0, 1)}, **options).optimize(lambda trial: 1.0, progress=False)
        finite = ht.Study({"opt": ["sgd", "adam"]}).optimize(lambda trial: 1.0, progress=False)
        self.assertEqual(len(finite.trials), 2)

    def test_three_results_of_none_end_a_study_that_never_worked(self):
        with self.assertRaisesRegex(ht.TrialsFailed, "the objective returned None, expected a number"):
            self.study().optimize(lambda trial: None, trials=20, progress=False)

    def test_says_how_many_trials_exist_when_it_resumes(self):
        with self.study() as study:
            study.optimize(loss_of, trials=4, progress=False)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(loss_of, trials=4)
        self.assertEqual(said.getvalue(), "resuming: 4 of 4 trials have ended; to continue, raise `trials`\n")

    def test_prints_how_each_trial_ended(self):
        def objective(trial):
            if trial.number == 3:
                raise ht.Infeasible("does not fit")
            if trial.number == 4:
                raise ValueError("too large")
            return float("nan") if trial.number == 2 else 1.0

        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(objective, trials=4)
        ends = ["completed", "failed (loss is nan)", "failed (does not fit)", "failed (ValueError: too large)"]
        self.assertEqual(said.getvalue().splitlines(), [f"[{i}/4] trial {i} {end}; best loss 1" for i, end in enumerate(ends, 1)])

    def test_says_which_trials_run_again_when_it_resumes(self):
        with self.study() as study:
            study.optimize(loss_of, trials=3, progress=False)
            study.limit(trials=4)
            study.ask()
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(loss_of, trials=4)
        self.assertEqual(said.getvalue().splitlines()[0], "resuming: 3 of 4 trials have ended; 1 that was open runs again")

    def test_says_where_a_trial_was_stopped(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study(epochs=27).optimize(curve, trials=20)
        self.assertRegex(said.getvalue(), r"trial \d+ stopped at step \d+ with loss [\d.]+; best loss ")

    def test_says_at_the_end_that_no_trial_completed(self):
        def objective(trial):
            trial.report(1.0, 1)
            if trial.number > 1:
                raise ht.Stopped("too bad")

        study = self.study()
        with self.assertWarnsRegex(UserWarning, r"no trial completed, so there is no best one: 1 failed .*the objective returned None.*, 3 stopped early"):
            study.optimize(objective, trials=4, progress=False)
        self.assertIsNone(study.best)

    def test_a_report_that_is_not_finite_fails_the_trial(self):
        def objective(trial):
            trial.report(float("nan") if trial.number == 2 else 1.0, 1)
            return 0.1

        for processes in (False, True):
            study = self.study(path=None).optimize(nan_in_second if processes else objective, trials=3, processes=processes, progress=False)
            rows = [(row["status"], row.get("reason"), row.get("message")) for row in study.trials]
            self.assertEqual(rows[1], ("failed", "non-finite", "the value is nan at step 1"))
            self.assertEqual([row[0] for row in rows], ["completed", "failed", "completed"])

    def test_a_trial_that_goes_on_after_nan_has_failed(self):
        for processes in (False, True):
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                study = self.study(path=None).optimize(nan_in_second_that_goes_on, trials=3, processes=processes)
            self.assertEqual([row["status"] for row in study.trials], ["completed", "failed", "completed"])
            self.assertIn("[2/3] trial 2 failed (the value is nan at step 1); best", said.getvalue())

    def test_refuses_values_that_are_no_numbers(self):
        for wrong in ["0.5", True, None, object()]:
            with self.assertRaises(ht.HypertideError) as raised:
                self.study(path=None).tell(self.study(path=None).ask(), {"loss": wrong})
            self.assertRegex(str(raised.exception), "^trial 1: loss: expected a number, got the (str|bool|NoneType|object) ")
        with self.assertRaisesRegex(ht.HypertideError, "trial 1: the value: expected a number, got the str 'a'"):
            self.study(path=None).ask().report("a")

    def test_warns_of_steps_that_do_not_suit_epochs(self):
        for steps, message in [(range(5), "trial 1 reported step 0; count steps from 1 to 5"), (range(1, 9), "reported step 8, and epochs is 5; count")]:

            def objective(trial):
                for step in steps:
                    trial.report(1 / (step + 1), step)
                return 0.1

            with self.assertWarnsRegex(UserWarning, message):
                self.study(path=None, epochs=5).optimize(objective, trials=1, progress=False)

    def test_survives_kill_9(self):
        program = f"""
import hypertide as ht, time
study = ht.Study({{"x": ht.float(-5, 5)}}, minimize="loss", path={str(self.path)!r}, seed=1)
def objective(trial):
    time.sleep(0.05)
    return trial["x"] ** 2
study.optimize(objective, trials=500, parallel=2)
"""
        process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if line.startswith("[10/"):
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                study = ht.Study({"x": ht.float(-5, 5)}, minimize="loss", path=self.path, seed=1)
                break
            except ht.HypertideError as error:  # its engine notices within a moment that Python has gone
                self.assertIn("running", str(error))
                time.sleep(0.2)
        self.addCleanup(study.close)
        done = [row for row in study.trials if row["status"] == "completed"]
        self.assertGreaterEqual(len(done), 9)
        study.optimize(lambda trial: trial["x"] ** 2, trials=len(study.trials) + 3, progress=False)
        self.assertEqual([row["status"] for row in study.trials if row["status"] == "open"], [])

    def test_ctrl_c_closes_the_study_in_good_order(self):
        program = f"""
import hypertide as ht, time
study = ht.Study({{"x": ht.float(-5, 5)}}, minimize="loss", path={str(self.path)!r}, seed=1)
def objective(trial):
    for step in range(1, 10_000):
        trial.report(1.0, step)
        print("step", flush=True)
        time.sleep(0.02)
study.optimize(objective, trials=50, parallel=2)
"""
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(10):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        self.assertIn(f"KeyboardInterrupt: the study is in {self.path}; run the program again to resume it", said)
        self.assertNotIn("acquire", said)
        facts = [json.loads(line) for line in self.path.read_text().splitlines()]
        reasons = [fact.get("reason") for fact in facts if fact["type"] == "failed"]
        self.assertEqual(reasons, ["preempted", "preempted"])


class Processes(InFolder):
    PROGRAM = """
import hypertide as ht, time
def objective(trial):
    print("begins", flush=True)
    for step in range(1, 28):
        time.sleep(0.1)
        trial.report(1 / step, step)
    return 1
"""
    STUDY = 'ht.Study({"x": ht.float(0, 1)}, path="study.jsonl").optimize(objective, trials=9, parallel=2, processes=True)\n'

    def start(self, program):
        file = self.path.with_name("program.py")
        file.write_text(program)
        return subprocess.Popen([sys.executable, file.name], cwd=file.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def test_says_what_to_do_where_each_process_would_run_the_study_again(self):
        _, said = self.start(self.PROGRAM + self.STUDY).communicate(timeout=60)
        self.assertIn('put Study(...) under `if __name__ == "__main__":`', said)
        self.assertIn("HypertideError: a process ended with status 1 before it called objective", said)
        self.assertLess(said.count("Traceback"), 3)
        _, said = self.start(self.PROGRAM + self.STUDY.replace(', path="study.jsonl"', "")).communicate(timeout=60)
        self.assertIn('put optimize(...) under `if __name__ == "__main__":`', said)

    def test_refuses_an_objective_that_another_process_cannot_find(self):
        study = self.study(path=None)
        with self.assertRaisesRegex(ht.HypertideError, "expected a function at the top level of a file, got .*lambda"):
            study.optimize(lambda trial: 1, trials=5, processes=True)
        self.assertEqual(study.trials, [])
        process = subprocess.run([sys.executable, "-"], input=self.PROGRAM + self.STUDY, cwd=self.path.parent, capture_output=True, text=True, timeout=60)
        self.assertIn("got objective from a notebook or prompt; write it to a file", process.stderr)

    def test_its_processes_end_quietly_with_it(self):
        for sign in (signal.SIGKILL, signal.SIGINT):
            process = self.start(self.PROGRAM + 'if __name__ == "__main__":\n    ' + self.STUDY)
            for _ in range(2):
                process.stdout.readline()
            os.kill(process.pid, sign) if sign == signal.SIGKILL else os.killpg(process.pid, sign)
            _, said = process.communicate(timeout=30)
            self.assertLessEqual(said.count("Traceback"), 1 if sign == signal.SIGINT else 0, said)
        facts = [json.loads(line) for line in self.path.read_text().splitlines()]
        self.assertEqual([fact["reason"] for fact in facts if fact["type"] == "failed"], ["lost", "lost", "preempted", "preempted"])


class AskTell(InFolder):
    def test_asks_reports_and_tells(self):
        study = self.study(epochs=27)
        stopped = 0
        for _ in range(20):
            trial = study.ask()
            try:
                trial.metrics["size"] = 3
                study.tell(trial, curve(trial))
            except ht.Stopped:
                study.tell(trial, stopped=True)
                stopped += 1
        self.assertGreater(stopped, 2)
        self.assertEqual(study.best["metrics"], {"size": 3})

    def test_an_ask_with_fixed_values_gets_them_and_the_strategy_chooses_the_rest(self):
        study = self.study(strategy="tpe", trials=2)
        first = study.ask(fixed={"opt": "adam", "layers": 3})
        self.assertEqual((first["opt"], first["layers"], sorted(first.params)), ("adam", 3, ["layers", "opt", "x"]))
        study.tell(first, 1.0)
        study.enqueue({"layers": 5}, rest="strategy")
        second = study.ask()
        study.tell(second, 1.0)
        self.assertEqual(second["layers"], 5)
        self.assertEqual([row["by"] for row in study.trials], ["tpe", "tpe"])
        with self.assertRaisesRegex(ht.HypertideError, "layers: expected"):
            self.study(path=None).ask(fixed={"layers": 99})
        self.assertIsNone(study.ask(fixed={"layers": 1}))

    def test_an_ask_that_would_wait_for_ever_says_so(self):
        study = self.study(trials=3)
        first = study.ask()
        with self.assertRaisesRegex(ht.HypertideError, r"ask waits: trial 1 is open, and parallel is 1; tell a result first, or write Study\(..., parallel=2\)"):
            study.ask()
        study.tell(first, 1.0)
        study.limit(parallel=4)
        study.ask(), study.ask()
        with self.assertRaisesRegex(ht.HypertideError, "ask waits: trials 2, 3 are open, and the study has all of its 3 trials"):
            study.ask()
        several = self.study(path=None, parallel=3)
        self.assertEqual([several.ask().number for _ in range(3)], [1, 2, 3])

    def test_an_ask_waits_for_another_thread_and_says_so_after_a_while(self):
        from hypertide import _engine

        self.addCleanup(setattr, _engine, "SLOW", _engine.SLOW)
        _engine.SLOW = 0.05
        study = self.study()
        trial = study.ask()
        warned = threading.Event()
        teller = threading.Thread(target=lambda: (warned.wait(20), study.tell(trial, 1.0)))
        teller.start()
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_: (self.assertIn("ask waits: trial 1 is open", str(message)), warned.set())
            warnings.simplefilter("always")
            self.assertEqual(study.ask().number, 2)
        teller.join()
        self.assertTrue(warned.is_set())

    def test_cancels_a_trial_from_python_and_from_the_command_line(self):
        study = self.study()
        for cancel in (lambda: study.cancel(1), lambda: subprocess.run(command("cancel", str(self.path), "2"), check=True, capture_output=True)):
            trial = study.ask()
            trial.report(3.0, 1)
            cancel()
            with self.assertRaises(ht.Stopped):
                trial.report(2.0, 2)
            study.tell(trial, stopped=True)
        self.assertEqual([(row["status"], row["values"]["loss"]) for row in study.trials], [("stopped", 2.0)] * 2)

    def test_takes_a_trial_its_number_or_its_row(self):
        study = self.study(parallel=3)
        trials = [study.ask() for _ in range(3)]
        for given in (trials[0], 2, study.trials[2]):
            study.tell(given, 1.0)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 3)
        with self.assertRaisesRegex(ht.HypertideError, r"trial 2 has ended: completed; a trial is told once, and study.retract\(2\)"):
            study.tell(2, 1.0)
        study.retract(study.trials[0])
        with self.assertRaisesRegex(ht.HypertideError, "expected a trial or its number, got the str 'one'"):
            study.retract("one")

    def test_leaves_out_metrics_that_are_not_finite(self):
        study = self.study()
        trial = study.ask()
        trial.report(1.0, 1, {"accuracy": float("nan"), "size": 3})
        study.tell(trial, 1.0)
        study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"accuracy": float("inf"), "size": 4})
        self.assertEqual([(row["status"], row["metrics"]) for row in study.trials], [("completed", {"size": 3}), ("completed", {"size": 4})])

    def test_adds_a_result_to_its_own_configuration(self):
        study = self.study(parallel=2)
        study.enqueue({"x": 1.0, "layers": 1, "opt": "sgd"})
        study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"size": 3})
        self.assertEqual([row["params"]["x"] for row in study.trials if row["status"] == "completed"], [2.0])
        self.assertEqual(study.ask().params["x"], 1.0)

    def test_says_that_its_own_process_has_the_journal_open(self):
        study = self.study()
        with self.assertRaisesRegex(ht.HypertideError, r"a study of this Python process has this journal open; use that study, or close\(\) it first"):
            self.study()
        study.close()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.path.parent)
        relative = self.study(path="study.jsonl")
        os.chdir("..")
        relative.close()
        self.study()
        with self.assertRaisesRegex(ht.HypertideError, "there is no such file; to begin a study, give its parameters"):
            ht.Study(path=self.path.with_name("other.jsonl"))

    def test_names_what_was_meant(self):
        study = self.study()
        for name, meant in {"best_params": 'study.best["params"]', "best_value": 'study.best["values"]', "recomendation": "recommendation"}.items():
            with self.assertRaises(AttributeError) as raised:
                getattr(study, name)
            self.assertEqual(str(raised.exception), f"a study has no {name}; did you mean {meant}?")
        with self.assertRaisesRegex(ht.HypertideError, "plot: expected one of history, .* got histroy; did you mean history?"):
            study.plot("histroy")
        kinds = subprocess.run(command("plot", "--help"), capture_output=True, text=True).stdout
        from hypertide._hints import KINDS

        self.assertEqual([kind for kind in KINDS if kind not in kinds], [])

    def test_refuses_parameters_that_mean_something_else(self):
        for wrong, message in {
            (0, 1): r"x: expected a parameter, got the tuple \(0, 1\); write ht.float\(0, 1\) for a range, \[0, 1\] for a choice",
            ("a", "b", "c"): "x: expected a parameter, got the tuple",
        }.items():
            with self.assertRaisesRegex(ht.HypertideError, message):
                ht.Study({"x": wrong})
        with self.assertRaisesRegex(ht.HypertideError, r'write ht.choice\("a", "b"\)'):
            ht.choice(["a", "b"])
        with self.assertRaisesRegex(ht.HypertideError, 'when: expected an earlier parameter and its values, such as when={"optimizer": "sgd"}'):
            ht.float(0, 1, when="act=relu")
        with self.assertRaisesRegex(ht.HypertideError, "minimize: expected the name of the objective.*; give the function to study.optimize"):
            ht.Study({"x": ht.float(0, 1)}, minimize=loss_of)

    def test_an_enqueued_configuration_comes_next(self):
        study = self.study()
        study.enqueue({"x": 2.0, "layers": 3, "opt": "adam"})
        trial = study.ask()
        self.assertEqual(trial.params, {"x": 2.0, "layers": 3, "opt": "adam"})
        self.assertIn("opt", trial)
        self.assertNotIn("momentum", trial)

    def test_importance_comes_with_intervals(self):
        study = self.study(path=None, strategy="random")
        with self.assertRaisesRegex(ht.HypertideError, "too few results, or all are equal: importance needs at least 6"):
            study.importance()
        study.optimize(loss_of, trials=20, progress=False)
        found = study.importance()
        self.assertEqual((found["results"], found["objective"]), (20, "loss"))
        self.assertAlmostEqual(sum(found["fanova"].values()), 1)
        self.assertGreater(found["fanova"]["x"], found["fanova"]["opt"])
        for measure in ("fanova", "pedAnova"):
            for name, (low, high) in found["intervals"][measure].items():
                self.assertLessEqual(low, high, (measure, name))
        with self.assertRaisesRegex(ht.HypertideError, "objective: expected one of loss"):
            study.importance("accuracy")

    def test_several_objectives(self):
        study = self.study(minimize=["loss", "seconds"], maximize="accuracy")
        self.assertEqual(study.objectives, {"loss": "minimize", "seconds": "minimize", "accuracy": "maximize"})
        trial = study.ask()
        study.tell(trial, {"loss": 1, "seconds": 2, "accuracy": 0.5})
        self.assertEqual(study.best["values"], {"loss": 1, "seconds": 2, "accuracy": 0.5})

    def test_recommends_a_configuration(self):
        study = self.study()
        self.assertIsNone(study.recommendation)
        for x in (0.1, 0.5, 0.9):
            study.add({"x": x, "layers": 1, "opt": "adam"}, (x - 0.4) ** 2)
        self.assertEqual(study.recommendation["row"]["params"]["x"], 0.5)
        several = self.study(minimize=["loss", "seconds"], path=None)
        trial = several.ask()
        several.tell(trial, {"loss": 1, "seconds": 2})
        with self.assertRaisesRegex(ht.HypertideError, "expected a study with one objective"):
            several.recommendation

    def test_a_retracted_result_no_longer_counts(self):
        study = self.study()
        trial = study.ask()
        study.tell(trial, -100)
        study.retract(trial)
        self.assertIsNone(study.best)

    def test_a_study_is_opened_without_its_space(self):
        with self.study() as study:
            study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        with ht.Study(path=self.path) as study:
            self.assertEqual(study.best["values"], {"loss": 0.5})
            self.assertIsNotNone(study.ask())

    def test_says_what_is_wrong(self):
        for options, message in [
            ({"strategy": "tpee"}, "did you mean tpe"),
            ({"trails": 5}, "did you mean trials"),
            ({"epochs": 0}, "epochs"),
        ]:
            with self.assertRaisesRegex(ht.HypertideError, message):
                self.study(**options)
        with self.assertRaisesRegex(ht.HypertideError, "parameters.x"):
            ht.Study({"x": ht.float(3, 1)})
        study = self.study()
        with self.assertRaisesRegex(AttributeError, "declare the parameter in the space"):
            ht.Trial({"id": 1, "params": {}}, lambda *_: False).suggest_float("lr", 0, 1)
        with self.assertRaisesRegex(ht.HypertideError, "y"):
            study.enqueue({"y": 1})
        trial = study.ask()
        with self.assertRaisesRegex(ht.HypertideError, "loss"):
            study.tell(trial, {"los": 1})
        with self.assertRaisesRegex(ht.HypertideError, "expected a value"):
            study.tell(trial)
        with self.assertRaisesRegex(ht.HypertideError, "expected a number or a dictionary {'loss': ...}, got the tuple"):
            study.tell(trial, (1, 2))
        with self.assertRaisesRegex(ht.HypertideError, "maximize: expected the name of the objective"):
            ht.Study(SPACE, maximize=True)
        with self.assertRaisesRegex(ht.HypertideError, "got <object object .* of type object"):
            ht.Study({"x": object()})

    def test_a_closed_study_says_so(self):
        study = self.study()
        study.close()
        with self.assertRaisesRegex(ht.EngineError, "closed"):
            study.ask()


class Shown(InFolder):
    def test_a_notebook_shows_the_best_trial(self):
        study = self.study()
        self.assertIn("no trials yet", study._repr_html_())
        study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        self.assertIn("<td>adam</td>", study._repr_html_())

    def test_the_report_is_one_page(self):
        study = self.study()
        study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        page = study.report(self.path.with_suffix(".html")).read_text()
        self.assertIn("<html", page)
        self.assertIn("<iframe", study.plot()._repr_html_())

    def test_a_figure_is_saved_as_what_its_file_name_says(self):
        study = self.study().optimize(loss_of, trials=3, progress=False)
        figure = study.plot("history")
        self.assertTrue(figure.save(self.path.with_suffix(".svg")).read_text().startswith("<svg"))
        self.assertIn("<html", figure.save(self.path.with_suffix(".html")).read_text())
        with self.assertRaisesRegex(ht.HypertideError, "save: expected a file that ends in .svg or .html, got h.png"):
            figure.save("h.png")
        self.assertIn("trial 2", study.why(2))
        first = study.trials[0]
        self.assertEqual(list(first)[:4], ["trial", "status", "values", "params"])

    def test_there_is_no_report_without_a_path(self):
        with self.assertRaisesRegex(ht.HypertideError, "path"):
            self.study(path=None).report()


class Node(unittest.TestCase):
    def test_says_in_one_sentence_which_node_it_needs(self):
        for value, message in [("/nowhere/node", "cannot be started"), ("/bin/echo", "is not Node")]:
            os.environ["HYPERTIDE_NODE"] = value
            self.addCleanup(os.environ.pop, "HYPERTIDE_NODE", None)
            with self.assertRaisesRegex(ht.EngineError, message + ".*needs Node 20.19 or newer"):
                ht.Study({"x": ht.float(0, 1)})


if __name__ == "__main__":
    unittest.main()
