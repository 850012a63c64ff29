"""Trials per second of Optuna's JournalStorage with two processes: optuna_journal.py DIRECTORY TRIALS"""

import multiprocessing
import os
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage(directory):
    backend = optuna.storages.journal.JournalFileBackend(os.path.join(directory, "journal.log"))
    return optuna.storages.JournalStorage(backend)


def work(directory, trials):
    study = optuna.load_study(study_name="s", storage=storage(directory), sampler=optuna.samplers.RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", -5, 5) ** 2, n_trials=trials)


if __name__ == "__main__":
    directory, trials = sys.argv[1], int(sys.argv[2])
    optuna.create_study(study_name="s", storage=storage(directory))
    processes = [multiprocessing.Process(target=work, args=(directory, trials // 2)) for _ in range(2)]
    since = time.monotonic()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(trials / (time.monotonic() - since))
