"""Writes lcbench.json: validation errors by ONNX Runtime (Debian's python3-onnxruntime), for tools/bench/curves/lcbench.ts."""
import json
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
net = onnxruntime.InferenceSession(HERE.parent / "bench" / "curves" / "data" / "lcbench.onnx")
TASKS = {"126025": 1, "167083": 5, "167185": 13}
NETWORKS = [
    {"batch_size": 16, "learning_rate": 0.0001, "momentum": 0.1, "weight_decay": 1e-5, "num_layers": 1, "max_units": 64, "max_dropout": 0},
    {"batch_size": 89, "learning_rate": 0.003, "momentum": 0.55, "weight_decay": 0.05, "num_layers": 3, "max_units": 255, "max_dropout": 0.5},
    {"batch_size": 512, "learning_rate": 0.1, "momentum": 0.99, "weight_decay": 0.1, "num_layers": 5, "max_units": 1024, "max_dropout": 1},
    {"batch_size": 32, "learning_rate": 0.02, "momentum": 0.9, "weight_decay": 0.001, "num_layers": 2, "max_units": 700, "max_dropout": 0.2},
]
EPOCHS = [1, 2, 9, 52]
cases = []
for task, code in TASKS.items():
    for network in NETWORKS:
        x = np.array([[epoch, *network.values()] for epoch in EPOCHS], np.float32)
        accuracy = net.run(None, {"x_cat": np.full((len(EPOCHS), 1), code, np.int32), "x_cont": x})[0][:, 1]
        cases.append({"task": task, "network": network, "epochs": EPOCHS, "errors": (1 - accuracy.astype(float) / 100).tolist()})
Path(__file__).with_suffix(".json").write_text(json.dumps(cases))
