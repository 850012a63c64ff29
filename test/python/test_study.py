"""What a study is made of, and what it shows: mistakes in its description, results, figures."""

import socket
import urllib.request

import pytest
from support import loss_of

import hypertide as ht


def test_names_all_mistakes_of_a_study():
    with pytest.raises(ht.HypertideError) as raised:
        ht.Study({"x": ht.float(1, 0), "n": ht.int(1, 0.5)}, strategy="bayess")
    lines = str(raised.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["strategy", "parameters.x.low", "parameters.n.high"], lines


def test_refuses_a_journal_that_its_own_process_has_open(open_study, path, monkeypatch):
    study = open_study()
    with pytest.raises(ht.HypertideError, match=r"a study of this Python process has this journal open; use that study, or close\(\) it first"):
        open_study()
    study.close()
    monkeypatch.chdir(path.parent)
    relative = open_study(path="study.jsonl")
    monkeypatch.chdir("..")
    relative.close()
    open_study()
    with pytest.raises(ht.HypertideError, match="there is no such file; to begin a study, give its parameters"):
        ht.Study(path=path.with_name("other.jsonl"))


def test_suggests_the_name_that_was_meant(open_study):
    study = open_study()
    with pytest.raises(ht.HypertideError, match="expected one of history, .* got histroy; did you mean history?"):
        study.plot("histroy")


def test_describes_the_values_of_a_choice(path):
    with ht.Study({"model": ht.choice("a", "b", features={"size": [1, 70]})}, path=path, strategy="tpe", trials=2) as study:
        study.optimize(lambda trial: float(trial["model"] == "a"))
        assert len(study.trials) == 2
    with pytest.raises(ht.HypertideError, match="features.size: expected a number for each of the 2 values"):
        ht.Study({"model": ht.choice("a", "b", features={"size": [1, 7, 70]})}).optimize(lambda trial: 0.0)


def test_lists_the_front_of_several_objectives(open_study):
    study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])
    assert study.front == []
    study.optimize(lambda trial: {"a": trial["x"], "b": 1 - trial["x"] + (trial.number == 2)}, trials=5, progress=False)
    assert sorted(row["trial"] for row in study.front) == [1, 3, 4, 5]
    assert "front: trials " in study._repr_html_()
    one = open_study().optimize(loss_of, trials=5, progress=False)
    assert [row["trial"] for row in one.front] == [one.best["trial"]]


def test_takes_the_values_of_several_objectives_in_their_order(capsys):
    study = ht.Study({"x": ht.float(0, 1)}, minimize=["a", "b"])

    def objective(trial):
        trial.report((trial["x"], 1), 1)
        return trial["x"], 2

    study.optimize(objective, trials=3)
    said = capsys.readouterr().err
    assert [row["values"] for row in study.trials] == [{"a": row["params"]["x"], "b": 2} for row in study.trials]
    assert all("metrics" not in row for row in study.trials)  # none were given
    assert "; 1 trial in the front" in said
    study.limit(trials=4)
    trial = study.ask()
    for wrong, message in [
        ((1, 2, 3), r"expected 2 numbers or a dictionary \{'a': ..., 'b': ...\}, got the tuple \(1, 2, 3\)"),
        ((1, "x"), "b: expected a number, got the str 'x'"),
    ]:
        with pytest.raises(ht.HypertideError, match=message):
            study.tell(trial, wrong)


def test_names_a_metric_that_is_no_number(open_study):
    study = open_study(parallel=2)
    trial = study.ask()
    trial.metrics["note"] = "good"
    with pytest.raises(ht.HypertideError, match=r"trial 1: metrics\['note'\]: expected a number, got the str 'good'; .* trial.note = 'good'"):
        study.tell(trial, 1.0)
    with pytest.raises(ht.HypertideError, match=r"metrics\['note'\]: expected a number"):
        trial.report(1.0, 1, {"note": "good"})
    trial.metrics = {"converged": True}
    study.tell(trial, 1.0)
    assert study.trials[0]["metrics"] == {"converged": 1}


