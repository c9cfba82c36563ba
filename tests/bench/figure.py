"""One measured figure and how it is printed."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a unit, and what it is held against; `database` where it makes a difference."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    database: str | None = None

    def line(self, group: str) -> str:
        """Write the JSON object that `make bench` prints; the ratio is value to limit."""
        ratio = self.value / self.limit if self.limit else None
        return json.dumps(
            {
                "group": group,
                "name": self.name,
                "value": _short(self.value),
                "unit": self.unit,
                "limit": None if self.limit is None else _short(self.limit),
                "ratio": None if ratio is None else round(ratio, 3),
                "database": self.database,
            },
            ensure_ascii=False,
        )


def _short(value: float) -> float:
    return int(value) if value == int(value) else round(value, 3)
