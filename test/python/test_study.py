"""What a study is made of, and what it shows: mistakes in its description, results, figures."""

import contextlib
import io
import os
import socket
import subprocess
import unittest
import urllib.request

import hypertide as ht
from hypertide._engine import command
from support import SPACE, InFolder, loss_of


class Description(InFolder):
    def test_suggests_the_keyword_that_was_meant(self):
        for wrong, meant in {"minimise": "minimize", "epoch": "epochs", "direction": "minimize or maximize", "trails": "trials", "n_jobs": "parallel"}.items():
            with self.assertRaisesRegex(ht.HypertideError, f"{wrong}.*; did you mean {meant}"):
                self.study(path=None, **{wrong: "loss"})

    def test_names_all_mistakes_of_a_study(self):
        with self.assertRaises(ht.HypertideError) as raised:
            ht.Study({"x": ht.float(1, 0), "n": ht.int(1, 0.5)}, strategy="bayess")
        lines = str(raised.exception).splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["strategy", "parameters.x.low", "parameters.n.high"], lines)

    def test_refuses_a_journal_that_its_own_process_has_open(self):
        study = self.study()
        with self.assertRaisesRegex(ht.HypertideError, r"a study of this Python process has this journal open; use that study, or close\(\) it first"):
            self.study()
        study.close()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.path.parent)
        relative = self.study(path="study.jsonl")
        os.chdir("..")
        relative.close()
        self.study()
        with self.assertRaisesRegex(ht.HypertideError, "there is no such file; to begin a study, give its parameters"):
            ht.Study(path=self.path.with_name("other.jsonl"))

    def test_suggests_the_name_that_was_meant(self):
        study = self.study()
        for name, meant in {"best_trial": "study.best", "study_name": "study.name", "recomendation": "recommendation"}.items():
            with self.assertRaises(AttributeError) as raised:
                getattr(study, name)
            self.assertEqual(str(raised.exception), f"a study has no {name}; did you mean {meant}?")
        with self.assertRaisesRegex(ht.HypertideError, "plot: expected one of history, .* got histroy; did you mean history?"):
            study.plot("histroy")
        kinds = subprocess.run(command("plot", "--help"), capture_output=True, text=True).stdout
        from hypertide._figures import KINDS

        self.assertEqual([kind for kind in KINDS if kind not in kinds], [])

    def test_refuses_ambiguous_parameters(self):
        for wrong, message in {
            (0, 1): r"x: expected a parameter, got the tuple \(0, 1\); write ht.float\(0, 1\) for a range, \[0, 1\] for a choice",
            ("a", "b", "c"): "x: expected a parameter, got the tuple",
            3: r"x: expected a parameter, such as ht.float\(0, 1\) or a list of choices, got 3",
            range(3): r"x: expected a parameter, such as .*, got range\(0, 3\)",
        }.items():
            with self.assertRaisesRegex(ht.HypertideError, message):
                ht.Study({"x": wrong})
        with self.assertRaisesRegex(ht.HypertideError, r'write ht.choice\("a", "b"\)'):
            ht.choice(["a", "b"])
        with self.assertRaisesRegex(ht.HypertideError, 'when: expected an earlier parameter and its values, such as when={"optimizer": "sgd"}'):
            ht.float(0, 1, when="act=relu")
        with self.assertRaisesRegex(ht.HypertideError, "minimize: expected the name of the objective.*; give the function to study.optimize"):
            ht.Study({"x": ht.float(0, 1)}, minimize=loss_of)

    def test_a_study_is_opened_without_its_space(self):
        with self.study() as study:
            study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        with ht.Study(path=self.path) as study:
            self.assertEqual(study.best["values"], {"loss": 0.5})
            self.assertIsNotNone(study.ask())

    def test_reports_mistakes(self):
        for options, message in [
            ({"strategy": "tpee"}, "did you mean tpe"),
            ({"trails": 5}, "did you mean trials"),
            ({"epochs": 0}, "epochs"),
        ]:
            with self.assertRaisesRegex(ht.HypertideError, message):
                self.study(**options)
        with self.assertRaisesRegex(ht.HypertideError, "parameters.x"):
            ht.Study({"x": ht.float(3, 1)})
        study = self.study()
        with self.assertRaisesRegex(AttributeError, "declare the parameter in the space"):
            ht.Trial({"id": 1, "params": {}}, lambda *_: False).suggest_float("lr", 0, 1)
        with self.assertRaisesRegex(ht.HypertideError, "y"):
            study.enqueue({"y": 1})
        trial = study.ask()
        with self.assertRaisesRegex(ht.HypertideError, "loss"):
            study.tell(trial, {"los": 1})
        with self.assertRaisesRegex(ht.HypertideError, "expected a value"):
            study.tell(trial)
        with self.assertRaisesRegex(ht.HypertideError, "expected a number or a dictionary {'loss': ...}, got the tuple"):
            study.tell(trial, (1, 2))
        with self.assertRaisesRegex(ht.HypertideError, "maximize: expected the name of the objective"):
            ht.Study(SPACE, maximize=True)
        with self.assertRaisesRegex(ht.HypertideError, "x: expected values that JSON can hold, .* got <object object "):
            ht.Study({"x": [object()]})


