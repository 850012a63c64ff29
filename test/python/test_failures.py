"""Trials that fail: which of them end `optimize`, and what it says."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import loss_of

import hypertide as ht
from hypertide._engine import command


def nan_in_second(trial):
    for _ in range(3):
        trial.report(float("nan") if trial.number == 2 else 1.0)
    return 0.1


def nan_in_second_that_continues(trial):
    with contextlib.suppress(ht.Stopped):
        nan_in_second(trial)
    return 0.1


def test_three_equal_failures_end_a_study_without_results(open_study):
    def objective(trial):
        raise RuntimeError("no GPU")

    study = open_study()
    with pytest.raises(ht.TrialsFailed, match="failed for the same reason.* error: RuntimeError: no GPU; correct the program") as raised:
        study.optimize(objective, trials=20, progress=False)
    assert isinstance(raised.value.__cause__, RuntimeError)
    assert len(study.trials) == 3


def test_equal_failures_do_not_count(open_study, capsys):
    def objective(trial):
        raise RuntimeError("no GPU")

    with open_study() as study, pytest.raises(ht.TrialsFailed):
        study.optimize(objective, trials=4, parallel=2, progress=False)
    study = open_study()
    with pytest.raises(ht.TrialsFailed):
        study.optimize(objective, trials=4, parallel=2, progress=False)
    failed = sum(row["status"] == "failed" for row in study.trials)
    study.optimize(loss_of, trials=4)
    said = capsys.readouterr().err
    assert said.startswith(f"resuming: 0 of 4 trials have ended, and {failed} that failed and do not count\n"), said
    assert "[4/4] " in said
    assert [row["status"] for row in study.trials] == ["failed"] * failed + ["completed"] * 4
    study.optimize(loss_of, trials=6, progress=False)
    assert [row["status"] for row in study.trials] == ["failed"] * failed + ["completed"] * 6


def test_three_results_that_are_not_finite_end_a_study_without_others(open_study):
    study = open_study()
    with pytest.raises(ht.TrialsFailed, match="trial 3: non-finite: loss is nan"):
        study.optimize(lambda trial: float("nan"), trials=20, progress=False)
    assert len(study.trials) == 3


def test_keeps_the_traceback_of_a_trial_that_fails(open_study, path):
    def objective(trial):
        if trial.number == 1:
            return 1.0
        raise ValueError("too large")

    study = open_study().optimize(objective, trials=2, progress=False)
    trace = study.trials[1]["trace"]
    assert trace.startswith("Traceback (most recent call last):"), trace
    assert 'raise ValueError("too large")' in trace
    assert "_optimize.py" not in trace
    study.close()
    printed = subprocess.run(command("trial", "logs", str(path), "2"), capture_output=True, text=True)
    assert printed.stdout == trace


def test_warns_at_the_end_if_no_trial_completed(open_study):
    def objective(trial):
        trial.report(1.0, 1)
        if trial.number > 1:
            raise ht.Stopped("too bad")

    study = open_study()
    with pytest.warns(UserWarning, match=r"no trial completed, so there is no best one: 1 failed .*the objective returned None.*, 3 stopped early"):
        study.optimize(objective, trials=4, progress=False)
    assert [study.best, study.best_params, study.best_value] == [None] * 3


def test_warns_of_results_that_are_all_equal(open_study):
    with pytest.warns(UserWarning, match="loss is 3 for all 5 configurations"):
        open_study(path=None).optimize(lambda trial: 3.0, trials=6, progress=False)


def test_a_coroutine_that_fails_fails_its_trial_only(open_study):
    async def objective(trial):
        await asyncio.sleep(0)
        if trial.number == 2:
            raise ValueError("too large")
        if trial.number == 3:
            raise ht.Stopped("too bad")
        return 1.0

    study = open_study(path=None).optimize(objective, trials=5, parallel=2, progress=False)
    assert [row["status"] for row in study.trials] == ["completed", "failed", "stopped", "completed", "completed"]
    trace = study.trials[1]["trace"]
    assert "raise ValueError" in trace
    assert trace.count("File ") == 1  # no frames of the event loop


def test_a_coroutine_that_leaves_the_program_ends_optimize(open_study):
    async def objective(trial):
        sys.exit(3)

    with pytest.raises(SystemExit):
        open_study(path=None).optimize(objective, trials=3, progress=False)


def test_three_reports_in_a_row_that_are_not_finite_fail_the_trial(open_study):
    def objective(trial):
        for _ in range(3):
            trial.report(float("nan") if trial.number == 2 else 1.0)
        return 0.1

    for processes in (False, True):
        study = open_study(path=None).optimize(nan_in_second if processes else objective, trials=3, processes=processes, progress=False)
        rows = [(row["status"], row.get("reason"), row.get("message")) for row in study.trials]
        assert rows[1] == ("failed", "non-finite", "the value is nan at step 3")
        assert [row[0] for row in rows] == ["completed", "failed", "completed"]


def test_a_trial_that_continues_after_nan_has_failed(open_study, capsys):
    for processes in (False, True):
        study = open_study(path=None).optimize(nan_in_second_that_continues, trials=3, processes=processes)
        said = capsys.readouterr().err
        assert [row["status"] for row in study.trials] == ["completed", "failed", "completed"]
        assert "[2/3] trial 2 failed (the value is nan at step 3); best" in said


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


@pytest.fixture
def full_disk(tmp_path):
    """Starts the program on a small disk that is full for `seconds`; with 0, until a file is deleted."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounts a file system, which needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield lambda seconds: subprocess.Popen(
        [sys.executable, "-c", FULL, str(tmp_path), str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_is_waited_for(full_disk):
    program = full_disk(2)
    out, said = program.communicate(timeout=120)
    assert (program.returncode, out) == (0, 20 * "evaluated\n" + "all\n"), said
    assert "waiting for space; new results are kept in memory" in said
    assert "there is room again" in said


def test_ctrl_c_ends_a_program_with_a_full_disk_and_keeps_every_result(full_disk, path):
    program = full_disk(0)
    for line in program.stderr:
        if "waiting for space" in line:
            break
    program.send_signal(signal.SIGINT)
    out, said = program.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    kept = re.search(r"1 (?:result|entry) went to (\S+) instead", said)
    assert kept is not None, said
    facts = path.read_text() + Path(kept[1]).read_text()
    assert facts.count('"type":"completed"') == out.count("evaluated")
    shutil.rmtree(Path(kept[1]).parent)
