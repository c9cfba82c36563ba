"""How large the things on a label are and how far apart, in millimetres."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from traceapp.printing.room import Room

# The law's least letter height is 0.9 mm (Decree 37/2026); at a size of 1.8 mm an x has 0.95 mm.
MIN_SIZE = 1.8

Sizes = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Sizes are given in falling order: the largest that fits is taken."""

    margin: float
    symbol_margin: float  # the quiet zone is white already
    symbol_sides: Sizes
    name_sizes: Sizes
    producer_size: float
    lot_sizes: Sizes
    date_sizes: Sizes
    foot_sizes: Sizes
    gap: float
    foot_gap: float

    def scaled(self, by: float) -> "Look":
        """Return the same look for a die that is larger by a factor."""
        values: dict[str, Any] = {
            field.name: _scaled(getattr(self, field.name), by) for field in fields(self)
        }
        return Look(**values)


# Printers shift a sheet by up to about 1.5 mm: nothing stands nearer to the edge of its die.
ROOMY_DIE = (63.5, 33.9)
ROOMY = Look(
    margin=2.4,
    symbol_margin=1.2,
    symbol_sides=(24.0, 21.0, 18.0),
    name_sizes=(4.2, 3.9, 3.6, 3.3, 3.0),
    producer_size=2.3,
    lot_sizes=(2.5, 2.3, 2.1, 1.9, MIN_SIZE),
    date_sizes=(2.1, 2.0, 1.9, MIN_SIZE),
    foot_sizes=(2.6, 2.4, 2.2, 2.0, MIN_SIZE),
    gap=1.0,
    foot_gap=0.5,
)

# For labels that say all the law asks for, on sheets.
DENSE = Look(
    margin=2.0,
    symbol_margin=0.8,
    symbol_sides=(18.0, 16.0),
    name_sizes=(3.3, 3.0, 2.7, 2.4),
    producer_size=MIN_SIZE,
    lot_sizes=(2.0, MIN_SIZE),
    date_sizes=(2.0, MIN_SIZE),
    foot_sizes=(2.2, 2.0, MIN_SIZE),
    gap=0.5,
    foot_gap=0.4,
)

# For small dies, whose printers hold them closer.
TIGHT = Look(
    margin=1.5,
    symbol_margin=0.6,
    symbol_sides=(20.0, 18.0, 16.0),
    name_sizes=(2.8, 2.5, 2.2, 2.0),
    producer_size=MIN_SIZE,
    lot_sizes=(1.9, MIN_SIZE),
    date_sizes=(1.9, MIN_SIZE),
    # The name is the largest thing on a label (Decree 37/2026, art. 43.1), the code included.
    foot_sizes=(1.9, MIN_SIZE),
    gap=0.4,
    foot_gap=0.3,
)


# Where nothing else holds all that must be said.
TINY = replace(TIGHT, margin=0.9, name_sizes=(2.4, 2.2, 2.0), gap=0.2, foot_gap=0.2)


def crate(look: Look) -> Look:
    """Return a look for crates, which are told apart by their lot from some steps away."""
    return replace(look, lot_sizes=look.name_sizes + look.lot_sizes)


def looks(room: Room) -> Iterator[Look]:
    """Yield the looks to be tried in a room, the best first."""
    larger = min(room.width / ROOMY_DIE[0], room.height / ROOMY_DIE[1])
    if larger > 1:
        yield ROOMY.scaled(larger)
    yield ROOMY
    yield TIGHT
    yield TINY


def looks_for_contents(room: Room) -> Iterator[Look]:
    """Yield the looks for a label with all that the law asks for, the best first."""
    larger = min(room.width / ROOMY_DIE[0], room.height / ROOMY_DIE[1])
    if larger > 1:
        yield ROOMY.scaled(larger)
        yield DENSE.scaled(larger)
    yield ROOMY
    yield DENSE
    yield TIGHT
    yield TINY


def _scaled(value: float | Sizes, by: float) -> float | Sizes:
    if isinstance(value, tuple):
        return tuple(round(one * by, 2) for one in value)
    return round(value * by, 2)
