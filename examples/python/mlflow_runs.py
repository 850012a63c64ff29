"""Logs the trials of a study to MLflow, while it runs or later: a run for each trial, with its parameters, its reports and its result.

    hypertide serve digits.yaml --http 8080
    python3 mlflow_runs.py http://127.0.0.1:8080/v1/studies/digits

Needs MLflow's client (pip install mlflow-skinny), which takes the server and the login from its own variables, such as MLFLOW_TRACKING_URI. It
follows the study until Ctrl-C, and continues there when you start it again. We tried it with a stand-in that has the same functions, not with
MLflow itself.
"""

import json
import sys
import urllib.request

from mlflow import MlflowClient

url = sys.argv[1]
name = url.rsplit("/", 1)[1]
client = MlflowClient()
found = client.get_experiment_by_name(name)
experiment = found.experiment_id if found else client.create_experiment(name)
known = client.search_runs([experiment], max_results=50_000)
runs = {int(run.data.tags["hypertide.trial"]): run.info.run_id for run in known}
position = max((int(run.data.tags["hypertide.position"]) for run in known), default=0)
request = urllib.request.Request(f"{url}/log?after={position}", headers={"Accept": "text/event-stream"})
for line in urllib.request.urlopen(request):
    if not line.startswith(b"data: "):
        continue
    entry = json.loads(line[6:])
    fact, at = entry["fact"], entry["at"]
    kind, trial = fact["type"], fact.get("trial")
    if kind == "suggested":
        if trial not in runs:
            tags = {"hypertide.trial": str(trial), "hypertide.position": "0"}
            runs[trial] = client.create_run(experiment, at, tags, f"trial {trial}").info.run_id
        for parameter, value in fact["params"].items():
            client.log_param(runs[trial], parameter, value)
    if kind in ("reported", "completed"):
        for metric, value in {**fact.get("metrics", {}), **fact.get("values", {})}.items():
            client.log_metric(runs[trial], metric if kind == "reported" else f"final {metric}", value, at, fact.get("step", 0))
    if kind in ("completed", "stopped", "failed"):
        client.set_terminated(runs[trial], "FAILED" if kind == "failed" else "FINISHED", at)
    if trial in runs:
        client.set_tag(runs[trial], "hypertide.position", str(entry["position"]))
