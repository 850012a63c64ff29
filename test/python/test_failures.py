"""Trials that fail: which of them end `optimize`, and what it says."""

import asyncio
import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import hypertide as ht
from hypertide._engine import command
from support import InFolder, loss_of


def nan_in_second(trial):
    for _ in range(3):
        trial.report(float("nan") if trial.number == 2 else 1.0)
    return 0.1


def nan_in_second_that_continues(trial):
    with contextlib.suppress(ht.Stopped):
        nan_in_second(trial)
    return 0.1


class Failures(InFolder):
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

    def test_three_equal_failures_end_a_study_without_results(self):
        def objective(trial):
            raise RuntimeError("no GPU")

        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "the first trials failed for the same reason.* error: RuntimeError: no GPU; correct the program") as raised:
            study.optimize(objective, trials=20, progress=False)
        self.assertIsInstance(raised.exception.__cause__, RuntimeError)
        self.assertEqual(len(study.trials), 3)

    def test_equal_failures_do_not_count(self):
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

    def test_equal_failures_may_differ_by_numbers(self):
        def objective(trial):
            raise ValueError(f"x={trial['x']} is too large")

        with self.assertRaisesRegex(ht.TrialsFailed, "trial 3: error: ValueError: x="):
            self.study().optimize(objective, trials=20, progress=False)

    def test_ten_failures_of_any_kind_end_a_study_without_results(self):
        def objective(trial):
            raise [ValueError, KeyError][trial.number % 2]("wrong")

        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "the first trials failed and none has a result.* trial 10: error: ValueError: wrong"):
            study.optimize(objective, trials=20, progress=False)
        self.assertEqual(len(study.trials), 10)

    def test_three_results_that_are_not_finite_end_a_study_without_others(self):
        study = self.study()
        with self.assertRaisesRegex(ht.TrialsFailed, "trial 3: non-finite: loss is nan"):
            study.optimize(lambda trial: float("nan"), trials=20, progress=False)
        self.assertEqual(len(study.trials), 3)

    def test_three_results_of_none_end_a_study_without_others(self):
        with self.assertRaisesRegex(ht.TrialsFailed, "the objective returned None, expected a number"):
            self.study().optimize(lambda trial: None, trials=20, progress=False)

    def test_explains_what_is_wrong_with_a_result(self):
        for wrong in [{"a": 1, "b": 2}, [1, 2], {"values": {"loss": 1}}]:
            with self.assertRaisesRegex(ht.TrialsFailed, "error: expected a number or a dictionary {'loss': ...}, got the (dict|list) "):
                self.study(path=None).optimize(lambda trial: wrong, trials=9, progress=False)
        for wrong in [1.0, {"a": 1}, (1, 2, 3)]:
            study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
            with self.assertRaisesRegex(ht.TrialsFailed, "error: expected 2 numbers or a dictionary {'a': ..., 'b': ...}, got the (float|dict|tuple) "):
                study.optimize(lambda trial: wrong, trials=9, progress=False)

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

    def test_warns_at_the_end_if_no_trial_completed(self):
        def objective(trial):
            trial.report(1.0, 1)
            if trial.number > 1:
                raise ht.Stopped("too bad")

        study = self.study()
        with self.assertWarnsRegex(UserWarning, r"no trial completed, so there is no best one: 1 failed .*the objective returned None.*, 3 stopped early"):
            study.optimize(objective, trials=4, progress=False)
        self.assertIsNone(study.best)

    def test_warns_of_results_that_are_all_equal(self):
        with self.assertWarnsRegex(UserWarning, "loss is 3 for all 5 configurations"):
            self.study(path=None).optimize(lambda trial: 3.0, trials=6, progress=False)

    def test_a_coroutine_that_fails_fails_its_trial_only(self):
        async def objective(trial):
            await asyncio.sleep(0)
            if trial.number == 2:
                raise ValueError("too large")
            if trial.number == 3:
                raise ht.Stopped("too bad")
            return 1.0

        study = self.study(path=None).optimize(objective, trials=5, parallel=2, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed", "failed", "stopped", "completed", "completed"])
        trace = study.trials[1]["trace"]
        self.assertIn("raise ValueError", trace)
        self.assertEqual(trace.count("File "), 1)  # no frames of the event loop

    def test_a_coroutine_that_leaves_the_program_ends_optimize(self):
        async def objective(trial):
            sys.exit(3)

        with self.assertRaises(SystemExit):
            self.study(path=None).optimize(objective, trials=3, progress=False)

    def test_a_forked_process_cannot_use_the_study(self):
        study = self.study()
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # threads of this process do not exist in the child
            child = os.fork()
        if child == 0:
            try:
                study.ask()
            except ht.HypertideError as error:
                os.write(writing, str(error).encode())
                study.close()  # leaves the engine of the parent alone
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        self.assertRegex(os.read(reading, 1000).decode(), f"^the study belongs to process {os.getpid()}, which opened it; a process forked from it, such as {child}, cannot use it")
        self.assertIsNotNone(study.ask())

    def test_three_reports_in_a_row_that_are_not_finite_fail_the_trial(self):
        def objective(trial):
            for _ in range(3):
                trial.report(float("nan") if trial.number == 2 else 1.0)
            return 0.1

        for processes in (False, True):
            study = self.study(path=None).optimize(nan_in_second if processes else objective, trials=3, processes=processes, progress=False)
            rows = [(row["status"], row.get("reason"), row.get("message")) for row in study.trials]
            self.assertEqual(rows[1], ("failed", "non-finite", "the value is nan at step 3"))
            self.assertEqual([row[0] for row in rows], ["completed", "failed", "completed"])

    def test_a_trial_that_continues_after_nan_has_failed(self):
        for processes in (False, True):
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                study = self.study(path=None).optimize(nan_in_second_that_continues, trials=3, processes=processes)
            self.assertEqual([row["status"] for row in study.trials], ["completed", "failed", "completed"])
            self.assertIn("[2/3] trial 2 failed (the value is nan at step 3); best", said.getvalue())


FULL = """
import os, sys, threading
import hypertide as ht

folder, seconds = sys.argv[1], float(sys.argv[2])
fill = os.path.join(folder, "fill")
study = ht.Study({"x": ht.float(0, 1)}, path=os.path.join(folder, "study.jsonl"), seed=1, strategy="random")

def free():
    os.remove(fill)

def objective(trial):
    if trial.number == 3:
        with open(fill, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        if seconds:
            threading.Timer(seconds, free).start()
    print("evaluated", flush=True)
    return trial["x"]

study.optimize(objective, trials=20, progress=False)
print("all")
"""


@unittest.skipUnless(hasattr(os, "geteuid") and os.geteuid() == 0, "mounts a file system, which needs root")
class FullDisk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.name], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", folder.name], check=True)
        self.folder = folder.name

    def begin(self, seconds):
        return subprocess.Popen([sys.executable, "-c", FULL, self.folder, str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_is_waited_for(self):
        program = self.begin(2)
        out, said = program.communicate(timeout=120)
        self.assertEqual((program.returncode, out), (0, 20 * "evaluated\n" + "all\n"), said)
        self.assertIn("waiting for space; new results are kept in memory", said)
        self.assertIn("there is room again", said)

    def test_lets_ctrl_c_end_the_program_with_every_result(self):
        program = self.begin(0)
        for line in program.stderr:
            if "waiting for space" in line:
                break
        program.send_signal(signal.SIGINT)
        out, said = program.communicate(timeout=60)
        self.assertIn("KeyboardInterrupt", said)
        kept = re.search(r"1 (?:result|entry) went to (\S+) instead", said)
        self.assertIsNotNone(kept, said)
        facts = Path(self.folder, "study.jsonl").read_text() + Path(kept[1]).read_text()
        self.assertEqual(facts.count('"type":"completed"'), out.count("evaluated"))
        shutil.rmtree(Path(kept[1]).parent)


if __name__ == "__main__":
    unittest.main()
