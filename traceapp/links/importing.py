"""Reading the links of a survey from a table: all of its rows or none, each fault with its line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from traceapp import problem
from traceapp.database.folding import fold
from traceapp.exchange import tables
from traceapp.exchange.cells import text
from traceapp.problem import N_
from traceapp.web import problems

MOST_TOLD = 50
# The columns: where each value goes, and the words that may stand in the first row.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "sender/role": ("sender_role", "vai trò bên giao"),
    "sender/name": ("sender", "bên giao"),
    "sender/place": ("sender_place", "nơi bên giao"),
    "sender/kind": ("sender_kind", "bên giao là"),
    "receiver/role": ("receiver_role", "vai trò bên nhận"),
    "receiver/name": ("receiver", "bên nhận"),
    "receiver/place": ("receiver_place", "nơi bên nhận"),
    "receiver/kind": ("receiver_kind", "bên nhận là"),
    "supplied": ("supplied", "hàng giao"),
    "supplied_en": ("supplied_en", "hàng giao (tiếng anh)"),
}
NEEDED = ("sender/role", "sender/name", "receiver/role", "receiver/name", "supplied")
WORDS: Mapping[str, str] = {
    "nha cung cap": "supplier",
    "nguoi cung cap": "supplier",
    "nha san xuat": "producer",
    "nguoi san xuat": "producer",
    "nha phan phoi": "distributor",
    "phan phoi": "distributor",
    "nguoi mua": "buyer",
    "ben mua": "buyer",
    "co so": "business",
    "doanh nghiep": "business",
    "ca nhan": "person",
}
WITH_WORDS = ("role", "kind")
NO_COLUMN = (
    "column_missing",
    N_("The first row has no column “{column}”."),
    N_("Copy the first row from the sample file."),
)
UNKNOWN_COLUMN = (
    "column_unknown",
    N_("The column “{column}” is not known."),
    N_("Take it out, or copy the first row from the sample file."),
)
IN_LINE = N_("Line {line}, column {column}: {said}")
MORE = N_("{count} more faults are not listed.")
CORRECT_FIRST = N_("Correct these first. Nothing of the file was saved.")


@dataclass(frozen=True, slots=True)
class File:
    """The links of a file as `LinkSchema` takes them, and the line of each."""

    links: Sequence[Mapping[str, Any]]
    lines: Sequence[int]


def read(content: bytes) -> File:
    """Read a CSV or XLSX file. Raises InvalidInput with what is wrong with it as a whole."""
    table = tables.read(content)
    places = _places(table.header)
    rows = [_link(places, line.cells) for line in table.lines]
    return File(rows, [line.number for line in table.lines])


@contextmanager
def told_by_line(file: File) -> Iterator[None]:
    """Say what is wrong with links by their line and column. Raises InvalidInput."""
    try:
        yield
    except ValidationError as error:
        raise _told(file, problems.from_validation(error)) from error
    except problem.InvalidInput as error:
        raise _told(file, error) from error


def _places(header: Sequence[str]) -> dict[int, str]:
    known = {fold(word): path for path, words in COLUMNS.items() for word in words}
    places: dict[int, str] = {}
    for place, word in enumerate(header):
        path = known.get(fold(" ".join(word.split())))
        if word and path is None:
            raise tables.refused(*UNKNOWN_COLUMN, column=word[:60])
        if path is not None:
            places[place] = path
    for path in NEEDED:
        if path not in places.values():
            raise tables.refused(*NO_COLUMN, column=COLUMNS[path][0])
    return places


def _link(places: Mapping[int, str], cells: Sequence[tables.Cell]) -> dict[str, Any]:
    link: dict[str, Any] = {"sender": {}, "receiver": {}}
    for place, path in places.items():
        said = text(cells[place]) if place < len(cells) else ""
        if not said:
            continue
        end, _, name = path.rpartition("/")
        into = link[end] if end else link
        into[name] = WORDS.get(fold(said), said.lower()) if name in WITH_WORDS else said
    return link


def _told(file: File, error: problem.InvalidInput) -> problem.InvalidInput:
    found = [_finding(file, one) for one in error.findings]
    if len(found) > MOST_TOLD:
        more = {"count": str(len(found) - MOST_TOLD)}
        found = found[:MOST_TOLD]
        found.append(problem.Finding("/file", "more_faults", MORE, CORRECT_FIRST, more))
    return problem.InvalidInput(findings=found)


def _finding(file: File, one: problem.Finding) -> problem.Finding:
    _, top, *path = one.pointer.split("/")
    if top != "links" or not path:
        return one
    rest = "/".join(path[1:])
    column = COLUMNS[rest][0] if rest in COLUMNS else rest
    values = {
        "line": str(file.lines[int(path[0])]),
        "column": column,
        "said": f"{problems.said(one.message, one.values)} {problems.said(one.fix, one.values)}",
    }
    return problem.Finding("/file", one.rule, IN_LINE, CORRECT_FIRST, values)


SAMPLE = (
    tuple(words[0] for words in COLUMNS.values()),
    (
        *("supplier", "Đại lý song mây (mẫu)", "Nghệ An", "business"),
        *("producer", "Xưởng mây tre (mẫu)", "xã Phú Nghĩa, Hà Nội", "business"),
        *("Song mây", "Rattan"),
    ),
)
