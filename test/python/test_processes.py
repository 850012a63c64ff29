"""Programs that are killed or interrupted, and objectives in processes."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

import hypertide as ht
from support import InFolder

# Seconds for what takes one on an idle machine.
LONG = 240


class Processes(InFolder):
    PROGRAM = """
import hypertide as ht, time
def objective(trial):
    print("begins", flush=True)
    for step in range(1, 2800):
        time.sleep(0.1)
        trial.report(1 / step, step)
    return 1
"""
    STUDY = 'ht.Study({"x": ht.float(0, 1)}, path="study.jsonl").optimize(objective, trials=9, parallel=2, processes=True)\n'

    def start(self, program):
        file = self.path.with_name("program.py")
        file.write_text(program)
        return subprocess.Popen([sys.executable, file.name], cwd=file.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

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
        deadline = time.monotonic() + LONG
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
        print(trial.number, flush=True)
        time.sleep(0.02)
study.optimize(objective, trials=50, parallel=2)
"""
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running = set()
        while len(running) < 2:
            running.add(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LONG)
        self.assertIn(f"KeyboardInterrupt: the study is in {self.path}; run the program again to resume it", said)
        self.assertNotIn("acquire", said)
        facts = [json.loads(line) for line in self.path.read_text().splitlines()]
        reasons = [fact.get("reason") for fact in facts if fact["type"] == "failed"]
        self.assertEqual(reasons, ["preempted", "preempted"])

    def test_explains_what_to_do_if_each_process_would_run_the_study_again(self):
        _, said = self.start(self.PROGRAM + self.STUDY).communicate(timeout=LONG)
        self.assertIn('put Study(...) under `if __name__ == "__main__":`', said)
        self.assertIn("HypertideError: a process ended with status 1 before it called objective", said)
        self.assertLess(said.count("Traceback"), 3)
        _, said = self.start(self.PROGRAM + self.STUDY.replace(', path="study.jsonl"', "")).communicate(timeout=LONG)
        self.assertIn('put optimize(...) under `if __name__ == "__main__":`', said)

    def test_refuses_an_objective_that_another_process_cannot_find(self):
        study = self.study(path=None)
        with self.assertRaisesRegex(ht.HypertideError, "expected a function at the top level of a file, got .*lambda"):
            study.optimize(lambda trial: 1, trials=5, processes=True)
        self.assertEqual(study.trials, [])
        process = subprocess.run([sys.executable, "-"], input=self.PROGRAM + self.STUDY, cwd=self.path.parent, capture_output=True, text=True, timeout=LONG)
        self.assertIn("got objective from a notebook or prompt; write it to a file", process.stderr)

    def test_its_processes_end_quietly_with_it(self):
        for sign in (signal.SIGKILL, signal.SIGINT):
            process = self.start(self.PROGRAM + 'if __name__ == "__main__":\n    ' + self.STUDY)
            for _ in range(2):
                process.stdout.readline()
            os.kill(process.pid, sign) if sign == signal.SIGKILL else os.killpg(process.pid, sign)
            _, said = process.communicate(timeout=LONG)
            self.assertLessEqual(said.count("Traceback"), 1 if sign == signal.SIGINT else 0, said)
        facts = [json.loads(line) for line in self.path.read_text().splitlines()]
        self.assertEqual([fact["reason"] for fact in facts if fact["type"] == "failed"], ["lost", "lost", "preempted", "preempted"])


if __name__ == "__main__":
    unittest.main()
