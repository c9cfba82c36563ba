"""The icons of one page, each drawn once and used by name. Nothing else is drawn here."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

PLACE = "<svg hidden></svg>"

_BARE_GROUP = re.compile("^<g>|</g>$")
_USED = re.compile(r'<use href="#i-([a-z-]+)"')
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# The words of the timeline that the icon set knows by another name, or draws the same.
_OTHER_NAME = {"unknown": "question", "truck-in": "truck", "truck-out": "truck"}


def name_of(word: str) -> str:
    """Give the icon that stands for a word of the timeline."""
    return _OTHER_NAME.get(word, word)


def with_symbols(html: str, folder: Path) -> str:
    """Put the drawings that a page uses into its empty `<svg hidden>`, each once.

    A word without icon is left out and shows as a plain dot.
    """
    return html.replace(PLACE, f"<svg hidden>{symbols(folder, _USED.findall(html))}</svg>", 1)


def symbols(folder: Path, names: Iterable[str]) -> str:
    """Draw each icon once, to be used by name."""
    return "".join(_symbol(folder, name) for name in sorted(set(names)))


@lru_cache(maxsize=512)
def _symbol(folder: Path, name: str) -> str:
    path = folder / f"{name}.svg"
    found = _DRAWING.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None:
        return ""
    drawing = _BARE_GROUP.sub("", found[1].strip())
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing}</symbol>'
