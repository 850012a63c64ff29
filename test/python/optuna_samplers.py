"""Runs the tests that Optuna has for its samplers, and those that it publishes for samplers of others, on `HypertideSampler`.

    git clone https://github.com/optuna/optuna
    PYTHONPATH=optuna python3 test/python/optuna_samplers.py optuna/tests/samplers_tests/test_samplers.py

It needs pytest and the installed hypertide package, and was last run with commit 1d8ce7bb6 of Optuna. The lists of samplers in the file are
replaced; the tests stay as they are. Those of samplers that refuse several objectives, and of Optuna's own samplers by name, are left out.
"""

import re
import sys
import tempfile
from pathlib import Path

import pytest

LISTS = {
    r"params=\[.*?\n        \]\n": "params=[HypertideSampler]\n",
    r"sampler_class_with_seed: dict\[.*?\n\}\n": 'sampler_class_with_seed = {"HypertideSampler": lambda seed: HypertideSampler(seed=seed)}\n',
    r'(@pytest.mark.parametrize\(\n    "sampler_class_reseed_rng,[^\n]*\n).*?\n\)\n': r"\1    [(HypertideSampler, False, True)])" + "\n",
}
"""What stands instead of each list. The random generator of HypertideSampler is in its random sampler."""


def replaced(text: str) -> str:
    for pattern, instead in LISTS.items():
        text, found = re.subn(pattern, instead, text, flags=re.DOTALL)
        if found == 0:
            raise SystemExit(f"the file has no list {pattern}: it is of another version of Optuna")
    return text.replace("import optuna\n", "import optuna\nfrom hypertide.integrations.optuna_sampler import HypertideSampler\n", 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "test_samplers.py"
        copy.write_text(replaced(Path(sys.argv[1]).read_text()))
        chosen = "not SingleOnly and not pickle_random"
        sys.exit(pytest.main(["-q", "-W", "ignore", "-p", "no:cacheprovider", "-k", chosen, *sys.argv[2:], str(copy)]))
