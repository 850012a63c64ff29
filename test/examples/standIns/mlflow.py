"""A stand-in for the client of MLflow 2, with the functions that examples/python/mlflow_runs.py calls. It keeps all in a file."""

import json
import os
from pathlib import Path
from types import SimpleNamespace


class MlflowClient:
    def __init__(self):
        self._file = Path(os.environ["MLFLOW_TRACKING_URI"])
        self._experiments = json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_experiment_by_name(self, name):
        return SimpleNamespace(experiment_id=name) if name in self._experiments else None

    def create_experiment(self, name):
        self._experiments[name] = {}
        return name

    def search_runs(self, experiment_ids, filter_string="", run_view_type=1, max_results=1000):
        return [
            SimpleNamespace(info=SimpleNamespace(run_id=run_id), data=SimpleNamespace(tags=run["tags"]))
            for experiment in experiment_ids
            for run_id, run in self._experiments[experiment].items()
        ]

    def create_run(self, experiment_id, start_time=None, tags=None, run_name=None):
        run_id = f"{experiment_id}.{len(self._experiments[experiment_id])}"
        run = {"name": run_name, "start": start_time, "status": "RUNNING", "tags": tags or {}, "params": {}, "metrics": {}}
        self._experiments[experiment_id][run_id] = run
        self._keep()
        return SimpleNamespace(info=SimpleNamespace(run_id=run_id))

    def log_param(self, run_id, key, value):
        if self._run(run_id)["params"].setdefault(key, str(value)) != str(value):
            raise ValueError(f"Changing param values is not allowed: {key}")
        self._keep()

    def log_metric(self, run_id, key, value, timestamp=None, step=None):
        self._run(run_id)["metrics"].setdefault(key, []).append([step or 0, float(value)])
        self._keep()

    def set_tag(self, run_id, key, value):
        self._run(run_id)["tags"][key] = value
        self._keep()

    def set_terminated(self, run_id, status=None, end_time=None):
        self._run(run_id).update(status=status or "FINISHED", end=end_time)
        self._keep()

    def _run(self, run_id):
        return self._experiments[run_id.split(".")[0]][run_id]

    def _keep(self):
        self._file.write_text(json.dumps(self._experiments))
