"""What it costs to use hypertide as a sampler of Optuna: CPU time of all processes per trial, and what is found.

    OMP_NUM_THREADS=1 python3 tools/bench/optuna_sampler.py [SEEDS] [TRIALS]

It needs Optuna and the installed hypertide package. The time to start an engine is left out.
"""

import math
import os
import statistics
import sys
from pathlib import Path

import hypertide as ht
import optuna
from hypertide.integrations.optuna_sampler import HypertideSampler

SEEDS, TRIALS = (int(given) for given in [*sys.argv[1:], *["5", "50"][len(sys.argv) - 1 :]])
optuna.logging.set_verbosity(optuna.logging.ERROR)
AXES = [f"x{i}" for i in range(6)]


def value(params):
    """A valley that no axis follows, with its minimum of 0 at 1.7, 1.4, 1.1, ..."""
    z = [params[name] - 1.7 + 0.3 * i for i, name in enumerate(AXES)]
    return sum((i + 1) * (a + 0.5 * b) ** 2 for i, (a, b) in enumerate(zip(z, z[1:] + [0.0])))


def cpu():
    """Seconds of CPU of this process and of all running processes that it started."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        used[int(stat.parent.name)] = int(fields[11]) + int(fields[12])

    def is_own(pid):
        return pid == os.getpid() or (pid in parents and is_own(parents[pid]))

    return sum(ticks for pid, ticks in used.items() if is_own(pid)) / os.sysconf("SC_CLK_TCK")


def in_optuna(sampler):
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda trial: value({name: trial.suggest_float(name, -5, 5) for name in AXES}), n_trials=1)
    since = cpu()
    study.optimize(lambda trial: value({name: trial.suggest_float(name, -5, 5) for name in AXES}), n_trials=TRIALS - 1)
    return study.best_value, (cpu() - since) / (TRIALS - 1)


def in_python(seed):
    study = ht.Study({name: ht.float(-5, 5) for name in AXES}, minimize="value", strategy="tpe", seed=seed)
    since, best = 0.0, math.inf
    for k in range(TRIALS):
        trial = study.ask()
        best = min(best, value(trial.params))
        study.tell(trial, value(trial.params))
        since = since if k else cpu()
    return best, (cpu() - since) / (TRIALS - 1)


RUNS = {
    "TPE of Optuna": lambda seed: in_optuna(optuna.samplers.TPESampler(multivariate=True, seed=seed)),
    "`tpe` in Python": in_python,
    "`tpe` as a sampler of Optuna": lambda seed: in_optuna(HypertideSampler(strategy="tpe", seed=seed)),
    "`auto` as a sampler of Optuna": lambda seed: in_optuna(HypertideSampler(seed=seed)),
}

if __name__ == "__main__":
    print(f"| | best value after {TRIALS} trials: median of {SEEDS} seeds | CPU a trial |\n| --- | --- | --- |")
    for name, run in RUNS.items():
        found = [run(seed) for seed in range(1, SEEDS + 1)]
        best, cost = (statistics.median(column) for column in zip(*found))
        print(f"| {name} | {best:.2g} | {1000 * cost:.0f} ms |", flush=True)
