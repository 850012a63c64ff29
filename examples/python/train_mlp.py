"""A trainer for `hypertide run`: scikit-learn's neural network on the digits, one epoch after the other.

Prints {"step": epoch, "value": validation error} after each epoch, and {"value": validation error} at the end.
Writes a checkpoint to HYPERTIDE_CHECKPOINT_DIR, also at SIGTERM (exit code 143), and resumes from the one in HYPERTIDE_CHECKPOINT.
Needs scikit-learn.
"""

import argparse
import json
import os
import pickle
import signal
import sys
import warnings
from pathlib import Path

# Trials run in parallel: a trainer that takes all cores slows down the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

CHECKPOINT = "mlp.pickle"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=32, help="size of the hidden layer")
    parser.add_argument("--activation", choices=["relu", "tanh", "logistic"], default="relu")
    parser.add_argument("--alpha", type=float, default=1e-4, help="strength of the L2 penalty")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=20, help="in all, those before the checkpoint included")
    return parser.parse_args()


def initial_or_saved(args):
    """The epochs done so far, and the network."""
    saved = os.environ.get("HYPERTIDE_CHECKPOINT")
    if not saved:
        rates = {"alpha": args.alpha, "learning_rate_init": args.learning_rate}
        return 0, MLPClassifier((args.units,), activation=args.activation, batch_size=32, random_state=check_random_state(0), **rates)
    path = Path(saved)
    epoch, network = pickle.loads((path / CHECKPOINT if path.is_dir() else path).read_bytes())
    network.set_params(alpha=args.alpha, learning_rate_init=args.learning_rate)
    network._optimizer.learning_rate_init = args.learning_rate  # the optimizer copied it when it was created
    return epoch, network


def save(epoch, network):
    directory = os.environ.get("HYPERTIDE_CHECKPOINT_DIR")
    if directory and epoch > 0:
        Path(directory).mkdir(parents=True, exist_ok=True)
        partial = Path(directory, CHECKPOINT + ".partial")
        partial.write_bytes(pickle.dumps((epoch, network)))
        partial.replace(Path(directory, CHECKPOINT))


def main():
    stops = []
    signal.signal(signal.SIGTERM, lambda *_: stops.append(True))
    args = arguments()
    warnings.filterwarnings("ignore")
    inputs, labels = load_digits(return_X_y=True)
    x, x_validation, y, y_validation = train_test_split(inputs, labels, train_size=1200, stratify=labels, random_state=0)
    scaler = StandardScaler().fit(x)
    x, x_validation = scaler.transform(x), scaler.transform(x_validation)
    epoch, network = initial_or_saved(args)

    def error():
        return round(1 - network.score(x_validation, y_validation), 6)

    while epoch < args.epochs and not stops:
        network.partial_fit(x, y, classes=range(10))
        epoch += 1
        print(json.dumps({"step": epoch, "value": error()}), flush=True)
    save(epoch, network)
    if stops:
        sys.exit(128 + signal.SIGTERM)
    print(json.dumps({"value": error()}), flush=True)


if __name__ == "__main__":
    main()
