"""`data.json` of an export: valid JSON with one record on each line, so that none need hold it all.

The header comes first, then a list for each table. Written and read in the order of `belongings`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rfc8785

from traceapp.exchange.archive import refusal

Record = dict[str, Any]
START_OF_TABLES = b'"tables":{'


def written(header: Mapping[str, Any], tables: Iterable[tuple[str, Iterable[Record]]]) -> Any:  # noqa: ANN401
    """Write the header's members and the tables, a line at a time."""
    yield b"{\n"
    for name, value in header.items():
        yield rfc8785.dumps(name) + b":" + rfc8785.dumps(value) + b",\n"
    yield START_OF_TABLES
    for number, (name, records) in enumerate(tables):
        yield (b",\n" if number else b"\n") + rfc8785.dumps(name) + b":["
        for index, record in enumerate(records):
            yield (b",\n" if index else b"\n") + rfc8785.dumps(record)
        yield b"\n]"
    yield b"\n}\n}\n"


def read(lines: Iterable[bytes]) -> Iterator[tuple[str, Record]]:
    """Give each record with the name of its table. Raises ExportRefused."""
    name = None
    is_inside = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip().removesuffix(b",")
        if not is_inside:
            is_inside = line == START_OF_TABLES
        elif name is None:
            name = _name(line, number)
        elif line == b"]":
            name = None
        elif line:
            yield name, _record(line, number)
    if not is_inside or name is not None:
        raise refusal("data.json ends too early.")


def _name(line: bytes, number: int) -> str | None:
    if line in {b"}", b""}:
        return None
    if not line.endswith(b":["):
        raise refusal(f"data.json, line {number}: this is not the start of a table.")
    name = _parsed(line.removesuffix(b":["), number)
    if not isinstance(name, str):
        raise refusal(f"data.json, line {number}: this is not the name of a table.")
    return name


def _record(line: bytes, number: int) -> Record:
    record = _parsed(line, number)
    if not isinstance(record, dict):
        raise refusal(f"data.json, line {number}: this is not a record.")
    return record


def _parsed(text: bytes, number: int) -> object:
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        raise refusal(f"data.json, line {number}: this is not JSON.") from None
    return parsed
