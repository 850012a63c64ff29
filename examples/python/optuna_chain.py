"""A sampler of Optuna inside a chain: it proposes configurations, and early stopping of hypertide ends those that fall behind.

    python3 optuna_chain.py

Needs Optuna (Debian: python3-optuna). The engine, Optuna and the trainer are three programs that speak over HTTP; here, one file starts them all.
"""

import json
import subprocess
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import optuna
from hypertide.integrations.optuna_proposer import propose_with

STUDY = """
name: chain
parameters:
  x: { type: float, low: -5, high: 5 }
  y: { type: float, low: -5, high: 5 }
objective: minimize loss
trials: 30
parallel: 2
strategy:
  chain:
    - asha: { min: 1, max: 9 } # stops trials that fall behind
    - external: optuna # Optuna proposes; while it is away, the next stage does
    - tpe
"""


def train(server):
    """The trainer: asks for trials until the study is over. It may run on another machine, and there may be many."""

    def post(path, body):
        request = urllib.request.Request(f"{server}/v1/studies/chain/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    while (trial := post("ask", {}))["next"] != "over":
        if trial["next"] == "wait":
            continue
        x, y = trial["params"]["x"], trial["params"]["y"]
        for step in range(1, 10):
            loss = (x - 1) ** 2 + (y + 2) ** 2 + 1 / step  # train one epoch here
            if post(f"trials/{trial['trial']}/report", {"run": trial["run"], "step": step, "values": {"loss": loss}})["stop"]:
                post(f"trials/{trial['trial']}/stopped", {"run": trial["run"], "step": step})
                break
        else:
            post(f"trials/{trial['trial']}/tell", {"run": trial["run"], "values": {"loss": loss}})


@contextmanager
def engine():
    """The address of an engine for the study. It ends with the block, also if that fails."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "chain.yaml").write_text(STUDY)
        url = "http://127.0.0.1:8123"
        with subprocess.Popen(["hypertide", "serve", "chain.yaml", "--http", "8123"], cwd=folder) as process:
            try:
                while process.poll() is None:
                    try:
                        urllib.request.urlopen(f"{url}/v1/studies/chain")
                        break
                    except OSError:
                        time.sleep(0.1)  # until the engine answers
                else:
                    raise SystemExit("the engine did not start")
                yield url
            finally:
                process.terminate()


with engine() as url:
    trainers = [threading.Thread(target=train, args=[url]) for _ in range(2)]
    for trainer in trainers:
        trainer.start()
    proposals = propose_with(optuna.samplers.TPESampler(seed=1), url, "chain")  # until the study is over
    for trainer in trainers:
        trainer.join()

    best = json.load(urllib.request.urlopen(f"{url}/v1/studies/chain/best"))
    rows = json.load(urllib.request.urlopen(f"{url}/v1/studies/chain/trials"))["trials"]
    print(f"Optuna made {proposals} proposals; {sum(row['status'] == 'stopped' for row in rows)} of {len(rows)} trials were stopped early")
    print(best["params"], best["values"], "suggested by", best["by"])
