"""The package in a notebook. `wheel.deep.test.ts` runs this with the installed package."""

import subprocess
import sys
import tempfile

import nbclient
import nbformat

CELLS = [
    """
import hypertide as ht
def objective(trial):
    for epoch in range(1, 10):
        trial.report((trial["x"] - 0.3) ** 2 + 1 / epoch, epoch)
    return (trial["x"] - 0.3) ** 2
study = ht.Study({"x": ht.float(0, 1)}, minimize="loss", path="study.jsonl", epochs=9)
study.optimize(objective, trials=8, parallel=2)
""",
    "study.plot()",
    "study.plot('history')",
    "study.dataframe()",
    "study.optimize(objective, trials=12, processes=True)",
]


def test_runs_and_shows_a_study():
    subprocess.run([sys.executable, "-m", "ipykernel", "install", "--sys-prefix", "--name", "hypertide"], check=True, capture_output=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(notebook, timeout=600, kernel_name="hypertide", allow_errors=True, resources=resources).execute()
    run, plot, figure, table, processes = (cell.outputs for cell in notebook.cells)
    assert "[8/8] trial " in "".join(output.text for output in run if output.output_type == "stream")
    assert "best: trial" in run[-1].data["text/html"]
    assert "<iframe srcdoc=" in plot[-1].data["text/html"]
    assert "<svg " in figure[-1].data["image/svg+xml"]
    assert "<th>params.x</th>" in table[-1].data["text/html"]
    assert processes[-1].ename == "HypertideError"
    assert "from a notebook or prompt" in processes[-1].evalue
