"""The trainer in Python, as a program that `hypertide nats-conform` starts: conform_trainer.py FOLDER URL STUDY NAME"""

import sys
import time

sys.path.insert(0, sys.argv[1])
from hypertide import nats  # noqa: E402


def objective(trial):
    for step in range(1, trial["steps"] + 1):
        time.sleep(trial["pause"])
        trial.report(trial["x"] + step, step=step)
    if trial["outcome"] == "error":
        raise ValueError("as told")
    return float("nan") if trial["outcome"] == "nan" else trial["x"]


nats.run(*sys.argv[2:4], objective, sys.argv[4])
