"""The tasks of LLAMBO, a language model that tunes scikit-learn (Liu et al., ICLR 2024), next to its own published runs.

    python3 tools/bench/llambo.py --clone LLAMBO --out FILE [--tasks breast/SVM,wine] [--strategy auto] [--priors known] [--seeds 5]
    python3 tools/bench/llambo.py --clone LLAMBO --table FILE ...

It needs scikit-learn, the installed hypertide package, and a clone of github.com/tennisonliu/LLAMBO, whose pickled data it loads. A task is a data set
and a model, and its score the accuracy (or for a regression the squared error) of five-fold cross-validation. Every study begins with the five
configurations that LLAMBO was given, with their published scores. `--priors known` names the program of each task. FILE is a JSON file; runs in it
are not repeated. The table has what is left of the way from the best of the five to the best known, after 10, 20 and 30 evaluations.
"""

import argparse
import csv
import json
import pickle
import random
import statistics
import sys
import warnings
from pathlib import Path

import numpy
from sklearn import ensemble, neural_network, svm, tree
from sklearn.model_selection import cross_val_score

LEAF = {
    "max_depth": ("int", 1, 15, None),
    "max_features": ("float", 0.01, 0.99, "logit"),
    "min_impurity_decrease": ("float", 0.0, 0.5, None),
    "min_samples_leaf": ("float", 0.01, 0.49, "logit"),
    "min_samples_split": ("float", 0.01, 0.99, "logit"),
    "min_weight_fraction_leaf": ("float", 0.01, 0.49, "logit"),
}
BOOST = {"n_estimators": ("int", 10, 100, None), "learning_rate": ("float", 1e-4, 10.0, "log")}
NETWORK = {
    "hidden_layer_sizes": ("int", 50, 200, None),
    "alpha": ("float", 1e-5, 10.0, "log"),
    "batch_size": ("int", 10, 250, None),
    "learning_rate_init": ("float", 1e-5, 0.1, "log"),
    "power_t": ("float", 0.1, 0.9, "logit"),
    "momentum": ("float", 0.001, 0.999, "logit"),
}
MARGIN = {"C": ("float", 1.0, 1e3, "log"), "gamma": ("float", 1e-4, 1e-3, "log"), "tol": ("float", 1e-5, 0.1, "log")}
SEEDED = {"random_state": 0}
SGD = {"solver": "sgd", "early_stopping": True, "max_iter": 40, "learning_rate": "invscaling", **SEEDED}
# The space, and the program and its fixed arguments for a classification and for a regression.
MODELS = {
    "AdaBoost": (BOOST, (ensemble.AdaBoostClassifier, SEEDED), (ensemble.AdaBoostRegressor, SEEDED)),
    "DecisionTree": (LEAF, (tree.DecisionTreeClassifier, SEEDED), (tree.DecisionTreeRegressor, SEEDED)),
    "MLP_SGD": (NETWORK, (neural_network.MLPClassifier, SGD), (neural_network.MLPRegressor, {**SGD, "activation": "tanh"})),
    "RandomForest": (LEAF, *((of, {"n_estimators": 10, **SEEDED}) for of in (ensemble.RandomForestClassifier, ensemble.RandomForestRegressor))),
    "SVM": (MARGIN, (svm.SVC, SEEDED), (svm.SVR, {})),
}
AT = (10, 20, 30)


