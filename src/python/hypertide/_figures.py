"""What a notebook shows of a study."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

from .errors import HypertideError


class Plot:
    """A page that a notebook shows in a frame."""

    def __init__(self, page: str) -> None:
        self.page = page

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.page)}" style="width: 100%; height: 700px; border: 0"></iframe>'


class Figure:
    """A figure that a notebook shows as SVG."""

    def __init__(self, svg: str, draw: Callable[[Path], None]) -> None:
        self.svg = svg
        self._draw = draw

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes it into a file that ends in .svg, or as an interactive page into one that ends in .html."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg, encoding="utf-8")
        elif path.suffix == ".html":
            self._draw(path)
        else:
            raise HypertideError(f"save: expected a file that ends in .svg or .html, got {path}")
        return path

    def _repr_svg_(self) -> str:
        return self.svg
