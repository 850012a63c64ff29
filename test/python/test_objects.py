"""Objects among the values of parameters: None, tuples and others that JSON holds in another form."""

import enum
import unittest

import hypertide as ht
from support import InFolder


class Activation(str, enum.Enum):
    RELU = "relu"
    TANH = "tanh"


SPACE = {
    "depth": [None, 3, 5],
    "hidden": [(64,), (64, 32)],
    "mixed": ht.choice({"a": (1, 2)}, [1, 2], None, True, 1.5, 2.0, "x"),
    "activation": list(Activation),
    "fixed": ht.constant((1, None)),
    "nothing": ht.constant(None),
    "shallow": ht.int(1, 3, when={"depth": None}),
    "single": ht.int(1, 3, when={"hidden": [(64,)]}),
}
"""What an objective gets must be one of these objects."""


def loss_of(trial):
    return len(trial["hidden"]) + (trial["depth"] or 0)


class Objects(InFolder):
    def start(self, **options):
        study = ht.Study(SPACE, **{"path": self.path, "seed": 2, **options})
        self.addCleanup(study.close)
        return study

    def check(self, params):
        self.assertIn(params["depth"], SPACE["depth"])
        self.assertIsInstance(params["hidden"], tuple)
        self.assertIn(params["hidden"], SPACE["hidden"])
        self.assertIn(repr(params["mixed"]), [repr(value) for value in SPACE["mixed"]["values"]])
        self.assertIsInstance(params["activation"], Activation)
        self.assertEqual((params["fixed"], params["nothing"]), ((1, None), None))
        self.assertEqual("shallow" in params, params["depth"] is None)
        self.assertEqual("single" in params, params["hidden"] == (64,))

    def test_reach_the_objective_and_its_results(self):
        seen = []

        def objective(trial):
            self.check(trial.params)
            seen.append(repr(trial["mixed"]))
            if isinstance(trial["mixed"], list):
                trial["mixed"].append(3)  # its own copy
            return loss_of(trial)

        study = self.start()
        study.enqueue({"depth": None, "hidden": (64, 32)})
        study.optimize(objective, trials=14, progress=False)
        self.assertGreater(len(set(seen)), 4)
        for row in [*study.trials, study.best, *study.front, study.recommendation["row"]]:
            self.check(row["params"])
        self.assertEqual((study.trials[0]["params"]["depth"], study.trials[0]["params"]["hidden"]), (None, (64, 32)))
        self.assertEqual(study.best["params"]["hidden"], (64,))
        study.limit(trials=15)
        study.add({**study.best["params"], "hidden": (64, 32)}, 9.0)
        self.assertEqual(study.trials[-1]["params"]["hidden"], (64, 32))

    def test_are_the_same_when_a_study_resumes_and_in_processes(self):
        self.start().close()
        study = self.start().optimize(loss_of, trials=2, processes=True, progress=False)
        best = study.best["params"]
        self.check(best)
        study.close()
        with ht.Study(path=self.path) as without_space:
            self.assertEqual(without_space.best["params"]["hidden"], list(best["hidden"]))

    def test_that_json_cannot_hold_are_refused_with_the_name_of_the_parameter(self):
        for wrong in [len, max], [{1, 2}], [float("nan")], [object()]:
            with self.assertRaisesRegex(ht.HypertideError, r"layer: expected values that JSON can hold, such as .*; write a name"):
                ht.Study({"layer": wrong})
        with self.assertRaisesRegex(ht.HypertideError, "values that differ"):
            ht.Study({"x": [(1,), [1]]})


if __name__ == "__main__":
    unittest.main()
