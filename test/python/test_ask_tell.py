"""Asks, reports and results of trials that a program evaluates itself."""

import subprocess
import threading
import unittest
import warnings

import hypertide as ht
from hypertide._engine import command
from support import InFolder, curve


class AskTell(InFolder):
    def test_asks_reports_and_tells(self):
        study = self.study(epochs=27)
        stopped = 0
        for _ in range(20):
            trial = study.ask()
            try:
                trial.metrics["size"] = 3
                study.tell(trial, curve(trial))
            except ht.Stopped:
                study.tell(trial, stopped=True)
                stopped += 1
        self.assertGreater(stopped, 2)
        self.assertEqual(study.best["metrics"], {"size": 3})

    def test_an_ask_with_fixed_values_gets_them_and_the_strategy_chooses_the_rest(self):
        study = self.study(strategy="tpe", trials=2)
        first = study.ask(fixed={"opt": "adam", "layers": 3})
        self.assertEqual((first["opt"], first["layers"], sorted(first.params)), ("adam", 3, ["layers", "opt", "x"]))
        study.tell(first, 1.0)
        study.enqueue({"layers": 5}, rest="strategy")
        second = study.ask()
        study.tell(second, 1.0)
        self.assertEqual(second["layers"], 5)
        self.assertEqual([row["by"] for row in study.trials], ["tpe", "tpe"])
        with self.assertRaisesRegex(ht.HypertideError, "layers: expected"):
            self.study(path=None).ask(fixed={"layers": 99})
        self.assertIsNone(study.ask(fixed={"layers": 1}))

    def test_refuses_an_ask_that_would_wait_for_ever(self):
        study = self.study(trials=3)
        first = study.ask()
        with self.assertRaisesRegex(ht.HypertideError, r"ask waits: trial 1 is open, and parallel is 1; tell a result first, or write Study\(..., parallel=2\)"):
            study.ask()
        study.tell(first, 1.0)
        study.limit(parallel=4)
        study.ask(), study.ask()
        with self.assertRaisesRegex(ht.HypertideError, "ask waits: trials 2, 3 are open, and the study has all of its 3 trials"):
            study.ask()
        several = self.study(path=None, parallel=3)
        self.assertEqual([several.ask().number for _ in range(3)], [1, 2, 3])

    def test_an_ask_that_waits_for_another_thread_warns_after_a_while(self):
        from hypertide import _engine

        self.addCleanup(setattr, _engine, "SLOW", _engine.SLOW)
        _engine.SLOW = 0.05
        study = self.study()
        trial = study.ask()
        said = []
        warned = threading.Event()
        teller = threading.Thread(target=lambda: (warned.wait(20), study.tell(trial, 1.0)))
        teller.start()
        with warnings.catch_warnings():
            warnings.showwarning = lambda *warning: (said.append(warning), warned.set())
            warnings.simplefilter("always")
            self.assertEqual(study.ask().number, 2)
        teller.join()
        message, _, file, *_ = said[0]
        self.assertIn("ask waits: trial 1 is open", str(message))
        self.assertEqual(file, __file__)

    def test_a_warning_names_the_line_that_told_the_result(self):
        study = self.study(epochs=27)
        with self.assertWarnsRegex(UserWarning, "trial 1 completed without a report") as warned:
            study.tell(study.ask(), 1.0)
        self.assertEqual(warned.filename, __file__)

    def test_an_enqueued_configuration_comes_next(self):
        study = self.study()
        study.enqueue({"x": 2.0, "layers": 3, "opt": "adam"})
        trial = study.ask()
        self.assertEqual(trial.params, {"x": 2.0, "layers": 3, "opt": "adam"})
        self.assertIn("opt", trial)
        self.assertNotIn("momentum", trial)

    def test_cancels_a_trial_from_python_and_from_the_command_line(self):
        study = self.study()
        for cancel in (lambda: study.cancel(1), lambda: subprocess.run(command("cancel", str(self.path), "2"), check=True, capture_output=True)):
            trial = study.ask()
            trial.report(3.0, 1)
            cancel()
            with self.assertRaises(ht.Stopped):
                trial.report(2.0, 2)
            study.tell(trial, stopped=True)
        self.assertEqual([(row["status"], row["values"]["loss"]) for row in study.trials], [("stopped", 2.0)] * 2)

    def test_takes_a_trial_its_number_or_its_row(self):
        study = self.study(parallel=3)
        trials = [study.ask() for _ in range(3)]
        for given in (trials[0], 2, study.trials[2]):
            study.tell(given, 1.0)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 3)
        with self.assertRaisesRegex(ht.HypertideError, "trial 2 has ended: completed; if its result is wrong, retract it"):
            study.tell(2, 1.0)
        study.retract(study.trials[0])
        with self.assertRaisesRegex(ht.HypertideError, "expected a trial or its number, got the str 'one'"):
            study.retract("one")

    def test_refuses_values_that_are_not_numbers(self):
        for wrong in ["0.5", True, None, object()]:
            with self.assertRaises(ht.HypertideError) as raised:
                self.study(path=None).tell(self.study(path=None).ask(), {"loss": wrong})
            self.assertRegex(str(raised.exception), "^trial 1: loss: expected a number, got the (str|bool|NoneType|object) ")
        with self.assertRaisesRegex(ht.HypertideError, "trial 1: the value: expected a number, got the str 'a'"):
            self.study(path=None).ask().report("a")

    def test_leaves_out_metrics_that_are_not_finite(self):
        study = self.study()
        trial = study.ask()
        trial.report(1.0, 1, {"accuracy": float("nan"), "size": 3})
        study.tell(trial, 1.0)
        study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"accuracy": float("inf"), "size": 4})
        self.assertEqual([(row["status"], row["metrics"]) for row in study.trials], [("completed", {"size": 3}), ("completed", {"size": 4})])

    def test_adds_a_result_to_its_own_configuration(self):
        study = self.study(parallel=2)
        study.enqueue({"x": 1.0, "layers": 1, "opt": "sgd"})
        study.add({"x": 2.0, "layers": 2, "opt": "adam"}, 5.0, metrics={"size": 3})
        self.assertEqual([row["params"]["x"] for row in study.trials if row["status"] == "completed"], [2.0])
        self.assertEqual(study.ask().params["x"], 1.0)

    def test_several_objectives(self):
        study = self.study(minimize=["loss", "seconds"], maximize="accuracy")
        self.assertEqual(study.objectives, {"loss": "minimize", "seconds": "minimize", "accuracy": "maximize"})
        trial = study.ask()
        study.tell(trial, {"loss": 1, "seconds": 2, "accuracy": 0.5})
        self.assertEqual([row["values"] for row in study.front], [{"loss": 1, "seconds": 2, "accuracy": 0.5}])

    def test_a_retracted_result_no_longer_counts(self):
        study = self.study()
        trial = study.ask()
        study.tell(trial, -100)
        study.retract(trial)
        self.assertIsNone(study.best)

    def test_refuses_an_ask_of_a_closed_study(self):
        study = self.study()
        study.close()
        with self.assertRaisesRegex(ht.EngineError, "closed"):
            study.ask()


if __name__ == "__main__":
    unittest.main()
