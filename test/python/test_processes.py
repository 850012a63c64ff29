"""Programs that are killed or interrupted, and objectives in processes."""

import json
import os
import signal
import subprocess
import sys

import pytest

import hypertide as ht

# Seconds for what takes one on an idle machine.
LONG = 240


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


@pytest.fixture
def start(path):
    """Starts a program."""

    def begin(program):
        path.with_name("program.py").write_text(program)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "program.py"], cwd=path.parent, start_new_session=True, **pipes)

    return begin


def test_survives_kill_9(path):
    program = f"""
import hypertide as ht, time
study = ht.Study({{"x": ht.float(-5, 5)}}, minimize="loss", path={str(path)!r}, seed=1)
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
    study = ht.Study({"x": ht.float(-5, 5)}, minimize="loss", path=path, seed=1)
    done = [row for row in study.trials if row["status"] == "completed"]
    assert len(done) >= 9
    study.optimize(lambda trial: trial["x"] ** 2, trials=len(study.trials) + 3, progress=False)
    assert [row["status"] for row in study.trials if row["status"] == "open"] == []


def test_ctrl_c_closes_the_study_in_good_order(path):
    program = f"""
import hypertide as ht, time
study = ht.Study({{"x": ht.float(-5, 5)}}, minimize="loss", path={str(path)!r}, seed=1)
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
    assert f"KeyboardInterrupt: the study is in {path}; run the program again to resume it" in said
    assert "acquire" not in said
    facts = [json.loads(line) for line in path.read_text().splitlines()]
    reasons = [fact.get("reason") for fact in facts if fact["type"] == "failed"]
    assert reasons == ["preempted", "preempted"]


@pytest.mark.parametrize(("kind", "sleep"), [("def", "time.sleep(600)"), ("async def", "await asyncio.sleep(600)")])
def test_ctrl_c_leaves_a_single_trial_at_once(start, path, kind, sleep):
    program = f"""
import asyncio, time
import hypertide as ht
{kind} objective(trial):
    try:
        print("begins", flush=True)
        {sleep}
    finally:
        print("ends", flush=True)
ht.Study({{"x": ht.float(0, 1)}}, path="study.jsonl").optimize(objective, trials=3)
"""
    process = start(program)
    assert process.stdout.readline() == "begins\n"
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=LONG)
    assert (printed, said.count("Traceback")) == ("ends\n", 1)
    assert json.loads(path.read_text().splitlines()[-1])["reason"] == "preempted"


def test_explains_what_to_do_if_each_process_would_run_the_study_again(start):
    _, said = start(PROGRAM + STUDY).communicate(timeout=LONG)
    assert 'put Study(...) under `if __name__ == "__main__":`' in said
    assert "HypertideError: a process ended with status 1 before it called objective" in said
    assert said.count("Traceback") < 3
    _, said = start(PROGRAM + STUDY.replace(', path="study.jsonl"', "")).communicate(timeout=LONG)
    assert 'put optimize(...) under `if __name__ == "__main__":`' in said


def test_refuses_an_objective_that_another_process_cannot_find(open_study, path):
    study = open_study(path=None)
    with pytest.raises(ht.HypertideError, match="expected a function at the top level of a file, got .*lambda"):
        study.optimize(lambda trial: 1, trials=5, processes=True)
    assert study.trials == []
    process = subprocess.run([sys.executable, "-"], input=PROGRAM + STUDY, cwd=path.parent, capture_output=True, text=True, timeout=LONG)
    assert "got objective from a notebook or prompt; write it to a file" in process.stderr


def test_its_processes_end_quietly_with_it(path, start):
    for sign in (signal.SIGKILL, signal.SIGINT):
        process = start(PROGRAM + 'if __name__ == "__main__":\n    ' + STUDY)
        for _ in range(2):
            process.stdout.readline()
        os.kill(process.pid, sign) if sign == signal.SIGKILL else os.killpg(process.pid, sign)
        _, said = process.communicate(timeout=LONG)
        assert said.count("Traceback") <= (1 if sign == signal.SIGINT else 0), said
    facts = [json.loads(line) for line in path.read_text().splitlines()]
    assert [fact["reason"] for fact in facts if fact["type"] == "failed"] == ["lost", "lost", "preempted", "preempted"]
