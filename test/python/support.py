"""The space and the objectives of these tests."""

import os
import warnings

import hypertide as ht

SPACE = {"x": ht.float(-5, 5), "layers": ht.int(1, 8), "opt": ["sgd", "adam"], "momentum": ht.float(0, 0.9, when={"opt": "sgd"})}


def loss_of(trial):
    return (trial["x"] - 1) ** 2 + trial["layers"] + trial.params.get("momentum", 0.5)


def curve(trial):
    for step in range(1, 28):
        trial.report(loss_of(trial) + 10 / step, step)
    return loss_of(trial)


def refused_in_child(study):
    """What a forked process is told that asks, and then closes, the study of its parent."""
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
    os.close(writing)
    with open(reading, encoding="utf8") as said:
        return said.read()
