"""`Study.optimize`: evaluates, stops early, resumes, and prints what it does."""

import asyncio
import os
import re
import threading
import warnings

import pytest
from support import curve, loss_of

import hypertide as ht


def test_begins_with_configurations_of_earlier_studies(open_study, path):
    earlier = open_study(trials=20)
    earlier.optimize(loss_of)
    study = open_study(path=path.with_name("next.jsonl"), earlier=[path], trials=6)
    study.optimize(loss_of)
    first = study.trials[0]
    assert first["by"] == "earlier"
    values = sorted(trial["values"]["loss"] for trial in earlier.trials)
    assert first["values"]["loss"] < values[10]
    for path in (path, str(path)):  # a single one needs no list
        assert open_study(path=None, earlier=path).ask().params == first["params"]


def test_coroutines_of_trials_that_run_at_once_overlap_in_one_event_loop(open_study):
    loops = set()
    together = asyncio.Barrier(4)

    async def objective(trial):
        loops.add(asyncio.get_running_loop())
        if trial.number <= 4:
            await asyncio.wait_for(together.wait(), 240)  # passes only while four trials run at once
        return loss_of(trial)

    study = open_study(path=None).optimize(objective, trials=12, parallel=4, progress=False)
    assert [row["status"] for row in study.trials] == ["completed"] * 12
    assert len(loops) == 1
    assert not [thread for thread in threading.enumerate() if "coroutines" in thread.name]


def test_evaluates_in_processes_that_report_and_are_stopped(open_study):
    study = open_study(epochs=27).optimize(curve, trials=12, parallel=2, processes=True, progress=False)
    assert len(study.trials) == 12
    assert {row["status"] for row in study.trials} == {"completed", "stopped"}


def test_stops_from_a_callback_and_continues(open_study):
    def third(study, trial):
        if trial.number == 3:
            study.stop()

    study = open_study().optimize(loss_of, trials=9, callbacks=[third], progress=False)
    assert [row["status"] for row in study.trials] == ["completed"] * 3
    study.optimize(loss_of, trials=9, progress=False)
    assert len(study.trials) == 9


def test_counts_configurations_and_not_the_trials_that_resume_them(open_study, capsys):
    def objective(trial):
        for epoch in range(1, (trial.budget or 9) + 1):
            trial.report(trial["x"] ** 2 + 1 / epoch, epoch)
        return trial["x"] ** 2

    open_study(epochs=9, resumes=True).optimize(objective, trials=6)
    said = capsys.readouterr().err
    lines = said.splitlines()
    assert len(lines) > 6
    assert lines[-1].startswith("[6/6] trial "), lines


def test_refuses_to_run_without_an_end(open_study):
    study = open_study()
    with pytest.raises(ht.HypertideError, match="expected trials=..., or seconds, cost, spend, target or plateau of the Study"):
        study.optimize(loss_of, progress=False)
    study.limit(trials=3)
    assert len(study.optimize(loss_of, progress=False).trials) == 3
    ends = [{"plateau": 2}, {"strategy": {"grid": {"levels": 2}}}]
    for options in ends:
        ht.Study({"x": ht.float(0, 1)}, **options).optimize(lambda trial: 1.0, progress=False)
    finite = ht.Study({"opt": ["sgd", "adam"]}).optimize(lambda trial: 1.0, progress=False)
    assert len(finite.trials) == 2


def test_prints_how_many_trials_exist_when_it_resumes(open_study, capsys):
    with open_study() as study:
        study.optimize(loss_of, trials=4, progress=False)
    open_study().optimize(loss_of, trials=4)
    said = capsys.readouterr().err
    assert said == "resuming: 4 of 4 trials have ended; to continue, raise `trials`\n"


def test_prints_which_trials_run_again_when_it_resumes(open_study, capsys):
    with open_study() as study:
        study.optimize(loss_of, trials=3, progress=False)
        study.limit(trials=4)
        study.ask()
    open_study().optimize(loss_of, trials=4)
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "resuming: 3 of 4 trials have ended; 1 that was open runs again"


def test_prints_how_each_trial_ended(open_study, capsys):
    def objective(trial):
        if trial.number == 3:
            raise ht.Infeasible("does not fit")
        if trial.number == 4:
            raise ValueError("too large")
        return float("nan") if trial.number == 2 else 1.0

    open_study().optimize(objective, trials=4)
    said = capsys.readouterr().err
    ends = ["completed with loss 1", "failed (loss is nan)", "failed (does not fit)", "failed (ValueError: too large)"]
    assert said.splitlines() == [f"[{i}/4] trial {i} {end}; best loss 1 (trial 1)" for i, end in enumerate(ends, 1)]


def test_prints_where_a_trial_was_stopped(open_study, capsys):
    open_study(epochs=27).optimize(curve, trials=20)
    said = capsys.readouterr().err
    assert re.search(r"trial \d+ stopped at step \d+ with loss [\d.]+; best loss [\d.]+ \(trial \d+\)", said)


def test_warns_once_of_an_objective_without_reports(open_study):
    study = open_study(epochs=27)
    study.add({"x": 1, "layers": 1, "opt": "adam"}, 1.5)  # evaluated elsewhere
    with pytest.warns(UserWarning, match=r"trial 2 completed without a report, so no trial can be stopped early; call trial\.report"):
        study.optimize(loss_of, trials=2, progress=False)
    with pytest.warns(UserWarning, match="trial 1 completed at step 27 of 81; if training ends there, write epochs=27"):
        open_study(epochs=81, path=None).optimize(curve, trials=1, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study.optimize(loss_of, trials=4, progress=False)
        open_study(epochs=27, path=None).optimize(curve, trials=2, progress=False)
        open_study(epochs=27, path=None, early=False).optimize(loss_of, trials=2, progress=False)


def test_takes_epochs_that_count_from_0_as_those_that_count_from_1(open_study):
    def rows(first):
        def objective(trial):
            for epoch in range(9):
                trial.report(loss_of(trial) + 10 / (epoch + 1), epoch + first)
            return loss_of(trial)

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            study = open_study(path=None, epochs=9).optimize(objective, trials=20, progress=False)
        return [(row["status"], row["step"]) for row in study.trials]

    assert rows(0) == rows(1)
    assert len(set(rows(0))) > 2, "trials end at different rungs"


def test_warns_of_more_steps_than_epochs(open_study):
    def objective(trial):
        for step in range(1, 9):
            trial.report(1 / step, step)
        return 0.1

    with pytest.warns(UserWarning, match="trial 1 reported step 8, and epochs is 5; count"):
        open_study(path=None, epochs=5).optimize(objective, trials=1, progress=False)


def test_counts_each_trial_that_ends_once(open_study, capsys):
    together = threading.Barrier(3, timeout=240)

    def objective(trial):
        together.wait()  # three end at once
        return loss_of(trial)

    open_study(path=None).optimize(objective, trials=12, parallel=3)
    assert re.findall(r"(?m)^\[(\d+)/12\]", capsys.readouterr().err) == [str(count) for count in range(1, 13)]


def test_one_trial_at_a_time_runs_in_the_thread_that_calls(open_study):
    threads = []
    open_study(path=None).optimize(lambda trial: threads.append(threading.current_thread()) or 1.0, trials=2, progress=False)
    assert threads == [threading.current_thread()] * 2


def write_note(trial):
    trial.note = f"of process {os.getpid()}"
    return 1.0


def test_notes_of_processes_are_kept(open_study):
    rows = open_study(path=None).optimize(write_note, trials=2, processes=True, progress=False).trials
    assert len({row["note"] for row in rows} - {f"of process {os.getpid()}"}) == 2


def test_counts_against_a_limit_that_was_raised_meanwhile(open_study, capsys):
    study = open_study(path=None)
    study.optimize(loss_of, trials=4, callbacks=[lambda study, trial: trial.number == 2 and study._limit("+3")])
    counts = [line.split("]")[0] for line in capsys.readouterr().err.splitlines() if line.startswith("[")]
    assert counts == ["[1/4", "[2/4", "[3/7", "[4/7", "[5/7", "[6/7", "[7/7"]
