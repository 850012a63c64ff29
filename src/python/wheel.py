"""Packs a folder with a pyproject.toml into a wheel: python3 wheel.py FOLDER VERSION OUTPUT. Needs Python 3.11, and no other package.

The format is https://packaging.python.org/specifications/binary-distribution-format. The same folder gives the same bytes.
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

try:
    import tomllib
except ImportError:
    sys.exit(f"Python {sys.version.split()[0]} cannot read pyproject.toml: set PYTHON to the path of Python 3.11 or newer")

Files = dict[str, bytes]


def metadata(project: dict, version: str, folder: Path) -> str:
    """The text of METADATA."""
    fields = [
        ("Metadata-Version", "2.4"),
        ("Name", project["name"]),
        ("Version", version),
        ("Summary", project["description"]),
        ("License-Expression", project["license"]),
        ("License-File", "LICENSE"),
        ("Keywords", ",".join(project["keywords"])),
        *(("Classifier", classifier) for classifier in project["classifiers"]),
        ("Requires-Python", project["requires-python"]),
        *(("Project-URL", f"{name}, {url}") for name, url in project.get("urls", {}).items()),
        *(("Requires-Dist", needed) for needed in project["dependencies"]),
    ]
    for extra, needs in project["optional-dependencies"].items():
        fields += [("Provides-Extra", extra), *(("Requires-Dist", f"{needed}; extra == '{extra}'") for needed in needs)]
    fields.append(("Description-Content-Type", "text/markdown"))
    return "".join(f"{name}: {value}\n" for name, value in fields) + "\n" + (folder / project["readme"]).read_text()


def record(files: Files, path: str) -> str:
    """The text of RECORD at a path: the hash and the size of each file."""
    hashes = {name: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode() for name, data in files.items()}
    return "".join(f"{name},sha256={hashes[name]},{len(data)}\n" for name, data in files.items()) + f"{path},,\n"


def wheel(folder: Path, version: str, output: Path) -> Path:
    """Writes the wheel, and returns its path."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    name = project["name"]
    about = f"{name}-{version}.dist-info"
    files: Files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    scripts = "".join(f"{command} = {function}\n" for command, function in project["scripts"].items())
    files |= {
        f"{about}/METADATA": metadata(project, version, folder).encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hypertide\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{scripts}".encode(),
        f"{about}/licenses/LICENSE": (folder / "LICENSE").read_bytes(),
    }
    files[f"{about}/RECORD"] = record(files, f"{about}/RECORD").encode()
    path = output / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return path


if __name__ == "__main__":
    folder, version, output = sys.argv[1:]
    print(wheel(Path(folder), version, Path(output)))
