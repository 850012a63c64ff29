"""Which journals this process writes."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import HypertideError

if TYPE_CHECKING:
    from .study import Study

_open: weakref.WeakValueDictionary[Path, Study] = weakref.WeakValueDictionary()


def refuse_open(path: Path, has_space: bool) -> None:
    """Refuses a journal that a study of this process writes, and one that does not exist where nothing describes the study."""
    if path.resolve() in _open:
        raise HypertideError(f"{path}: a study of this Python process has this journal open; use that study, or close() it first, also before you run a notebook cell again")
    if not has_space and not path.exists():
        raise HypertideError(f"{path}: there is no such file; to begin a study, give its parameters: Study({{...}}, path=...)")


def opened(path: Path, study: Study) -> None:
    _open[path.resolve()] = study


def closed(study: Study) -> None:
    # Not by its path: the program may have changed its directory meanwhile.
    for path in [path for path, one in _open.items() if one is study]:
        del _open[path]
