"""The menu beside every desk page: what is there, what the reader may open, what waits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

ENTRIES = "navigation"
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
class Link:
    """An entry as it is drawn for this reader on this page."""

    path: str
    icon: str
    name: str
    is_here: bool
    waiting: int


def init_app(app: Flask, entries: Sequence[Entry], may: Callable[[StrEnum], bool]) -> None:
    """Let desk pages draw the menu; entries whose page does not exist are left out."""
    app.extensions[ENTRIES] = (tuple(entries), may)
    app.jinja_env.globals.update(navigation=navigation, path_of=path_of)


def navigation() -> Iterator[Link]:
    """Give the menu for the reader at hand."""
    entries, may = current_app.extensions[ENTRIES]
    paths = [(entry, path) for entry in entries if (path := path_of(entry.endpoint)) is not None]
    here = max((path for _entry, path in paths if _leads_here(path)), key=len, default=None)
    for entry, path in paths:
        if may(entry.act):
            waiting = entry.waiting() if entry.waiting else 0
            yield Link(path, entry.icon, gettext(entry.name), path == here, waiting)


def path_of(endpoint: str) -> str | None:
    """Give the address of a page without arguments; None where this installation has none."""
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _leads_here(path: str) -> bool:
    return request.path == path or (path != FIRST_PAGE and request.path.startswith(f"{path}/"))
