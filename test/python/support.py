"""The space and the objectives of these tests."""

import hypertide as ht

SPACE = {"x": ht.float(-5, 5), "layers": ht.int(1, 8), "opt": ["sgd", "adam"], "momentum": ht.float(0, 0.9, when={"opt": "sgd"})}


def loss_of(trial):
    return (trial["x"] - 1) ** 2 + trial["layers"] + trial.params.get("momentum", 0.5)


def curve(trial):
    for step in range(1, 28):
        trial.report(loss_of(trial) + 10 / step, step)
    return loss_of(trial)
