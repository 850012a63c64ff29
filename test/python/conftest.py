"""The study of these tests, and where it lives."""

import contextlib
import time

import pytest
from support import SPACE

import hypertide as ht


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.jsonl"


@pytest.fixture
def open_study(path):
    """Opens a study with these options, which is closed at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda **options: opened.enter_context(ht.Study(SPACE, **{"minimize": "loss", "path": path, "seed": 1, **options}))


@pytest.fixture
def until():
    """Waits until something holds."""

    def wait(holds, seconds=120):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait
