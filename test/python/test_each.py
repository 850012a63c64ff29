"""Objectives that are a mean over examples."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest

import hypertide as ht

SPACE = {"x": ht.float(-5, 5)}
QUESTIONS = [f"q{i}" for i in range(10)]


def loss_of(params, question):
    return params["x"] ** 2 + QUESTIONS.index(question)


@pytest.fixture
def racing(path):
    """Opens a study of these questions."""
    opened = []

    def begin(**options):
        opened.append(ht.Study(SPACE, **{"path": path, "examples": QUESTIONS, "strategy": "random", "seed": 1, **options}))
        return opened[-1]

    yield begin
    for study in opened:
        study.close()


def facts_in(path, kind):
    return [fact for line in path.read_text().splitlines() if line and (fact := json.loads(line))["type"] == kind]


def test_evaluates_few_examples_of_trials_that_are_worse(racing, path, capsys):
    study = racing().optimize(ht.each(QUESTIONS, loss_of), trials=30)
    best = study.best
    assert (best["step"], best["values"]["value"]) == (10, pytest.approx(best["params"]["x"] ** 2 + 4.5))
    reports = facts_in(path, "reported")
    assert len(reports) < 0.4 * 300
    assert all(len(fact["results"]) == 1 for fact in reports)  # at once
    said = capsys.readouterr().err
    assert "completed with value" in said and "on 2 examples" in said and "stopped after 1 example with value" in said
    assert facts_in(path, "created")[0]["examples"] == {"count": 10, "ids": QUESTIONS}


def test_evaluates_all_examples_without_early_stopping(racing, path):
    seen = []

    def score(params, number, trial):
        seen.append((trial.number, number))
        return 1.0

    numbers = list(range(3))
    racing(examples=numbers, early=False).optimize(ht.each(numbers, score), trials=2, progress=False)
    assert seen == [(trial, number) for trial in (1, 2) for number in numbers]
    assert facts_in(path, "created")[0]["examples"] == {"count": 3}


def test_ends_when_enough_is_spent(racing, path):
    def score(params, question):
        return {"score": loss_of(params, question), "usd": 0.25}

    study = racing(maximize="score", early=False, spend={"usd": 5}).optimize(ht.each(QUESTIONS, score), progress=False)
    reported = len(facts_in(path, "reported"))
    assert reported in (20, 21)  # the next one may be on its way
    assert facts_in(path, "closed")[0]["reason"] == "spend"
    assert sum(row["metrics"]["usd"] for row in study.trials) == 0.25 * reported


def test_several_objectives_are_named_or_in_order(racing):
    score = [lambda params, question: (1.0, 2.0), lambda params, question: {"loss": 1.0, "size": 2.0}]
    for i, one in enumerate(score):
        study = racing(path=None, minimize=("loss", "size"), early=False).optimize(ht.each(QUESTIONS, one), trials=1, progress=False)
        assert study.trials[0]["values"] == {"loss": 1.0, "size": 2.0}, i


def test_the_means_of_constraints_decide_what_is_feasible(racing, path):
    def score(params, question):
        seconds = params["x"] + QUESTIONS.index(question)  # 4.5 more than x on average
        return {"loss": -params["x"], "constraints": [seconds - 6], "usd": 0.5}

    study = racing(minimize="loss").optimize(ht.each(QUESTIONS, score), trials=40, progress=False)
    best = study.best
    assert 1 < best["params"]["x"] <= 1.5
    assert best["constraints"] == [pytest.approx(best["params"]["x"] - 1.5)]
    assert (best["step"], best["metrics"]) == (10, {"usd": pytest.approx(0.5 * sum(r["trial"] == best["trial"] for r in facts_in(path, "reported")))})
    assert all(len(result) == 3 for fact in facts_in(path, "reported") for result in fact["results"])
    assert any(row["status"] == "stopped" and row["constraints"][0] > 0 for row in study.trials)


def limited_in_process(params, question):
    return {"value": -params["x"], "constraints": [params["x"]]}


def test_constraints_come_from_processes(racing):
    study = racing().optimize(ht.each(QUESTIONS, limited_in_process), trials=6, parallel=2, processes=True, progress=False)
    assert study.best["params"]["x"] <= 0
    assert all(row["constraints"] == [pytest.approx(row["params"]["x"])] for row in study.trials)


@pytest.mark.parametrize("constraints", [1, ["a"], [None], True])
def test_refuses_what_are_no_constraints(racing, constraints):
    with pytest.warns(UserWarning, match="constraints"):
        study = racing(early=False).optimize(
            ht.each(QUESTIONS, lambda params, question: {"value": 1, "constraints": constraints}), trials=1, progress=False
        )
    assert study.trials[0]["status"] == "failed"


def test_coroutines_of_trials_overlap(racing):
    begun = set()

    async def score(params, question, trial):
        begun.add(trial.number)
        while len(begun) < 2:  # would never end if one trial waited for the other
            await asyncio.sleep(0.01)
        return loss_of(params, question)

    study = racing(early=False)
    study.optimize(ht.each(QUESTIONS, score), trials=2, parallel=2, progress=False)
    assert [row["step"] for row in study.trials] == [10, 10]


def test_evaluates_only_missing_examples_after_kill_9(path):
    program = f"""
import hypertide as ht, time
questions = {QUESTIONS!r}
def score(params, question):
    print(question, flush=True)
    time.sleep(0.3)
    return 1.0
study = ht.Study({{"x": ht.float(-5, 5)}}, path={str(path)!r}, examples=questions, early=False, strategy="random")
study.optimize(ht.each(questions, score), trials=1, progress=False)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line == "q4\n":
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    known = {fact["results"][0][0] for fact in facts_in(path, "reported")}
    assert known == {0, 1, 2, 3}
    said = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert said.split() == QUESTIONS[4:]
    assert [fact["attempt"] for fact in facts_in(path, "suggested")] == [1, 2]
    with ht.Study(path=path) as study:
        assert (study.best["step"], study.best_value) == (10, 1.0)


@pytest.mark.parametrize(
    ("examples", "questions"),
    [(None, QUESTIONS), (QUESTIONS, QUESTIONS[1:]), (11, QUESTIONS)],
    ids=["a study without examples", "too few", "too few of a number"],
)
def test_refuses_other_examples(racing, examples, questions):
    with pytest.raises(ht.HypertideError, match="each: expected"):
        racing(examples=examples).optimize(ht.each(questions, loss_of), trials=1)


@pytest.mark.parametrize("examples", [0, -1, [], 1.5, iter(QUESTIONS)])
def test_refuses_what_are_no_examples(racing, examples):
    with pytest.raises(ht.HypertideError, match="examples"):
        racing(examples=examples)


def test_warns_of_a_trial_without_examples(racing):
    with pytest.warns(UserWarning, match="without the result of an example"):
        racing().optimize(lambda trial: trial["x"], trials=1, progress=False)
