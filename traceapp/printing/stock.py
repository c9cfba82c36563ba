"""Label stocks: the sheets and rolls that shops buy, in millimetres, and where their labels lie.

`stocks.json` holds them; docs/contributors/labels.md says how to add one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """One die: its number on the page from 1, and its upper left corner in mm."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Stock:
    """A page of equal dies; every length in mm, `left` and `top` are those of the first die.

    A roll is a stock whose page is one label; its die is what the print head reaches.
    """

    key: str
    page_width: float
    page_height: float
    columns: int
    rows: int
    die_width: float
    die_height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float
    dots: float = 0.0  # that its printers have in a mm; 0 where they differ or draw finer ones

    @property
    def dot(self) -> float:
        """Return the side of a dot in mm, 0 where there is none to mind."""
        return 1 / self.dots if self.dots else 0.0

    @property
    def positions(self) -> int:
        """Labels on a whole page."""
        return self.columns * self.rows

    def position(self, number: int) -> Position:
        """Give the die of a number from 1, counted row by row."""
        row, column = divmod(number - 1, self.columns)
        return Position(
            number=number,
            x=round(self.left + column * self.pitch_x, 3),
            y=round(self.top + row * self.pitch_y, 3),
        )


def _stock(row: Mapping[str, Any]) -> Stock:
    (page_width, page_height), (die_width, die_height) = row["page"], row["die"]
    (left, top), (pitch_x, pitch_y) = row["first"], row["pitch"]
    return Stock(
        key=row["key"],
        page_width=page_width,
        page_height=page_height,
        columns=row["columns"],
        rows=row["rows"],
        die_width=die_width,
        die_height=die_height,
        left=left,
        top=top,
        pitch_x=pitch_x,
        pitch_y=pitch_y,
        dots=row.get("dots", 0.0),
    )


STOCKS: Mapping[str, Stock] = MappingProxyType(
    {
        row["key"]: _stock(row)
        for row in json.loads(files(__package__).joinpath("stocks.json").read_text("utf-8"))
    }
)
A4_24 = STOCKS["a4-24"]
