"""Serves Optuna's samplers over lines of JSON: {"space", "seed", "sampler", "objectives"}, then {"ask"} and {"tell"} in turn."""

import json
import sys
import time
import warnings

import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial, space):
    """Parameters of a trial, parents before their children."""
    params = {}
    for name, p in space.items():
        when = p.get("when")
        if when and not all(params.get(parent) in (v if isinstance(v, list) else [v]) for parent, v in when.items()):
            continue
        if p["type"] == "float":
            params[name] = trial.suggest_float(name, p["low"], p["high"], log=p.get("log", False), step=p.get("step"))
        elif p["type"] == "int":
            params[name] = trial.suggest_int(name, p["low"], p["high"], log=p.get("log", False), step=p.get("step") or 1)
        else:
            params[name] = trial.suggest_categorical(name, p.get("values", [False, True]))
    return params


def sampler_of(name, space, seed):
    """The Gaussian process has no conditional parameters: it draws those that some trials lack at random."""
    if name == "gp":
        import scipy.optimize, scipy.stats, torch  # noqa: E401, F401  before the clock starts

        return optuna.samplers.GPSampler(seed=seed)
    others = {"cmaes": optuna.samplers.CmaEsSampler, "nsga2": optuna.samplers.NSGAIISampler, "nsga3": optuna.samplers.NSGAIIISampler}
    if name in others:
        return others[name](seed=seed)
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=any("when" in p for p in space.values()))


space, study, trial, spent = None, None, None, 0.0
for line in sys.stdin:
    message, reply = json.loads(line), {}
    since = time.process_time()
    if "space" in message:
        space = message["space"]
        study = optuna.create_study(directions=["minimize"] * message["objectives"], sampler=sampler_of(message["sampler"], space, message["seed"]))
        since, spent = time.process_time(), 0.0
    elif "ask" in message:
        trial = study.ask()
        reply["params"] = suggest(trial, space)
    elif "tell" in message:
        study.tell(trial, message["tell"])
    spent += time.process_time() - since
    reply["milliseconds"] = 1000 * spent
    print(json.dumps(reply), flush=True)