class Results(InFolder):
    def test_lists_the_front_of_several_objectives(self):
        study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
        self.addCleanup(study.close)
        self.assertEqual(study.front, [])
        study.optimize(lambda trial: {"a": trial["x"], "b": 1 - trial["x"] + (trial.number == 2)}, trials=5, progress=False)
        self.assertEqual(sorted(row["trial"] for row in study.front), [1, 3, 4, 5])
        with self.assertRaisesRegex(ht.HypertideError, r"best: expected one objective, got a, b; study\.front lists the best trials"):
            study.best
        self.assertIn("front: trials ", study._repr_html_())
        one = self.study().optimize(loss_of, trials=5, progress=False)
        self.assertEqual([row["trial"] for row in one.front], [one.best["trial"]])

    def test_takes_the_values_of_several_objectives_in_their_order(self):
        said = io.StringIO()
        study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
        self.addCleanup(study.close)

        def objective(trial):
            trial.report((trial["x"], 1), 1)
            return trial["x"], 2

        with contextlib.redirect_stderr(said):
            study.optimize(objective, trials=3)
        self.assertEqual([row["values"] for row in study.trials], [{"a": row["params"]["x"], "b": 2} for row in study.trials])
        self.assertIn("; 1 trial in the front", said.getvalue())
        study.limit(trials=4)
        trial = study.ask()
        for wrong, message in [((1, 2, 3), r"expected 2 numbers or a dictionary \{'a': ..., 'b': ...\}, got the tuple \(1, 2, 3\)"), ((1, "x"), "b: expected a number, got the str 'x'")]:
            with self.assertRaisesRegex(ht.HypertideError, message):
                study.tell(trial, wrong)

    def test_names_a_metric_that_is_no_number(self):
        study = self.study(parallel=2)
        trial = study.ask()
        trial.metrics["note"] = "good"
        with self.assertRaisesRegex(ht.HypertideError, r"trial 1: metrics\['note'\]: expected a number, got the str 'good'"):
            study.tell(trial, 1.0)
        with self.assertRaisesRegex(ht.HypertideError, r"metrics\['note'\]: expected a number"):
            trial.report(1.0, 1, {"note": "good"})
        trial.metrics = {"converged": True}
        study.tell(trial, 1.0)
        self.assertEqual(study.trials[0]["metrics"], {"converged": 1})

    def test_importance_comes_with_intervals(self):
        study = self.study(path=None, strategy="random")
        with self.assertRaisesRegex(ht.HypertideError, "too few results, or all are equal: importance needs at least 6"):
            study.importance()
        study.optimize(loss_of, trials=20, progress=False)
        found = study.importance()
        self.assertEqual((found["results"], found["objective"]), (20, "loss"))
        self.assertAlmostEqual(sum(found["fanova"].values()), 1)
        self.assertGreater(found["fanova"]["x"], found["fanova"]["opt"])
        for measure in ("fanova", "ped_anova"):
            for name, (low, high) in found["intervals"][measure].items():
                self.assertLessEqual(low, high, (measure, name))
        with self.assertRaisesRegex(ht.HypertideError, "objective: expected one of loss"):
            study.importance("accuracy")

    def test_recommends_a_configuration(self):
        study = self.study()
        self.assertIsNone(study.recommendation)
        for x in (0.1, 0.5, 0.9):
            study.add({"x": x, "layers": 1, "opt": "adam"}, (x - 0.4) ** 2)
        self.assertEqual(study.recommendation["row"]["params"]["x"], 0.5)
        several = self.study(minimize=["loss", "seconds"], path=None)
        trial = several.ask()
        several.tell(trial, {"loss": 1, "seconds": 2})
        with self.assertRaisesRegex(ht.HypertideError, "one objective"):
            several.recommendation

    def test_a_notebook_shows_the_best_trial(self):
        study = self.study()
        self.assertIn("no trials yet", study._repr_html_())
        study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        self.assertIn("<td>adam</td>", study._repr_html_())

    def test_the_report_is_one_page(self):
        study = self.study()
        study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
        page = study.report(self.path.with_suffix(".html")).read_text()
        self.assertIn("<html", page)
        self.assertIn("<iframe", study.plot()._repr_html_())

    def test_a_figure_is_saved_as_what_its_file_name_says(self):
        study = self.study().optimize(loss_of, trials=3, progress=False)
        figure = study.plot("history")
        self.assertTrue(figure.save(self.path.with_suffix(".svg")).read_text().startswith("<svg"))
        self.assertIn("<html", figure.save(self.path.with_suffix(".html")).read_text())
        with self.assertRaisesRegex(ht.HypertideError, "save: expected a file that ends in .svg, .png or .html, got h.pdf"):
            figure.save("h.pdf")
        self.assertIn("trial 2", study.why(2))
        first = study.trials[0]
        self.assertEqual(list(first)[:4], ["trial", "status", "values", "params"])

    def test_there_is_no_report_without_a_path(self):
        with self.assertRaisesRegex(ht.HypertideError, "path"):
            self.study(path=None).report()


