"""Finding a commune as people write it: "xã Bát Tràng", "bat trang", "Bát Tràng, Hà Nội".

One plain field with suggestions, which works without scripts and on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.models import Commune

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A commune with the point in its middle."""

    province: str
    commune_kind: str
    commune: str
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        """Give the name as it is offered and shown."""
        return place_name(self.commune_kind, self.commune, self.province)

    def record(self) -> dict[str, Any]:
        """Give the fields that `producers.schemas.PlaceSchema` takes."""
        return {
            "province": self.province,
            "commune_kind": self.commune_kind,
            "commune": self.commune,
            "latitude": self.latitude,
            "longitude": self.longitude,
        }


def place_name(kind: str, commune: str, province: str) -> str:
    """Write a commune with its kind and province."""
    return f"{kind} {commune}, {province}"


def places() -> list[Place]:
    """List the communes there are, by province and name."""
    rows = db.session.scalars(select(Commune))
    found = [Place(r.province, r.kind, r.name, r.latitude, r.longitude) for r in rows]
    return sorted(found, key=lambda place: (fold(place.province), fold(place.commune)))


def suggestions() -> tuple[str, ...]:
    """Give the names that a field for a commune offers."""
    return tuple(place.name for place in places())


def place_named(
    text: str, *, pointer: str = "/commune", known: Sequence[Place] | None = None
) -> Place:
    """Find the one commune that a text means; accents, case and commas do not matter.

    `known` spares whoever asks often the reading of the list. Raises InvalidInput where there is
    none, or several of that name.
    """
    wanted = _plain(text)
    known = places() if known is None else known
    found = [place for place in known if wanted in _spellings(place)]
    if len(found) == 1:
        return found[0]
    exact = [place for place in found if text.strip().casefold() in place.name.casefold()]
    if len(exact) == 1:
        return exact[0]
    if found:
        names = "; ".join(place.name for place in found[:MOST_NAMED])
        finding = problem.Finding(
            pointer,
            "commune_unclear",
            problem.N_("Several communes have this name: {names}."),
            problem.N_("Write which one you mean."),
            {"names": names},
        )
    else:
        finding = problem.Finding(
            pointer,
            "commune_unknown",
            problem.N_("There is no {commune} in the list of communes since July 2025."),
            problem.N_("Choose the commune from the list."),
            {"commune": text[:100]},
        )
    raise problem.InvalidInput(findings=[finding])


def _spellings(place: Place) -> set[str]:
    plain, kind = place.commune, place.commune_kind
    names = (plain, f"{kind} {plain}", f"{plain} {place.province}", place.name)
    return {_plain(name) for name in names}


def _plain(text: str) -> str:
    return " ".join(fold(text).replace(",", " ").split())
