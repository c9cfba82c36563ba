"""The columns of each kind of table: their words in both languages, and what they hold.

Read from `columns.json` and, for cleaner production, `cleaner_columns.json`. Headings are known by
either language, or by the name of the field.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from traceapp.accounts.acts import Act
from traceapp.batches.label_schemas import LABEL_GROUPS
from traceapp.database.folding import fold
from traceapp.exchange import cells
from traceapp.exchange.tables import MOST_ROWS, Cell
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import FAMILIES, STEP_KINDS, FieldSpec
from traceapp.trace.words import Words
from traceapp.web import languages

Reader = Callable[[Cell], Any]

MOST_CLEANER_ROWS = 300  # a row may be four acts in two books: some four seconds as well


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it fills, its headings, how a cell is read, an example for templates.

    `choices` lists the words a cell may hold, where there is such a list.
    """

    name: str
    title: Words
    read: Reader
    required: bool
    example: str
    hint: Words
    choices: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table, how long one may be, and the act of whoever may bring one in.

    `is_whole`: with a fault anywhere none of it comes in, whatever is asked.
    """

    id: str
    title: Words
    columns: tuple[Column, ...]
    act: Act
    most_rows: int
    is_whole: bool = False

    def headings(self) -> Mapping[str, Column]:
        """Give the column by each folded heading that stands for it."""
        return {
            fold(heading): column
            for column in self.columns
            for heading in (column.name, str(column.title.vi), str(column.title.en))
        }


def _words(pairs: Mapping[str, tuple[str, ...]]) -> tuple[Reader, str]:
    """Read one of some words, by id or by its name in either language, which are the first two."""
    known = {fold(name): key for key, names in pairs.items() for name in (key, *names)}
    shown = {
        language: [names[place] if names else key for key, names in pairs.items()]
        for place, language in enumerate(languages.LANGUAGES)
    }

    def read(cell: Cell) -> str:
        return cells.word(cell, known, shown[languages.current()])

    return read, ", ".join(shown["vi"])


def _named(words: Mapping[str, Words]) -> tuple[Reader, str]:
    return _words({key: (str(name.vi), str(name.en)) for key, name in words.items()})


def _read_json(name: str) -> Any:  # noqa: ANN401 - what a JSON file holds
    return json.loads(files("traceapp.exchange").joinpath(name).read_text(encoding="utf-8"))


_CLEANER = _read_json("cleaner_columns.json")
_READERS: Mapping[str, tuple[Reader, str]] = {
    "text": (cells.text, ""),
    "own_id": (cells.own_id, ""),
    "texts": (cells.texts, ""),
    "number": (cells.number, ""),
    "day": (cells.day, ""),
    "moment": (cells.moment, ""),
    "items": (cells.items, ""),
    "family": _named(FAMILIES),
    "group": _words(dict.fromkeys(LABEL_GROUPS, ())),
    "unit": _words(
        {
            key: (one.symbol, one.symbol, str(one.name.vi), str(one.name.en))
            for key, one in UNITS.items()
        }
    ),
    "role": _words(
        {
            "finished": ("thành phẩm", "finished product"),
            "intermediate": ("bán thành phẩm", "intermediate product"),
            "ingredient": ("nguyên liệu", "raw material"),
        }
    ),
    "step": _words(
        {
            key: (str(kind.label.vi), str(kind.label.en), kind.verb_vi)
            for key, kind in STEP_KINDS.items()
        }
    ),
    **{name: _words(pairs) for name, pairs in _CLEANER["words"].items()},
}
UNIT = _READERS["unit"][0]


def _column(row: Mapping[str, Any]) -> Column:
    read, choices = _READERS[row["read"]]
    return Column(
        name=row["name"],
        title=Words(row["vi"], row["en"]),
        read=read,
        required=row.get("required", False),
        example=row.get("example", ""),
        hint=Words(row.get("hint_vi", ""), row.get("hint_en", "")),
        choices=choices,
    )


def _load(kinds: Iterable[Mapping[str, Any]], most_rows: int) -> Mapping[str, Kind]:
    return MappingProxyType(
        {
            row["id"]: Kind(
                row["id"],
                Words(row["vi"], row["en"]),
                tuple(map(_column, row["columns"])),
                Act(row.get("act", Act.IMPORT)),
                most_rows,
                is_whole=row.get("is_whole", False),
            )
            for row in kinds
        }
    )


OWN_KINDS = _load(_read_json("columns.json")["kinds"], MOST_ROWS)
CLEANER_KINDS = _load(_CLEANER["kinds"], MOST_CLEANER_ROWS)
KINDS = MappingProxyType({**OWN_KINDS, **CLEANER_KINDS})


def step_fields(heading: str) -> Mapping[str, FieldSpec]:
    """Give, by kind of step, the field whose name or label this heading is."""
    wanted = fold(heading)
    return {
        kind.id: spec
        for kind in STEP_KINDS.values()
        for spec in kind.fields.values()
        if wanted in {fold(spec.id), fold(str(spec.label.vi)), fold(str(spec.label.en))}
    }


def field_reader(spec: FieldSpec) -> Reader:
    """Give how a cell of a step's own field is read."""
    if spec.type == "choice":
        return _named({key: option.label for key, option in spec.options.items()})[0]
    by_type: Mapping[str, Reader] = {
        "number": cells.number,
        "date": cells.day,
        "datetime": cells.moment,
    }
    return by_type.get(spec.type, cells.text)
