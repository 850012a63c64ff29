"""Checkpoints of trials on a NATS server: the list of files and their content, in chunks that are stored once, and restored on another machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator, Protocol

from ._nats_connection import Message, NoResponder, token_of
from ._nats_study import StudyOnServer

File = tuple[str, Path, int, bool]
"""Its name below the checkpoint, its place, its size, and whether it can be run."""

CHUNK = 512 * 1024
LONGEST_LIST = 16 * 1024 * 1024
ANSWER_SECONDS = 5
RESTORE_SECONDS = 600  # and one more for each megabyte: a server may be away for a while, but the trial must begin
SAVE_SECONDS = 20  # in which an engine must admit what is to be saved: a trainer that ends must not wait for one that is away
REFERENCE = re.compile(r"(?a)nats:([A-Za-z0-9][\w-]{0,63})/([1-9]\d{0,14})/([1-9]\d{0,14})/(\w{1,64})/(\d{1,12})/([0-9a-f]{64})")
PART = re.compile(r"(?!\.{1,2}$)[^\\/\x00-\x1f\x7f-\x9f]{1,255}")


class Attempt(Protocol):
    """An attempt at a trial that this trainer has claimed."""

    number: int
    attempt: int
    run: str

    def refuse_if_abandoned(self) -> None: ...


class CheckpointError(Exception):
    """A checkpoint cannot be saved or restored. The message says why."""


def is_reference(text: str | None) -> bool:
    return text is not None and REFERENCE.fullmatch(text) is not None


def save(study: StudyOnServer, trial: Attempt, place: str, saved: str | None = None) -> str:
    """Saves a file or a directory. Returns the reference for the fact that ends the run: `saved`, if that has the same content."""
    path = Path(os.path.abspath(place))
    if not PART.fullmatch(path.name):
        raise CheckpointError(f"{path} has no name that a checkpoint can have")
    files, empty = _contents(path)
    listed = [{"path": name, "size": size, **({"executable": True} if executable else {})} for name, _, size, executable in files]
    line = json.dumps({"name": path.name, "files": listed, "empty": empty}).encode() + b"\n"
    size = len(line) + sum(size for _, _, size, _ in files)
    digest = hashlib.sha256()
    for data in _chunks(line, files):
        digest.update(data)
    end = f"/{size}/{digest.hexdigest()}"
    if saved is not None and saved.endswith(end):
        return saved
    _ask_room(study, trial, size, SAVE_SECONDS)
    name = f"{study.name}.{trial.number}.{trial.attempt}.{token_of(22)}"
    sent = hashlib.sha256()
    for index, data in enumerate(_chunks(line, files)):
        sent.update(data)
        _store(study, f"{study.root}.chunk.{name}.{index}", bytes(data))
    if sent.digest() != digest.digest():
        raise CheckpointError(f"{path} changed while it was being saved")
    return f"nats:{name.replace('.', '/')}{end}"


def restore(study: StudyOnServer, trial: Attempt, reference: str, directory: str) -> str:
    """Restores what a reference names into a new directory. Returns the path of the restored file or directory."""
    *name, length, sha256 = reference.removeprefix("nats:").split("/")
    size = int(length)
    try:
        if size > (room := shutil.disk_usage(directory).free):
            raise CheckpointError(f"it has {size} bytes, but there is room for {room} at {directory}")
        digest = hashlib.sha256()
        content = _stored(study, trial, ".".join(name), size, digest)
        held = b""
        while b"\n" not in held and len(held) < LONGEST_LIST:
            held += next(content, b"\n")
        line, _, rest = held.partition(b"\n")
        contents = _parse(line)
        if len(line) + 1 + sum(file["size"] for file in contents["files"]) != size:
            raise CheckpointError("it has another size than its files")
        root = Path(directory, contents["name"])
        _write(root, contents, rest, content)
        if digest.hexdigest() != sha256:
            raise CheckpointError("it has changed since it was saved")
        return str(root)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _stored(study: StudyOnServer, trial: Attempt, name: str, size: int, digest: Any) -> Iterator[bytes]:
    """The chunks on the server, in order."""
    seconds = RESTORE_SECONDS + size / 1e6
    until = time.monotonic() + seconds

    def request(index: int) -> Message:
        trial.refuse_if_abandoned()
        if time.monotonic() > until:
            raise CheckpointError(f"it was not restored within {seconds:.0f} seconds")
        try:
            return study.nats.request(f"{study.api}.DIRECT.GET.{study.chunks}.{study.root}.chunk.{name}.{index}", "", seconds=ANSWER_SECONDS)
        except NoResponder:
            _ask_room(study, trial, 0, seconds)  # a study that was restored without its checkpoints has no place for them yet
            raise

    for index in range(-(-size // CHUNK)):
        headers, _, data = study.insist(lambda: request(index))
        if headers.get("status") == "404":
            raise CheckpointError("it is no longer on the server")
        if len(data) != min(CHUNK, size - index * CHUNK):
            raise CheckpointError("a chunk of it has another size than when it was saved")
        digest.update(data)
        yield data


def new_directory() -> str:
    """A directory for a restored checkpoint. The trainer deletes it when the trial has ended."""
    return tempfile.mkdtemp(prefix="hypertide-checkpoint-")


def _contents(path: Path) -> tuple[list[File], list[str]]:
    """The files below a path, with slashes, and the directories without files."""
    if path.is_file():
        return [_file("", path)], []
    root = path.resolve()
    files: list[File] = []
    empty: list[str] = []
    for folder, directories, names in os.walk(root):
        directories.sort()
        below = Path(folder).relative_to(root).as_posix()
        if not directories and not names and below != ".":
            empty.append(below)
        for name in sorted(names):
            place = Path(folder, name)
            inside = place.resolve()
            if PART.fullmatch(name) and inside.is_file() and root in inside.parents:
                files.append(_file(place.relative_to(root).as_posix(), place))
            else:
                print(f"{place} is not saved: a checkpoint holds only files, and links to files inside it", file=sys.stderr)
    return files, empty


def _file(name: str, place: Path) -> File:
    status = place.stat()
    return name, place, status.st_size, bool(status.st_mode & 0o100)


def _chunks(line: bytes, files: list[File]) -> Iterator[bytearray]:
    """The list of files and their content. Only the last chunk is shorter."""
    held = bytearray()
    for data in _pieces(line, files):
        held += data
        while len(held) >= CHUNK:
            yield held[:CHUNK]
            del held[:CHUNK]
    if held:
        yield held


def _pieces(line: bytes, files: list[File]) -> Iterator[bytes]:
    yield line
    for _, place, size, _ in files:
        with open(place, "rb") as file:
            while size and (data := file.read(min(CHUNK, size))):
                size -= len(data)
                yield data
        if size:
            raise CheckpointError(f"{place} became shorter while it was being saved")


def _parse(data: bytes) -> dict[str, Any]:
    """A list of files as another trainer wrote it: its paths stay in their directory."""
    try:
        contents: dict[str, Any] = json.loads(data)
        files, empty = contents["files"], contents["empty"]
        paths = [file["path"] for file in files] + empty
        fits = (
            PART.fullmatch(contents["name"])
            and all(all(PART.fullmatch(part) for part in path.split("/")) for path in paths if path != "" or path in empty)
            and len(set(paths)) == len(paths)
            and ("" not in paths or len(paths) == 1)
            and all(type(file["size"]) is int and file["size"] >= 0 for file in files)
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise CheckpointError("its list of files has a path that leaves the directory, or a wrong field")
    return contents


def _write(root: Path, contents: dict[str, Any], rest: bytes, more: Iterator[bytes]) -> None:
    if [file["path"] for file in contents["files"]] != [""]:
        root.mkdir()
    for path in contents["empty"]:
        (root / path).mkdir(parents=True)
    for file in contents["files"]:
        place = root / file["path"] if file["path"] else root
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(place, "xb") as out:
            left = file["size"]
            while left:
                rest = rest or next(more)
                out.write(rest[:left])
                rest, left = rest[left:], left - len(rest[:left])
        if file.get("executable") is True:
            place.chmod(0o755)


def _ask_room(study: StudyOnServer, trial: Attempt, size: int, seconds: float) -> None:
    """Asks the engine for room until it answers. Raises CheckpointError with what it says against it."""
    until = time.monotonic() + seconds
    subject, beat = f"{study.root}.beat.{study.name}.{trial.number}", json.dumps({"run": trial.run, "save": size})

    def request() -> Message:
        trial.refuse_if_abandoned()
        if time.monotonic() > until:
            raise CheckpointError("no engine of the study has answered")
        return study.nats.request(subject, beat, seconds=ANSWER_SECONDS)

    while not (answer := json.loads(study.insist(request)[2]))["ok"]:
        if answer.get("code") != "stale-run" or time.monotonic() > until:
            raise CheckpointError(answer["error"])
        time.sleep(0.2)  # it may not have read of the run yet


def _store(study: StudyOnServer, subject: str, data: bytes) -> None:
    """Stores a chunk, unless it is there: the server takes one message for a subject."""
    _, _, answer = study.insist(lambda: study.nats.request(subject, data, seconds=ANSWER_SECONDS))
    error = json.loads(answer).get("error")
    if error and "per subject" not in error.get("description", ""):
        raise CheckpointError(f"the server refuses it: {error.get('description')}")
