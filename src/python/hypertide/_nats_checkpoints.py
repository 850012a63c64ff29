"""Checkpoints of trials on a NATS server: saved in parts that are named by their SHA-256, and restored on another machine."""

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

from ._nats_connection import Headers, Message, token_of
from ._nats_study import StudyOnServer

File = tuple[str, Path, int, bool]
"""Its name below the checkpoint, its place, its size, and whether it can be run."""

CHUNK = 512 * 1024
LONGEST_MANIFEST = 1_000_000
ANSWER_SECONDS = 5
RESTORE_SECONDS = 600  # and one more for each megabyte: an engine may be away for a while, but the trial must begin
SAVE_SECONDS = 20  # in which an engine must admit what is to be saved: a trainer that ends must not wait for one that is away
REFERENCE = re.compile(r"nats:([A-Za-z0-9][A-Za-z0-9_-]{0,63})/([1-9]\d{0,14})/([0-9a-f]{64})")
PART = re.compile(r"(?!\.{1,2}$)[^\\/\x00-\x1f\x7f-\x9f]{1,255}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class Attempt(Protocol):
    """An attempt at a trial that this trainer has claimed."""

    number: int
    run: str

    def refuse_if_abandoned(self) -> None: ...


class CheckpointError(Exception):
    """A checkpoint cannot be saved or restored. The message says why."""


def is_reference(text: str | None) -> bool:
    return text is not None and REFERENCE.fullmatch(text) is not None


def digest_of(data: bytes | bytearray) -> str:
    return hashlib.sha256(data).hexdigest()


def save(study: StudyOnServer, trial: Attempt, place: str) -> str:
    """Saves a file or a directory. Returns the reference for the fact that ends the run."""
    path = Path(os.path.abspath(place))
    if not PART.fullmatch(path.name):
        raise CheckpointError(f"{path} has no name that a checkpoint can have")
    files, empty = _contents(path)
    until = time.monotonic() + SAVE_SECONDS
    have = set(_ask(study, trial, {"save": sum(size for _, _, size, _ in files)}, until, "no engine of the study has answered")["have"])
    chunks: list[tuple[str, int]] = []

    def store(data: bytes | bytearray) -> str:
        digest = digest_of(data)
        if digest not in have:
            _store(study, f"{study.root}.chunk.{study.name}.{trial.number}.{digest}", bytes(data))
            have.add(digest)
        return digest

    for data in _chunks(files):
        chunks.append((store(data), len(data)))
    listed = [{"path": name, "size": size, **({"executable": True} if executable else {})} for name, _, size, executable in files]
    manifest = json.dumps({"name": path.name, "files": listed, "empty": empty, "chunks": chunks}).encode()
    if len(manifest) > LONGEST_MANIFEST:
        raise CheckpointError(f"{path} is too large for the server: {len(files)} files, {len(chunks)} chunks")
    return f"nats:{study.name}/{trial.number}/{store(manifest)}"


def restore(study: StudyOnServer, trial: Attempt, reference: str, directory: str) -> str:
    """Restores what a reference names into a new directory, at most what the engine admitted. Returns the path of the restored file or directory."""
    transfer = token_of(16)
    parts: dict[str, tuple[Headers, bytes]] = {}
    prefix = f"{study.root}.part.{study.name}.{transfer}."
    subscription = study.nats.subscribe_stored(f"{prefix}*", lambda subject, headers, body: parts.update({subject[len(prefix) :]: (headers, body)}))

    began = time.monotonic()
    seconds: float = RESTORE_SECONDS
    most = 0

    def part(digest: str, size: int | None = None) -> bytes:
        nonlocal most
        while True:
            late = f"it was not restored within {seconds:.0f} seconds"
            most = _ask(study, trial, {"get": digest, "to": transfer}, began + seconds, late).get("most", most)
            until = time.monotonic() + ANSWER_SECONDS
            while digest not in parts and time.monotonic() < until:
                time.sleep(0.001)
            if digest in parts:
                headers, body = parts.pop(digest)
                if headers.get("status") == "404":
                    raise CheckpointError("it is no longer on the server")
                if digest_of(body) != digest:
                    raise CheckpointError("a chunk of it has changed since it was saved")
                if size is not None and len(body) != size:
                    raise CheckpointError(f"a chunk of it has {len(body)} bytes instead of {size}")
                return body

    try:
        manifest = _parse(part(reference.rpartition("/")[2]))
        size = sum(file["size"] for file in manifest["files"])
        if size > most:
            raise CheckpointError(f"it has {size} bytes, but the engine admitted {most}")
        room = shutil.disk_usage(directory).free
        if size > room:
            raise CheckpointError(f"it has {size} bytes, but there is room for {room} at {directory}")
        seconds += size / 1e6
        root = Path(directory, manifest["name"])
        content = (part(digest, size) for digest, size in manifest["chunks"])
        _write(root, manifest, content)
        return str(root)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    finally:
        study.nats.unsubscribe(subscription)


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


def _chunks(files: list[File]) -> Iterator[bytearray]:
    """The content of files. A large one begins a chunk of its own; small ones share chunks."""
    held = bytearray()
    for _, place, size, _ in files:
        is_large = size >= CHUNK
        if is_large and held:
            yield held
            held = bytearray()
        with open(place, "rb") as file:
            while data := file.read(min(CHUNK - len(held), size)):
                size -= len(data)
                held += data
                if len(held) == CHUNK:
                    yield held
                    held = bytearray()
        if size:
            raise CheckpointError(f"{place} became shorter while it was being saved")
        if is_large and held:
            yield held
            held = bytearray()
    if held:
        yield held


def _parse(data: bytes) -> dict[str, Any]:
    """A manifest as another trainer wrote it: its paths stay in their directory."""
    try:
        manifest: dict[str, Any] = json.loads(data)
        files, empty, chunks = manifest["files"], manifest["empty"], manifest["chunks"]
        paths = [file["path"] for file in files] + empty
        fits = (
            PART.fullmatch(manifest["name"])
            and all(all(PART.fullmatch(part) for part in path.split("/")) for path in paths if path != "" or path in empty)
            and len(set(paths)) == len(paths)
            and ("" not in paths or len(paths) == 1)
            and all(type(file["size"]) is int and file["size"] >= 0 for file in files)
            and all(DIGEST.fullmatch(digest) and type(size) is int and 0 < size <= CHUNK for digest, size in chunks)
            and sum(file["size"] for file in files) == sum(size for _, size in chunks)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        fits = False
    if not fits:
        raise CheckpointError("its manifest has a path that leaves the directory, or a wrong field")
    return manifest


def _write(root: Path, manifest: dict[str, Any], content: Iterator[bytes]) -> None:
    if [file["path"] for file in manifest["files"]] != [""]:
        root.mkdir()
    for path in manifest["empty"]:
        (root / path).mkdir(parents=True)
    rest = b""
    for file in manifest["files"]:
        place = root / file["path"] if file["path"] else root
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(place, "xb") as out:
            left = file["size"]
            while left:
                rest = rest or next(content)
                out.write(rest[:left])
                rest, left = rest[left:], left - len(rest[:left])
        if file.get("executable") is True:
            place.chmod(0o755)


def _ask(study: StudyOnServer, trial: Attempt, what: dict[str, Any], until: float, late: str) -> dict[str, Any]:
    """Sends a request to the engine until it answers. Raises CheckpointError with what the engine says against it or, after `until`, with `late`."""
    subject = f"{study.root}.checkpoint.{study.name}.{trial.number}"

    def request() -> Message:
        trial.refuse_if_abandoned()
        if time.monotonic() > until:
            raise CheckpointError(late)
        return study.nats.request(subject, json.dumps({"run": trial.run, **what}), seconds=ANSWER_SECONDS)

    while True:
        _, _, data = study.insist(request)
        answer: dict[str, Any] = json.loads(data)
        if answer["ok"]:
            return answer
        if not answer.get("wait"):
            raise CheckpointError(answer["error"])
        time.sleep(0.1)


def _store(study: StudyOnServer, subject: str, data: bytes) -> None:
    """Stores a chunk, unless it is there: the server takes one message for a subject."""
    _, _, answer = study.insist(lambda: study.nats.request(subject, data, seconds=ANSWER_SECONDS))
    error = json.loads(answer).get("error")
    if error and "per subject" not in error.get("description", ""):
        raise CheckpointError(f"the server refuses it: {error.get('description')}")
