"""Trials a second of several processes on an Optuna storage with a past, and milliseconds of CPU for a trial, as JSON:
optuna_storages.py DIRECTORY journal|sqlite PAST TRIALS PROCESSES

The past is written in a directory in memory first, and copied: with an fsync for each trial it would take long.
"""

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage(directory, kind):
    if kind == "sqlite":
        return optuna.storages.RDBStorage(f"sqlite:///{directory}/study.db", engine_kwargs={"connect_args": {"timeout": 300}})
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(os.path.join(directory, "study.log")))


def load(directory, kind):
    return optuna.load_study(study_name="s", storage=storage(directory, kind), sampler=optuna.samplers.RandomSampler())


def work(directory, kind, trials, ready, go, used):
    study = load(directory, kind)
    study.trials  # read the past before the clock starts
    ready.release()
    go.wait()
    before = time.process_time()
    study.optimize(lambda trial: trial.suggest_float("x", -5, 5) ** 2, n_trials=trials)
    used.put(time.process_time() - before)


def begin(directory, kind, past):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as fast:
        study = optuna.create_study(study_name="s", storage=storage(fast, kind))
        distribution = {"x": optuna.distributions.FloatDistribution(-5, 5)}
        for i in range(past):
            x = (i % 1000) / 100 - 5
            study.add_trial(optuna.trial.create_trial(params={"x": x}, distributions=distribution, value=x * x))
        for name in os.listdir(fast):
            shutil.copy(os.path.join(fast, name), directory)


if __name__ == "__main__":
    directory, kind, past, trials, count = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    begin(directory, kind, past)
    ready, go, used = multiprocessing.Semaphore(0), multiprocessing.Event(), multiprocessing.SimpleQueue()
    share = -(-trials // count)
    processes = [multiprocessing.Process(target=work, args=(directory, kind, share, ready, go, used)) for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    since = time.monotonic()
    go.set()
    for process in processes:
        process.join()
    seconds = time.monotonic() - since
    cpu = sum(used.get() for _ in processes)
    print(json.dumps({"rate": share * count / seconds, "cpu": 1000 * cpu / (share * count)}))
