"""Where a study lives: in a journal that this process writes, in memory, or elsewhere."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from ._engine import Engine, LocalEngine
from ._http import HttpServer
from ._remote import Patience, RemoteEngine
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


def engine_of(path: Path | None, url: str | None, token: str | None, here: dict[str, object]) -> Engine:
    """The engine of a study in a journal or, without a path, in memory; with a url, that of a study elsewhere. `here`: what this process does with its study."""
    if url is None:
        options = {"journal": path, **here}
        return LocalEngine("ask-tell", *(word for name, given in options.items() if given is not None for word in (f"--{name}", str(given))))
    if path is not None:
        raise HypertideError("Study: expected a path or a url, got both; with a url, the journal is where the study runs")
    if wrong := [name for name, given in here.items() if given is not None]:
        raise HypertideError(f"{wrong[0]}: expected a study of this process, got the url {url}; give {wrong[0]} where the study runs")
    patience = Patience()
    if url.startswith(("http://", "https://")):
        return RemoteEngine(HttpServer(url, token, patience), patience)
    if url.startswith(("nats://", "tls://")):
        from ._nats_server import NatsServer

        return RemoteEngine(NatsServer(url, token, patience), patience)
    raise HypertideError(f"url: expected the address of a study, such as http://127.0.0.1:8080/digits or nats://127.0.0.1:4222/digits, got {url}")


def opened(path: Path, study: Study) -> None:
    _open[path.resolve()] = study


def closed(study: Study) -> None:
    # Not by its path: the program may have changed its directory meanwhile.
    for path in [path for path, one in _open.items() if one is study]:
        del _open[path]