def test_importance_comes_with_intervals(open_study):
    study = open_study(path=None, strategy="random")
    with pytest.raises(ht.HypertideError, match="too few results, or all are equal: importance needs at least 6"):
        study.importance()
    study.optimize(loss_of, trials=20, progress=False)
    found = study.importance()
    assert (found["results"], found["objective"]) == (20, "loss")
    assert sum(found["shares"].values()) == pytest.approx(1)
    assert found["shares"]["x"] > found["shares"]["opt"]
    assert all(low <= high for low, high in found["intervals"].values())
    with pytest.raises(ht.HypertideError, match="objective: expected one of loss"):
        study.importance("accuracy")


def test_recommends_a_configuration(open_study):
    study = open_study()
    assert study.recommendation is None
    for x in (0.1, 0.5, 0.9):
        study.add({"x": x, "layers": 1, "opt": "adam"}, (x - 0.4) ** 2)
    assert study.recommendation["row"]["params"]["x"] == 0.5
    several = open_study(minimize=["loss", "seconds"], path=None)
    trial = several.ask()
    several.tell(trial, {"loss": 1, "seconds": 2})
    with pytest.raises(ht.HypertideError, match="one objective"):
        several.recommendation
    assert "trial 1 was suggested" in several.why(1)  # also in memory


def test_a_notebook_shows_the_best_trial(open_study):
    study = open_study()
    assert "no trials yet" in study._repr_html_()
    study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
    assert "<td>adam</td>" in study._repr_html_()


def test_the_report_is_one_page(open_study, path):
    study = open_study()
    study.add({"x": 1.0, "layers": 1, "opt": "adam"}, 0.5)
    page = study.report(path.with_suffix(".html")).read_text()
    assert "<html" in page
    assert "<iframe" in study.plot()._repr_html_()


def test_a_figure_is_saved_as_what_its_file_name_says(open_study, path):
    study = open_study().optimize(loss_of, trials=3, progress=False)
    figure = study.plot("history")
    assert figure.save(path.with_suffix(".svg")).read_text().startswith("<svg")
    assert "<html" in figure.save(path.with_suffix(".html")).read_text()
    with pytest.raises(ht.HypertideError, match="save: expected a file that ends in .svg or .html, got h.pdf"):
        figure.save("h.pdf")
    assert "trial 2" in study.why(2)
    first = study.trials[0]
    assert list(first)[:4] == ["trial", "status", "values", "params"]


def test_there_is_no_report_without_a_path(open_study):
    with pytest.raises(ht.HypertideError, match="path"):
        open_study(path=None).report()


def test_shows_its_study_in_a_page_with_metrics_and_calls_hooks(open_study, path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hooks = path.with_name("hooks.yaml")
    said = path.with_name("closed.json")
    hooks.write_text(f"on:\n  closed: [sh, -c, 'cat > {said}']\n")
    with open_study(http=port, hooks=hooks, name="digits") as study:
        study.optimize(loss_of, trials=2, progress=False)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            assert "text/html" in page.headers["Content-Type"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as metrics:
            assert 'hypertide_trials{study="digits",status="completed"} 2' in metrics.read().decode()
    assert '"reason":"trials"' in said.read_text()


def test_serves_no_study_that_runs_elsewhere():
    with pytest.raises(ht.HypertideError, match="http: expected a study of this process"):
        ht.Study(url="http://127.0.0.1:1/digits", http=8080)


def test_names_the_node_that_it_needs_in_one_sentence(monkeypatch):
    for value, message in [("/nowhere/node", "install Node"), ("/bin/echo", "run by /bin/echo, ended")]:
        monkeypatch.setenv("HYPERTIDE_NODE", value)
        with pytest.raises(ht.EngineError, match=message):
            ht.Study({"x": ht.float(0, 1)})
