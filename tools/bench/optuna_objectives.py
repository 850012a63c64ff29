"""Three and five objectives: how much of the volume in reach is dominated, next to Optuna's samplers.

    python3 tools/bench/optuna_objectives.py [SEEDS] [TRIALS ...]

It needs Optuna and the installed hypertide package. The problems are DTLZ2 and DTLZ7 (Deb, Thiele, Laumanns & Zitzler 2002), with as many parameters as
they recommend. The volume lies between the losses of all trials and the reference point (1.5, ..., 1.5), or (1.1, ..., 1.1, 7 m) for DTLZ7; 1 is what the
whole front dominates.
"""

import math
import random
import statistics
import sys

import hypertide as ht
import optuna
from optuna._hypervolume import compute_hypervolume
from optuna.study._multi_objective import _is_pareto_front
import numpy

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
MARKS = sorted(int(given) for given in sys.argv[2:] or ["200", "1000"])
SLOW = {"Optuna TPE", "auto"}  # only the first mark


def sphere(x, m):
    radius = 1 + sum((u - 0.5) ** 2 for u in x[m - 1 :])
    angles = [u * math.pi / 2 for u in x[: m - 1]]
    losses = []
    for k in range(m):
        loss = radius * math.prod(math.cos(a) for a in angles[: m - 1 - k])
        losses.append(loss if k == 0 else loss * math.sin(angles[m - 1 - k]))
    return losses


def islands(x, m):
    g = 1 + 9 * statistics.fmean(x[m - 1 :])
    return [*x[: m - 1], (1 + g) * (m - sum(height(v, g) for v in x[: m - 1]))]


def height(v, g):
    return v / (1 + g) * (1 + math.sin(3 * math.pi * v))


def in_reach(m):
    """The volume that the front of DTLZ7 dominates, by Monte Carlo with a million points: there, g is 1."""
    best, steps = [0.0], 10_000
    for k in range(1, steps + 1):
        best.append(max(best[-1], height(k / steps, 1)))
    rng, corner, hits = random.Random(1), islands_corner(m), 0
    for _ in range(1_000_000):
        point = [rng.random() * c for c in corner]
        hits += 2 * (m - sum(best[min(steps, int(z * steps))] for z in point[:-1])) <= point[-1]
    return hits / 1_000_000 * math.prod(corner)


def sphere_corner(m):
    return [1.5] * m


def islands_corner(m):
    return [*[1.1] * (m - 1), 7.0 * m]


def ball(m):
    return math.pi ** (m / 2) / math.gamma(m / 2 + 1) / 2**m


PROBLEMS = {
    "DTLZ2": (sphere, lambda m: m + 9, sphere_corner, lambda m: 1.5**m - ball(m)),
    "DTLZ7": (islands, lambda m: m + 19, islands_corner, in_reach),
}


def with_optuna(sampler):
    def run(losses_of, names, m, trials, seed):
        study = optuna.create_study(directions=["minimize"] * m, sampler=sampler(seed))
        study.optimize(lambda trial: losses_of([trial.suggest_float(name, 0, 1) for name in names]), n_trials=trials)
        return [trial.values for trial in study.trials]

    return run


def with_hypertide(strategy):
    def run(losses_of, names, m, trials, seed):
        objectives = [f"f{k}" for k in range(m)]
        told = []

        def objective(trial):
            told.append(losses_of([trial.params[name] for name in names]))
            return dict(zip(objectives, told[-1]))

        space = {name: ht.float(0, 1) for name in names}
        ht.Study(space, minimize=objectives, strategy=strategy, seed=seed).optimize(objective, trials=trials, progress=False)
        return told

    return run


CONTENDERS = {
    "`nsga3`": with_hypertide("nsga3"),
    "`nsga2`": with_hypertide("nsga2"),
    "`auto`": with_hypertide("auto"),
    "Optuna NSGA-III": with_optuna(lambda seed: optuna.samplers.NSGAIIISampler(seed=seed)),
    "Optuna NSGA-II": with_optuna(lambda seed: optuna.samplers.NSGAIISampler(seed=seed)),
    "Optuna TPE": with_optuna(lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)),
    "random": with_hypertide("random"),
}


def volume(losses, corner):
    points = numpy.array([point for point in losses if all(x < c for x, c in zip(point, corner))])
    if len(points) == 0:
        return 0.0
    return compute_hypervolume(points[_is_pareto_front(points, assume_unique_lexsorted=False)], numpy.array(corner))


cells = {}
for problem, (losses_at, dimension, corner_of, whole_of) in PROBLEMS.items():
    for m in (3, 5):
        names, corner, whole = [f"x{i}" for i in range(dimension(m))], corner_of(m), whole_of(m)
        for contender, run in CONTENDERS.items():
            slow = contender.strip("`") in SLOW
            for trials in MARKS[:1] if slow else MARKS:
                shares = [volume(run(lambda x: losses_at(x, m), names, m, trials, seed), corner) / whole for seed in range(SEEDS)]
                cells[contender, problem, m, trials] = statistics.fmean(shares)
                print(f"{problem}, {m} objectives, {trials} trials, {contender}: {statistics.fmean(shares):.3f}", file=sys.stderr)

for m in (3, 5):
    columns = [(problem, trials) for problem in PROBLEMS for trials in MARKS]
    print(f"\n| {m} objectives | {' | '.join(f'{problem}, {trials} trials' for problem, trials in columns)} |")
    print(f"| --- |{' --- |' * len(columns)}")
    for contender in CONTENDERS:
        shown = [cells.get((contender, problem, m, trials)) for problem, trials in columns]
        print(f"| {contender} | {' | '.join('' if share is None else f'{share:.2f}' for share in shown)} |")
