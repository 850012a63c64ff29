"""Optuna's TPE behind lines of JSON: {"space", "seed"}, then {"ask"} and {"tell"} in turn, then {"quit"}."""

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


space, study, trial, spent = None, None, None, 0.0
for line in sys.stdin:
    message, since, reply = json.loads(line), time.process_time(), {}
    if "space" in message:
        space = message["space"]
        conditional = any("when" in p for p in space.values())
        sampler = optuna.samplers.TPESampler(seed=message["seed"], multivariate=True, group=conditional)
        study = optuna.create_study(sampler=sampler)
    elif "ask" in message:
        trial = study.ask()
        reply["params"] = suggest(trial, space)
    elif "tell" in message:
        study.tell(trial, message["tell"])
    spent += time.process_time() - since
    reply["milliseconds"] = 1000 * spent
    print(json.dumps(reply), flush=True)
