"""Our trainer in Python: conform_trainer.py FOLDER URL STUDY NAME"""

import sys
import time

sys.path.insert(0, sys.argv[1])
from hypertide import nats  # noqa: E402

url, study, name = sys.argv[2:]


def objective(trial):
    for step in range(1, trial["steps"] + 1):
        time.sleep(trial["pause"])
        trial.report(trial["x"] + step, step=step)
    if trial["outcome"] == "error":
        raise ValueError("as told")
    return float("nan") if trial["outcome"] == "nan" else trial["x"]


nats.run(url, study, objective, name)