class Host(InFolder):
    def test_shows_its_study_in_a_page_with_metrics_and_calls_hooks(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        hooks = self.path.with_name("hooks.yaml")
        said = self.path.with_name("closed.json")
        hooks.write_text(f"on:\n  closed: [sh, -c, 'cat > {said}']\n")
        with self.study(http=port, hooks=hooks, name="digits") as study:
            study.optimize(loss_of, trials=2, progress=False)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
                self.assertIn("text/html", page.headers["Content-Type"])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as metrics:
                self.assertIn('hypertide_trials{study="digits",status="completed"} 2', metrics.read().decode())
        self.assertIn('"reason":"trials"', said.read_text())

    def test_serves_no_study_that_runs_elsewhere(self):
        with self.assertRaisesRegex(ht.HypertideError, "http: expected a study of this process"):
            ht.Study(url="http://127.0.0.1:1/digits", http=8080)


class Node(unittest.TestCase):
    def test_names_the_node_that_it_needs_in_one_sentence(self):
        for value, message in [("/nowhere/node", "cannot be started"), ("/bin/echo", "is not Node")]:
            os.environ["HYPERTIDE_NODE"] = value
            self.addCleanup(os.environ.pop, "HYPERTIDE_NODE", None)
            with self.assertRaisesRegex(ht.EngineError, message + ".*needs Node 20.19 or newer"):
                ht.Study({"x": ht.float(0, 1)})


if __name__ == "__main__":
    unittest.main()
