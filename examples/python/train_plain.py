"""A trainer for `hypertide run` that needs nothing but Python: the neural network of train_mlp.py, written out, with the same arguments.

Prints {"step": epoch, "value": validation error} after each epoch, and {"value": validation error} at the end.
"""

import argparse
import csv
import gzip
import json
import math
import random
from pathlib import Path

DIGITS = Path(__file__).parent.parent / "data" / "digits.csv.gz"
# The output of a unit, and its slope as a function of the output.
ACTIVATIONS = {
    "relu": (lambda z: max(z, 0.0), lambda value: float(value > 0)),
    "tanh": (math.tanh, lambda value: 1 - value * value),
    "logistic": (lambda z: 0.5 + 0.5 * math.tanh(z / 2), lambda value: value * (1 - value)),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=32, help="size of the hidden layer")
    parser.add_argument("--activation", choices=ACTIVATIONS, default="relu")
    parser.add_argument("--alpha", type=float, default=1e-4, help="strength of the L2 penalty")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=5)
    return parser.parse_args()


def load():
    """Images with their digits. An image lists (pixel, ink) for the pixels that are not blank, and ends with a constant 1 for the biases."""
    with gzip.open(DIGITS, "rt") as file:
        for row in csv.reader(file):
            ink = [(i, int(value) / 16) for i, value in enumerate(row[:64]) if value != "0"]
            yield [*ink, (64, 1.0)], int(row[64])


class Network:
    def __init__(self, units, activation, rng):
        self.value, self.slope = ACTIVATIONS[activation]

        def layer(outputs, inputs):
            bound = math.sqrt(6 / (inputs + outputs))  # Glorot & Bengio 2010
            return [[rng.uniform(-bound, bound) for _ in range(inputs)] + [0.0] for _ in range(outputs)]

        self.hidden, self.output = layer(units, 64), layer(10, units)

    def forward(self, image):
        """What the hidden units give, the constant 1 after them, and the score of each digit."""
        hidden = [self.value(sum(row[i] * ink for i, ink in image)) for row in self.hidden] + [1.0]
        return hidden, [sum(map(float.__mul__, row, hidden)) for row in self.output]

    def learn(self, image, digit, rate, alpha):
        """One step of stochastic gradient descent on the cross-entropy of one image."""
        hidden, scores = self.forward(image)
        exponentials = [math.exp(score - max(scores)) for score in scores]
        total = sum(exponentials)
        errors = [e / total - (c == digit) for c, e in enumerate(exponentials)]
        backward = [sum(map(float.__mul__, errors, column)) * self.slope(h) for h, column in zip(hidden, zip(*self.output))]
        for row, error in zip(self.output, errors):
            row[:] = [w - rate * (error * h + alpha * w) for w, h in zip(row, hidden)]
        for row, error in zip(self.hidden, backward):
            for i, ink in image:
                row[i] -= rate * (error * ink + alpha * row[i])

    def error(self, images):
        """The share of images taken for another digit."""
        wrong = 0
        for image, digit in images:
            scores = self.forward(image)[1]
            wrong += scores.index(max(scores)) != digit
        return round(wrong / len(images), 6)


def main():
    args = arguments()
    rng = random.Random(0)
    images = list(load())
    rng.shuffle(images)
    train, validation = images[:1200], images[1200:]
    network = Network(args.units, args.activation, rng)
    for epoch in range(1, args.epochs + 1):
        rng.shuffle(train)
        for image, digit in train:
            network.learn(image, digit, args.learning_rate, args.alpha)
        print(json.dumps({"step": epoch, "value": network.error(validation)}), flush=True)
    print(json.dumps({"value": network.error(validation)}), flush=True)


if __name__ == "__main__":
    main()