class Task:
    """A data set of LLAMBO and a model."""

    def __init__(self, clone, name):
        data, model = name.split("/")
        self.folder = clone / "exp_bayesmark/results_discriminative" / name
        pickles = {path.stem.lower(): path for folder in ("bayesmark/data", "custom_dataset") for path in (clone / folder).glob("*.pickle")}
        with open(pickles[data], "rb") as file:
            loaded = pickle.load(file)
        self.x, self.y = loaded["train_x"], loaded["train_y"]
        self.is_class = self.y.dtype.kind != "f"
        if not self.is_class:
            self.y = (self.y - numpy.mean(self.y)) / numpy.std(self.y)
        self.space, self.program, self.fixed = (MODELS[model][0], *MODELS[model][1 if self.is_class else 2])

    def published(self, seed):
        """The configurations and scores of LLAMBO. Its files are rounded, so a value can be slightly out of range."""
        with open(self.folder / f"{seed}.csv", encoding="utf8") as file:
            return [({name: self.inside(name, float(row[name])) for name in self.space}, float(row["score"])) for row in csv.DictReader(file)]

    def inside(self, name, value):
        kind, low, high, _ = self.space[name]
        return int(value) if kind == "int" else min(max(value, low), high)

    def score(self, params, seed):
        numpy.random.seed(seed)
        random.seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scoring = "accuracy" if self.is_class else "neg_mean_squared_error"
            mean = float(numpy.mean(cross_val_score(self.program(**self.fixed, **params), self.x, self.y, scoring=scoring, cv=5)))
        return mean if self.is_class else -mean

    def run(self, strategy, priors, seed, trials):
        """The scores of a study in order, the given ones first."""
        import hypertide as ht

        parameters = {
            name: {"type": kind, "low": low, "high": high} | ({scale: True} if scale else {})
            for name, (kind, low, high, scale) in self.space.items()
        }
        words = f"{self.program.__module__.split('._')[0]}.{self.program.__name__}"
        options = {"program": words} if priors == "known" else {}
        given = self.published(seed)[:5]
        with ht.Study(parameters, **{"maximize" if self.is_class else "minimize": "score"}, strategy=strategy, seed=seed, **options) as study:
            for params, _ in given:
                study.enqueue(params)
            scores = [score for _, score in given]
            for k in range(trials):
                trial = study.ask()
                if k >= len(given):
                    scores.append(self.score(trial.params, seed))
                study.tell(trial, scores[k])
        return scores[:trials]


def table(clone, files):
    """Prints what is left of the way for LLAMBO and each file, as a mean over the tasks."""
    named = {Path(file).stem: json.loads(Path(file).read_text()) for file in files}
    runs = [run.rsplit("/", 1) for run in sorted(set.intersection(*(set(of) for of in named.values())))]
    left = {}
    for name in sorted({name for name, _ in runs}):
        task = Task(clone, name)
        best = max if task.is_class else min
        seeds = [seed for task_of, seed in runs if task_of == name]
        methods = {"LLAMBO": [[score for _, score in task.published(seed)] for seed in seeds]}
        methods |= {method: [of[f"{name}/{seed}"] for seed in seeds] for method, of in named.items()}
        known = best(score for scored in methods.values() for scores in scored for score in scores)
        start, *_ = reached(methods["LLAMBO"], best, [5])
        if abs(known - start) > 1e-9:
            for method, scored in methods.items():
                left.setdefault(method, []).append([abs(known - score) / abs(known - start) for score in reached(scored, best, AT)])
    print(f"{len(left['LLAMBO'])} tasks, {len(runs)} studies; left of the way after {', '.join(map(str, AT))} evaluations")
    for method, rows in left.items():
        print(f"{method:24}", *(f"{statistics.fmean(column):.2f}" for column in zip(*rows)))


def reached(studies, best, counts):
    """The best score after each count of evaluations, as a mean over the studies."""
    return [statistics.fmean(best(scores[:count]) for scores in studies) for count in counts]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clone", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--table", nargs="+")
    parser.add_argument("--tasks", default="breast,diabetes,digits,griewank,iris,ktablet,rosenbrock,wine")
    parser.add_argument("--strategy", default="auto")
    parser.add_argument("--priors", choices=["known", "none"], default="none")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=30)
    given = parser.parse_args()
    if given.table:
        return table(given.clone, given.table)
    if not given.out:
        parser.error("expected --out or --table")
    runs = json.loads(given.out.read_text()) if given.out.exists() else {}
    names = [name for text in given.tasks.split(",") for name in ([text] if "/" in text else [f"{text}/{model}" for model in MODELS])]
    for name in names:
        task = Task(given.clone, name)
        for seed in range(given.seeds):
            if (task.folder / f"{seed}.csv").exists() and len(runs.get(f"{name}/{seed}", [])) < given.trials:
                runs[f"{name}/{seed}"] = task.run(given.strategy, given.priors, seed, given.trials)
                given.out.write_text(json.dumps(runs))
                print(f"{name}, seed {seed}", file=sys.stderr)


if __name__ == "__main__":
    main()
