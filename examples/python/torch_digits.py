"""PyTorch with early stopping: a network that reads digits. Trials that fall behind are stopped after a few epochs.

    python3 torch_digits.py

Needs PyTorch and scikit-learn (Debian: python3-torch, python3-sklearn).
"""

import hypertide as ht
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

EPOCHS = 27
torch.set_num_threads(1)  # trials run in parallel: one that takes all cores slows down the others

images, labels = load_digits(return_X_y=True)
parts = train_test_split(images / 16, labels, train_size=1200, stratify=labels, random_state=0)
x, x_validation = (torch.tensor(part, dtype=torch.float32) for part in parts[:2])
y, y_validation = (torch.tensor(part) for part in parts[2:])


def objective(trial):
    network = nn.Sequential(nn.Linear(64, trial["units"]), nn.ReLU(), nn.Dropout(trial["dropout"]), nn.Linear(trial["units"], 10))
    optimizer = torch.optim.AdamW(network.parameters(), lr=trial["lr"], weight_decay=trial["decay"])
    for epoch in range(1, EPOCHS + 1):
        network.train()
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            loss = nn.functional.cross_entropy(network(x_validation), y_validation)
        trial.report(loss, epoch)  # ends the trial here if others do better
    return loss


study = ht.Study(
    {
        "lr": ht.log(1e-4, 1e-1),
        "units": ht.int(16, 256, log=True),
        "dropout": ht.float(0, 0.5),
        "decay": ht.log(1e-6, 1e-1),
    },
    minimize="val_loss",
    epochs=EPOCHS,
)
study.optimize(objective, trials=30, parallel=2)

print(study.best["params"], study.best["values"])
stopped = [row["step"] for row in study.trials if row["status"] == "stopped"]
trained = sum(row["step"] for row in study.trials)
print(f"{len(stopped)} of {len(study.trials)} trials were stopped early: {trained} epochs instead of {EPOCHS * len(study.trials)}")
