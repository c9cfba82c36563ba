"""The menu beside every desk page: what is there, what the reader may open, what waits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

MENU = "navigation"
FIRST_PAGE = "/desk"


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the desk; `waiting` counts what needs somebody there."""

    endpoint: str
    icon: str
    name: str
    act: StrEnum
    waiting: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Places that belong together; `name` is "" where they need no heading."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is drawn for this reader on this page."""

    path: str
    icon: str
    name: str
    is_here: bool
    waiting: int


def init_app(app: Flask, sections: Sequence[Section], may: Callable[[StrEnum], bool]) -> None:
    """Let desk pages draw the menu; entries whose page does not exist are left out."""
    app.extensions[MENU] = (tuple(sections), may)
    app.jinja_env.globals.update(navigation=navigation, path_of=path_of)


def navigation() -> Iterator[tuple[str, list[Link]]]:
    """Give the menu for the reader at hand: sections by their headings, none without links."""
    sections, may = current_app.extensions[MENU]
    path_by = {
        entry: path
        for section in sections
        for entry in section.entries
        if (path := path_of(entry.endpoint)) is not None
    }
    here = max((path for path in path_by.values() if _leads_here(path)), key=len, default=None)
    for section in sections:
        shown = [entry for entry in section.entries if entry in path_by and may(entry.act)]
        if shown:
            name = gettext(section.name) if section.name else ""
            yield name, [_link(entry, path_by[entry], here) for entry in shown]


def _link(entry: Entry, path: str, here: str | None) -> Link:
    waiting = entry.waiting() if entry.waiting else 0
    return Link(path, entry.icon, gettext(entry.name), path == here, waiting)


def path_of(endpoint: str) -> str | None:
    """Give the address of a page without arguments; None where this installation has none."""
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _leads_here(path: str) -> bool:
    return request.path == path or (path != FIRST_PAGE and request.path.startswith(f"{path}/"))
