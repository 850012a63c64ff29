"""Runs the tests that Optuna has for its samplers on `HypertideSampler`.

    git clone --depth 1 --branch v4.1.0 https://github.com/optuna/optuna
    python3 test/python/optuna_samplers.py optuna/tests/samplers_tests/test_samplers.py

It needs Optuna 4.1.0, pytest and the installed hypertide package. The lists of samplers in the file are replaced; the tests stay as they are.
"""

import sys
import tempfile
from pathlib import Path

import pytest

LISTS = {
    "parametrize_sampler = pytest.mark.parametrize(": '"sampler_class", [HypertideSampler])',
    "parametrize_relative_sampler = pytest.mark.parametrize(": '"relative_sampler_class", [HypertideSampler])',
    "parametrize_multi_objective_sampler = pytest.mark.parametrize(": '"multi_objective_sampler_class", [HypertideSampler])',
    "sampler_class_with_seed: dict[str, Callable[[int], BaseSampler]] = {": '"HypertideSampler": lambda seed: HypertideSampler(seed=seed)}',
    '@pytest.mark.parametrize(\n    "sampler_class,expected_has_rng,expected_has_another_sampler",': "[(HypertideSampler, False, True)])",
}
"""How each list begins, and the rest of it instead. The random generator of HypertideSampler is in its random sampler."""


def replaced(text: str) -> str:
    for begin, rest in LISTS.items():
        start = text.index(begin) + len(begin)
        ends = [text.find(end, start) for end in ("\n)\n", "\n}\n")]
        end = min(place for place in ends if place >= 0) + 3
        text = text[:start] + rest + "\n" + text[end:]
    return text.replace("import optuna\n", "import optuna\nfrom hypertide.integrations.optuna_sampler import HypertideSampler\n", 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "test_samplers.py"
        copy.write_text(replaced(Path(sys.argv[1]).read_text()))
        sys.exit(pytest.main(["-q", "-W", "ignore", "-p", "no:cacheprovider", *sys.argv[2:], str(copy)]))
