"""Objects among the values of parameters: None, tuples and others that JSON holds in another form."""

import enum

import pytest

import hypertide as ht


class Activation(str, enum.Enum):
    RELU = "relu"
    TANH = "tanh"


SPACE = {
    "depth": [None, 3, 5],
    "hidden": [(64,), (64, 32)],
    "mixed": ht.choice({"a": (1, 2)}, [1, 2], None, True, 1.5, 2.0, "x"),
    "activation": list(Activation),
    "fixed": ht.constant((1, None)),
    "nothing": ht.constant(None),
    "shallow": ht.int(1, 3, when={"depth": None}),
    "single": ht.int(1, 3, when={"hidden": [(64,)]}),
}
"""What an objective gets must be one of these objects."""


def loss_of(trial):
    return len(trial["hidden"]) + (trial["depth"] or 0)


def start(path):
    return ht.Study(SPACE, path=path, seed=2)


def check(params):
    assert params["depth"] in SPACE["depth"]
    assert isinstance(params["hidden"], tuple)
    assert params["hidden"] in SPACE["hidden"]
    assert repr(params["mixed"]) in [repr(value) for value in SPACE["mixed"]["values"]]
    assert isinstance(params["activation"], Activation)
    assert (params["fixed"], params["nothing"]) == ((1, None), None)
    assert ("shallow" in params) == (params["depth"] is None)
    assert ("single" in params) == (params["hidden"] == (64,))


def test_reach_the_objective_and_its_results(path):
    seen = []

    def objective(trial):
        check(trial.params)
        seen.append(repr(trial["mixed"]))
        if isinstance(trial["mixed"], list):
            trial["mixed"].append(3)  # its own copy
        return loss_of(trial)

    study = start(path)
    study.enqueue({"depth": None, "hidden": (64, 32)})
    study.optimize(objective, trials=14, progress=False)
    assert len(set(seen)) > 4
    for row in [*study.trials, study.best, *study.front, study.recommendation["row"]]:
        check(row["params"])
    assert (study.trials[0]["params"]["depth"], study.trials[0]["params"]["hidden"]) == (None, (64, 32))
    assert study.best["params"]["hidden"] == (64,)
    study.limit(trials=15)
    study.add({**study.best["params"], "hidden": (64, 32)}, 9.0)
    assert study.trials[-1]["params"]["hidden"] == (64, 32)


def test_are_the_same_when_a_study_resumes_and_in_processes(path):
    start(path).close()
    study = start(path).optimize(loss_of, trials=2, processes=True, progress=False)
    best = study.best["params"]
    check(best)
    study.close()
    with ht.Study(path=path) as without_space:
        assert without_space.best["params"]["hidden"] == list(best["hidden"])


def test_that_json_cannot_hold_are_refused_with_the_name_of_the_parameter():
    for wrong in [len, max], [{1, 2}], [float("nan")], [object()]:
        with pytest.raises(ht.HypertideError, match=r"layer: expected values that JSON can hold, such as .*; write a name"):
            ht.Study({"layer": wrong})
    with pytest.raises(ht.HypertideError, match="values that differ"):
        ht.Study({"x": [(1,), [1]]})
