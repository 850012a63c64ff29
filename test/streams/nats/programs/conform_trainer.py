"""The trainer in Python, as a program that `hypertide nats-conform` starts: conform_trainer.py FOLDER URL STUDY NAME"""

import sys
import time

sys.path.insert(0, sys.argv[1])
import hypertide_nats  # noqa: E402


def objective(params, trial):
    for step in range(1, params["steps"] + 1):
        time.sleep(params["pause"])
        trial.report(params["x"] + step, step=step)
    if params["outcome"] == "error":
        raise ValueError("as told")
    return float("nan") if params["outcome"] == "nan" else params["x"]


hypertide_nats.run(*sys.argv[2:4], objective, sys.argv[4])
