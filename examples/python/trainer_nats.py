"""Tunes a small network on handwritten digits, as a trainer of a study on a NATS server.

    hypertide serve examples/python/study.yaml --nats nats://127.0.0.1:4222
    python3 examples/python/trainer_nats.py nats://127.0.0.1:4222 digits

If the server has logins of `hypertide server render`, add the name of the trainer and its file: ... digits w1 keys/lab/w1.creds

It needs scikit-learn and the Python package of hypertide (docs/guides/python.md). You can run any number of them, on any machine.
"""

import sys
import warnings

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from hypertide import nats

warnings.filterwarnings("ignore")  # one epoch at a time does not converge
EPOCHS = 12


def main(url, study, name=None, creds=None):
    x, y = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(x / 16, y, test_size=0.3, random_state=0, stratify=y)

    def objective(trial):
        model = MLPClassifier(
            hidden_layer_sizes=(trial["units"],),
            activation=trial["activation"],
            alpha=trial["alpha"],
            learning_rate_init=trial["learning_rate"],
            random_state=0,
        )
        for epoch in range(1, EPOCHS + 1):
            model.partial_fit(train_x, train_y, classes=range(10))
            error = 1 - model.score(test_x, test_y)
            trial.report(error, epoch)
        return error

    ended = nats.run(url, study, objective, name, creds=creds, on_trial=lambda trial: print(f"trial {trial.number} {trial.params}", flush=True))
    print(f"{ended} trials")


if __name__ == "__main__":
    main(*sys.argv[1:])
