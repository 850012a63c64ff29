"""Several processes on one journal: they share its study, and continue it when the one that runs it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import hypertide as ht
from support import InFolder, loss_of

PROGRAM = """
import json, sys, time
import hypertide as ht

path, said = sys.argv[1:]
study = ht.Study({"x": ht.float(0, 1)}, minimize="loss", path=path, strategy="random")

def objective(trial):
    for epoch in range(1, 5):
        time.sleep(0.1)
        trial.report(trial["x"] + 1 / epoch, epoch)
    return trial["x"]

def ended(_, trial):
    with open(said, "a") as file:
        file.write(f"{trial.number}\\n")

study.optimize(objective, trials=40, parallel=2, callbacks=[ended], progress=False)
"""


class Shared(InFolder):
    def start(self, count):
        self.said = [self.path.with_name(f"said-{i}") for i in range(count)]
        started = []
        for said in self.said:
            said.touch()
            started.append(subprocess.Popen([sys.executable, "-c", PROGRAM, str(self.path), str(said)]))
            self.addCleanup(started[-1].wait)
            self.addCleanup(started[-1].kill)
        self.until(lambda: all(said.read_text() for said in self.said))
        return started

    def until(self, holds, seconds=120):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def facts(self):
        return [json.loads(line) for line in self.path.read_text().splitlines() if line]

    def test_loses_nothing_when_the_process_that_runs_the_study_is_killed(self):
        started = self.start(4)
        engine = json.loads(self.path.with_name("study.jsonl.lock").read_text())["pid"]
        owner = int(Path(f"/proc/{engine}/stat").read_text().rsplit(")", 1)[1].split()[1])
        killed = time.time()
        os.kill(engine, signal.SIGKILL)
        os.kill(owner, signal.SIGKILL)
        statuses = {process.pid: process.wait(120) for process in started}
        self.assertEqual({pid for pid, status in statuses.items() if status != 0}, {owner})
        facts = self.facts()
        told = [int(line) for said in self.said for line in said.read_text().split()]
        completed = [fact["trial"] for fact in facts if fact["type"] == "completed"]
        self.assertEqual(sorted(completed), list(range(1, 41)))  # each once
        self.assertEqual(len(told), len(set(told)))
        self.assertLessEqual(set(told), set(completed))
        lost = [fact for fact in facts if fact["type"] == "failed"]
        self.assertEqual({fact["reason"] for fact in lost}, {"lost"})
        self.assertLessEqual(len(lost), 2)  # those of the process that was killed
        begun = min(fact["at"] / 1000 for fact in facts if fact["type"] == "started" and fact["at"] / 1000 > killed)
        self.assertLess(begun - killed, 3)

    def test_refuses_another_study_by_name(self):
        with self.study() as study:
            study.optimize(loss_of, trials=2, progress=False)
            program = f"import hypertide as ht; ht.Study({{'x': ht.float(0, 2)}}, minimize='loss', path={str(self.path)!r}, seed=1)"
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
            self.assertIn("belongs to another study: space.parameters", done.stderr)
            self.assertEqual(len(study.trials), 2)


if __name__ == "__main__":
    unittest.main()
