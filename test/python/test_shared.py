"""Several processes on one journal: they share its study, and continue it when the one that runs it is killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


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


def test_loses_nothing_when_the_process_that_runs_the_study_is_killed(path, until):
    said = [path.with_name(f"said-{i}") for i in range(4)]
    with contextlib.ExitStack() as ending:
        started = []
        for file in said:
            file.touch()
            started.append(subprocess.Popen([sys.executable, "-c", PROGRAM, str(path), str(file)]))
            ending.callback(started[-1].kill)
        until(lambda: all(file.read_text() for file in said))
        engine = json.loads(path.with_name("study.jsonl.lock").read_text())["pid"]
        owner = int(Path(f"/proc/{engine}/stat").read_text().rsplit(")", 1)[1].split()[1])
        killed = time.time()
        os.kill(engine, signal.SIGKILL)
        os.kill(owner, signal.SIGKILL)
        statuses = {process.pid: process.wait(120) for process in started}
    assert {pid for pid, status in statuses.items() if status != 0} == {owner}
    facts = [json.loads(line) for line in path.read_text().splitlines() if line]
    told = [int(line) for file in said for line in file.read_text().split()]
    completed = [fact["trial"] for fact in facts if fact["type"] == "completed"]
    missing = set(range(1, 41)) - set(completed)
    assert sorted(completed) == list(range(1, 41)), [fact for fact in facts if fact.get("trial") in missing]  # each once
    assert len(told) == len(set(told))
    assert set(told) <= set(completed)
    lost = [fact for fact in facts if fact["type"] == "failed"]
    assert {fact["reason"] for fact in lost} <= {"lost"}
    assert len(lost) <= 2  # those of the process that was killed
    begun = min(fact["at"] / 1000 for fact in facts if fact["type"] == "started" and fact["at"] / 1000 > killed)
    assert begun - killed < 3


def test_says_only_that_it_has_joined(open_study, path):
    study = open_study()
    study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 1.0)
    study.ask()  # runs here, so it does not run again there
    program = f"""import hypertide as ht
study = ht.Study(path={str(path)!r})
study.optimize(lambda trial: 1.0, trials=4, callbacks=[lambda study, trial: study.stop()])"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.splitlines()[0] == "joined: 1 of 4 trials have ended", done.stderr
    assert "resuming" not in done.stderr
