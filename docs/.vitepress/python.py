"""Prints the reference of the Python package, from its signatures and docstrings. It reads the sources and imports nothing."""

import ast
import re
import sys
import textwrap
from pathlib import Path

package = Path(sys.argv[1])
# The start of a line such as `path      the journal`.
ARGUMENT = r"\w+(?:, \w+)*(?: {2,}|\n {4,})"


def signature(function: ast.FunctionDef, name: str, method: bool) -> str:
    arguments = function.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        argument.annotation = argument.annotation if len(ast.unparse(argument)) < 40 else None
    if method and not any(ast.unparse(d) == "staticmethod" for d in function.decorator_list):
        arguments.args = arguments.args[1:]
    returns = f" -> {ast.unparse(function.returns)}" if function.returns and function.name != "__init__" else ""
    inside = ast.unparse(arguments)
    if len(name + inside) > 90:
        inside = "\n    " + re.sub(r", (?=\w+:|\w+=|\*)", ",\n    ", inside) + ",\n"
    return f"{name}({inside}){returns}"


def text(docstring: str) -> str:
    """Prose as it is, what is indented as code, and a list of arguments as a list."""
    return "\n\n".join(map(paragraph, re.split(r"\n\n+", docstring)))


def paragraph(lines: str) -> str:
    if lines.startswith("    "):
        return f"```python\n{textwrap.dedent(lines)}\n```"
    if not re.match(ARGUMENT, lines):
        return lines
    arguments = re.split(rf"\n(?={ARGUMENT})", lines)
    return "\n".join("- `{}`: {}".format(*re.split(r"\s{2,}", " ".join(a.splitlines()), maxsplit=1)) for a in arguments)


def attributes(node: ast.ClassDef) -> list[str]:
    """What `__init__` sets and describes in a text below it."""
    body = getattr(initializer(node), "body", [])
    pairs = [(a, b) for a, b in zip(body, body[1:]) if isinstance(a, (ast.Assign, ast.AnnAssign)) and is_text(b)]
    rows = [f"- `{ast.unparse(getattr(a, 'target', None) or a.targets[0]).removeprefix('self.')}`: {b.value.value}" for a, b in pairs]
    return ["\n".join(rows)] if rows else []


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def block(heading: str, node: ast.FunctionDef | ast.ClassDef, name: str, method: bool = False) -> list[str]:
    documented = ast.get_docstring(node)
    if documented is None:
        return []
    call = node if isinstance(node, ast.FunctionDef) else initializer(node)
    property_ = isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "property" for d in node.decorator_list)
    shown = name if property_ or call is None else signature(call, name, method or isinstance(node, ast.ClassDef))
    return [heading, f"```python\n{shown}\n```", text(documented)]


def initializer(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)


def page_of(module: str, path: Path, names: list[str] | None) -> list[str]:
    parts = []
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name.startswith("_"):
            continue
        if names is not None and node.name not in names:
            continue
        parts += block(f"### {node.name}", node, f"{module}.{node.name}")
        if isinstance(node, ast.ClassDef):
            parts += attributes(node)
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    parts += block(f"#### {node.name}.{member.name}", member, member.name, method=True)
    return parts


def exported(path: Path) -> list[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    raise SystemExit(f"{path}: expected __all__")


names = exported(package / "__init__.py")
parts = ["# Python package", "Made from the docstrings of the package. [Tune a Python function](../guides/python.md) shows how to use it.", "## hypertide"]
for file in ["study", "_each", "trial", "space", "errors"]:
    parts += page_of("hypertide", package / f"{file}.py", names)
parts += ["## hypertide.nats", *page_of("nats", package / "nats.py", ["run"])]
for file in sorted((package / "integrations").glob("[a-z]*.py")):
    parts += [f"## hypertide.integrations.{file.stem}", *page_of(file.stem, file, None)]
print("\n\n".join(parts))
