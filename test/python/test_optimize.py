"""`Study.optimize`: evaluates, stops early, resumes, and prints what it does."""

import asyncio
import contextlib
import io
import threading
import unittest
import warnings

import hypertide as ht
from support import InFolder, curve, loss_of


class Optimize(InFolder):
    def test_finds_better_values_than_it_begins_with(self):
        study = self.study(path=None).optimize(loss_of, trials=40, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 40)
        first = min(row["values"]["loss"] for row in study.trials[:5])
        self.assertLess(study.best["values"]["loss"], min(first, 1.6))

    def test_begins_with_configurations_of_earlier_studies(self):
        earlier = self.study(trials=20)
        earlier.optimize(loss_of)
        study = self.study(path=self.path.with_name("next.jsonl"), earlier=[self.path], trials=6)
        study.optimize(loss_of)
        first = study.trials[0]
        self.assertEqual(first["by"], "earlier")
        values = sorted(trial["values"]["loss"] for trial in earlier.trials)
        self.assertLess(first["values"]["loss"], values[10])
        for path in (self.path, str(self.path)):  # a single one needs no list
            self.assertEqual(self.study(path=None, earlier=path).ask().params, first["params"])

    def test_stops_trials_that_fall_behind(self):
        study = self.study(epochs=27).optimize(curve, trials=30, progress=False)
        statuses = [row["status"] for row in study.trials]
        self.assertGreater(statuses.count("stopped"), 5)
        self.assertGreater(statuses.count("completed"), 1)

    def test_evaluates_in_parallel_threads(self):
        together = threading.Barrier(4, timeout=240)
        study = self.study()

        def objective(trial):
            if trial.number <= 4:
                together.wait()  # passes only while four trials run at once
            return loss_of(trial)

        study.optimize(objective, trials=12, parallel=4, progress=False)
        self.assertEqual(len(study.trials), 12)

    def test_coroutines_of_trials_that_run_at_once_overlap_in_one_event_loop(self):
        loops = set()
        together = asyncio.Barrier(4)

        async def objective(trial):
            loops.add(asyncio.get_running_loop())
            if trial.number <= 4:
                await asyncio.wait_for(together.wait(), 240)  # passes only while four trials run at once
            return loss_of(trial)

        study = self.study(path=None).optimize(objective, trials=12, parallel=4, progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 12)
        self.assertEqual(len(loops), 1)
        self.assertFalse([thread for thread in threading.enumerate() if "coroutines" in thread.name])

    def test_trials_with_a_plus_are_more_than_now(self):
        study = self.study().optimize(loss_of, trials="+3", progress=False)
        self.assertEqual(len(study.trials), 3)
        study.optimize(loss_of, trials="+2", progress=False)
        self.assertEqual(len(study.trials), 5)
        study.limit(trials="+1")
        self.assertEqual(len(study.optimize(loss_of, progress=False).trials), 6)
        for wrong in ("10", "+0", "+x"):
            with self.assertRaisesRegex(ht.HypertideError, r'expected a number, or a text such as "\+10"'):
                study.limit(trials=wrong)

    def test_knows_the_parameters_and_the_value_of_the_best_trial(self):
        study = self.study(path=None)
        self.assertIsNone(study.best_params)
        self.assertIsNone(study.best_value)
        study.optimize(loss_of, trials=3, progress=False)
        self.assertEqual(study.best_params, study.best["params"])
        self.assertEqual(study.best_value, study.best["values"]["loss"])

    def test_evaluates_in_processes_that_report_and_are_stopped(self):
        study = self.study(epochs=27).optimize(curve, trials=12, parallel=2, processes=True, progress=False)
        self.assertEqual(len(study.trials), 12)
        self.assertEqual({row["status"] for row in study.trials}, {"completed", "stopped"})

    def test_continues_where_it_stopped(self):
        with self.study() as study:
            study.optimize(loss_of, trials=5, progress=False)
        calls = []
        study = self.study().optimize(lambda trial: calls.append(trial.number) or loss_of(trial), trials=8, progress=False)
        self.assertEqual(calls, [6, 7, 8])
        study.optimize(loss_of, trials=10, progress=False)
        self.assertEqual(len(study.trials), 10)

    def test_stops_from_a_callback_and_continues(self):
        def third(study, trial):
            if trial.number == 3:
                study.stop()

        study = self.study().optimize(loss_of, trials=9, callbacks=[third], progress=False)
        self.assertEqual([row["status"] for row in study.trials], ["completed"] * 3)
        study.optimize(loss_of, trials=9, progress=False)
        self.assertEqual(len(study.trials), 9)

    def test_counts_configurations_and_not_the_trials_that_resume_them(self):
        def objective(trial):
            for epoch in range(1, (trial.budget or 9) + 1):
                trial.report(trial["x"] ** 2 + 1 / epoch, epoch)
            return trial["x"] ** 2

        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study(epochs=9, resumes=True).optimize(objective, trials=6)
        lines = said.getvalue().splitlines()
        self.assertGreater(len(lines), 6)
        self.assertTrue(lines[-1].startswith("[6/6] trial "), lines)

    def test_refuses_to_run_without_an_end(self):
        study = self.study()
        with self.assertRaisesRegex(ht.HypertideError, "expected trials=..., or seconds, cost, target or plateau of the Study"):
            study.optimize(loss_of, progress=False)
        study.limit(trials=3)
        self.assertEqual(len(study.optimize(loss_of, progress=False).trials), 3)
        ends = [{"plateau": 2}, {"strategy": {"grid": {"levels": 2}}}]
        for options in ends:
            ht.Study({"x": ht.float(0, 1)}, **options).optimize(lambda trial: 1.0, progress=False)
        finite = ht.Study({"opt": ["sgd", "adam"]}).optimize(lambda trial: 1.0, progress=False)
        self.assertEqual(len(finite.trials), 2)

    def test_prints_how_many_trials_exist_when_it_resumes(self):
        with self.study() as study:
            study.optimize(loss_of, trials=4, progress=False)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(loss_of, trials=4)
        self.assertEqual(said.getvalue(), "resuming: 4 of 4 trials have ended; to continue, raise `trials`\n")

    def test_prints_which_trials_run_again_when_it_resumes(self):
        with self.study() as study:
            study.optimize(loss_of, trials=3, progress=False)
            study.limit(trials=4)
            study.ask()
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(loss_of, trials=4)
        self.assertEqual(said.getvalue().splitlines()[0], "resuming: 3 of 4 trials have ended; 1 that was open runs again")

    def test_prints_how_each_trial_ended(self):
        def objective(trial):
            if trial.number == 3:
                raise ht.Infeasible("does not fit")
            if trial.number == 4:
                raise ValueError("too large")
            return float("nan") if trial.number == 2 else 1.0

        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study().optimize(objective, trials=4)
        ends = ["completed with loss 1", "failed (loss is nan)", "failed (does not fit)", "failed (ValueError: too large)"]
        self.assertEqual(said.getvalue().splitlines(), [f"[{i}/4] trial {i} {end}; best loss 1 (trial 1)" for i, end in enumerate(ends, 1)])

    def test_prints_where_a_trial_was_stopped(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.study(epochs=27).optimize(curve, trials=20)
        self.assertRegex(said.getvalue(), r"trial \d+ stopped at step \d+ with loss [\d.]+; best loss [\d.]+ \(trial \d+\)")

    def test_warns_once_of_an_objective_without_reports(self):
        study = self.study(epochs=27)
        study.add({"x": 1, "layers": 1, "opt": "adam"}, 1.5)  # evaluated elsewhere
        with self.assertWarnsRegex(UserWarning, r"trial 2 completed without a report, so no trial can be stopped early; call trial\.report"):
            study.optimize(loss_of, trials=2, progress=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            study.optimize(loss_of, trials=4, progress=False)
            self.study(epochs=27, path=None).optimize(curve, trials=2, progress=False)
            self.study(epochs=27, path=None, early=False).optimize(loss_of, trials=2, progress=False)

    def test_takes_epochs_that_count_from_0_as_those_that_count_from_1(self):
        def rows(first):
            def objective(trial):
                for epoch in range(9):
                    trial.report(loss_of(trial) + 10 / (epoch + 1), epoch + first)
                return loss_of(trial)

            with warnings.catch_warnings():
                warnings.simplefilter("error")
                study = self.study(path=None, epochs=9).optimize(objective, trials=20, progress=False)
            return [(row["status"], row["step"]) for row in study.trials]

        self.assertEqual(rows(0), rows(1))
        self.assertGreater(len(set(rows(0))), 2, "trials end at different rungs")

    def test_warns_of_more_steps_than_epochs(self):
        def objective(trial):
            for step in range(1, 9):
                trial.report(1 / step, step)
            return 0.1

        with self.assertWarnsRegex(UserWarning, "trial 1 reported step 8, and epochs is 5; count"):
            self.study(path=None, epochs=5).optimize(objective, trials=1, progress=False)


if __name__ == "__main__":
    unittest.main()
