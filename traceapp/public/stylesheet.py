"""The one stylesheet of the consumer page: made small, put inline, and allowed by its hash."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from string import ascii_letters

from markupsafe import Markup

SOURCE = Path(__file__).with_name("page.css")


@cache
def stylesheet() -> Markup:
    """Give the stylesheet as it stands in the page."""
    return Markup(minified(SOURCE.read_text(encoding="utf-8")))  # noqa: S704 - our own file


@cache
def policy_source() -> str:
    """Give the source expression that lets exactly this stylesheet apply."""
    return source_of(stylesheet())


def inline(path: Path) -> Markup:
    """Give a stylesheet of ours as it stands inside a page, without comments and blanks."""
    return Markup(squeezed(path.read_text(encoding="utf-8")))  # noqa: S704 - our own file


def source_of(style: str) -> str:
    """Give the source expression that lets exactly this text apply."""
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def minified(source: str) -> str:
    """Strip comments and blanks, and shorten the names of custom properties."""
    text = squeezed(source)
    names = dict.fromkeys(re.findall(r"--[a-z-]+", text))
    for name, letter in zip(sorted(names, key=len, reverse=True), ascii_letters, strict=False):
        text = re.sub(rf"{name}(?![a-z-])", f"--{letter}", text)
    return text


def squeezed(source: str) -> str:
    """Strip comments and blanks."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    text = re.sub(r"([a-z]): ", r"\1:", text)
    return text.replace(";}", "}").strip()
