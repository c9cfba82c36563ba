"""Reading an answer as its reader would, to see whether a text of ours became part of it."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from werkzeug.test import TestResponse

from tests.security.naughty import ATTRIBUTE, PRODUCT, TAG
from traceapp.public.stylesheet import source_of

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)
DATA, INLINE = "application/ld+json", "a script that runs"
LINKS = {"href", "src", "action", "formaction", "srcset", "poster", "data"}


class Reader(HTMLParser):
    """Collects what a browser would: texts, values, data blocks, and what should not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.data_blocks: list[str] = []
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self._in_script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.texts += given.values()
        self._in_script = given.get("type", "") if tag == "script" else None
        if tag == TAG:
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            if name == ATTRIBUTE or name.startswith("on") or name == "style":
                self.faults.append(f"{name}={value[:40]}")
            address = re.sub(r"[\s\x00-\x20]", "", value).lower()
            if name in LINKS and address.startswith(("javascript:", "data:", "vbscript:")):
                self.faults.append(f"{name}={value[:40]}")
        if tag == "script" and "src" not in given and self._in_script != DATA:
            self._in_script = INLINE
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = None

    def handle_data(self, data: str) -> None:
        if self._in_script == INLINE:
            self.scripts[-1] += data
        else:
            (self.data_blocks if self._in_script is not None else self.texts).append(data)


def read(html: str) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def faults(answer: TestResponse) -> Iterator[str]:
    """Tell what in an answer is no longer text."""
    kind = answer.mimetype or ""
    match kind:
        case "text/html":
            page = read(answer.text)
            yield from _faults_of_page(page)
            policy = answer.headers.get("Content-Security-Policy", "")
            if any(source_of(one) not in policy for one in page.scripts):
                yield "a script inside the page"
        case "application/json" | "application/problem+json":
            json.loads(answer.data)
        case "text/csv":
            yield from _formulas(answer.data.decode("utf-8-sig"))
        case "image/svg+xml":
            if any(TAG in element.tag for element in ET.fromstring(answer.text).iter()):  # noqa: S314 - our own drawing
                yield TAG
        case _:
            pass
    if PRODUCT.encode() in answer.data and not kind.startswith("image/"):
        yield "something was calculated"


def _faults_of_page(page: Reader) -> Iterator[str]:
    yield from page.faults
    for block in page.data_blocks:
        json.loads(block)
        if "<" in block:
            yield "a data block that may be ended"


def _formulas(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            runs = cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋"))
            if runs and not NUMBER.fullmatch(cell):
                yield f"a formula {cell!r}"
