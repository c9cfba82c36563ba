"""Telling the parties of a survey apart: producers here, businesses by name, people by number.

What is typed is a name and perhaps a place. The name of a private person ends here.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.links import faults
from traceapp.problem import refuse
from traceapp.producers import communes
from traceapp.producers.models import Producer, Province
from traceapp.producers.private_names import PERSON, UNSAID
from traceapp.producers.queries import is_admitted

Identity = tuple[Any, ...]
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Place:
    """A commune, or a whole province."""

    province: str
    commune_kind: str | None = None
    commune: str | None = None


@dataclass(slots=True)
class Roll:
    """The parties of one survey, each once for each role, as rows of `survey_party`."""

    names: Mapping[str, list[tuple[UUID, Place]]]
    rows: dict[Identity, dict[str, Any]] = field(default_factory=dict)
    _known: list[communes.Place] = field(default_factory=communes.places)
    _provinces: dict[str, str] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)
    _people: dict[Identity, int] = field(default_factory=dict)

    def enter(self, typed: Mapping[str, Any], pointer: str) -> Identity:
        """Give who is meant, of which role. Raises InvalidInput where nobody can tell."""
        place = self._place(typed["place"], f"{pointer}/place")
        here = None if typed["kind"] == PERSON else self._here(typed["name"], place, pointer)
        if here is None and place is None:
            refuse(faults.at(faults.NO_PLACE, f"{pointer}/place"))
        if here is None and typed["kind"] is None:
            refuse(faults.at(UNSAID, f"{pointer}/kind"))
        values: dict[str, Any] = {"at_producer_id": here}
        if here is None:
            values = self._elsewhere(typed, place)
        alike = {**values, "name": fold(values["name"])} if "name" in values else values
        identity = (typed["role"], *sorted((key, str(value)) for key, value in alike.items()))
        row = {"number": len(self.rows) + 1, "role": typed["role"], **values}
        self.rows.setdefault(identity, row)
        return identity

    def _elsewhere(self, typed: Mapping[str, Any], place: Place | None) -> dict[str, Any]:
        assert place is not None  # noqa: S101 - refused before
        said: dict[str, Any] = {
            "province": place.province,
            "commune_kind": place.commune_kind,
            "commune": place.commune,
        }
        if typed["kind"] != PERSON:
            return {**said, "name": typed["name"]}
        who = (fold(typed["name"]), place)
        return {**said, "person_number": self._people.setdefault(who, len(self._people) + 1)}

    def _here(self, name: str, place: Place | None, pointer: str) -> UUID | None:
        """Find the producer of this name, in this place if one is given."""
        found = [
            producer_id
            for producer_id, seat in self.names.get(fold(name), ())
            if place in (None, seat, Place(seat.province))
        ]
        if len(found) > 1:
            refuse(faults.at(faults.SEVERAL, f"{pointer}/name"))
        return found[0] if found else None

    def _place(self, text: str | None, pointer: str) -> Place | None:
        if text is None:
            return None
        if text not in self._places:
            self._places[text] = self._read(text, pointer)
        return self._places[text]

    def _read(self, text: str, pointer: str) -> Place:
        if not self._provinces:
            names = db.session.scalars(select(Province.name))
            self._provinces = {fold(name): name for name in names}
        if fold(text) in self._provinces:
            return Place(self._provinces[fold(text)])
        found = communes.place_named(text, pointer=pointer, known=self._known)
        return Place(found.province, found.commune_kind, found.commune)


def roll_for(names: set[str]) -> Roll:
    """Begin the roll of a survey in which these names are typed."""
    found: dict[str, list[tuple[UUID, Place]]] = defaultdict(list)
    folded = sorted({fold(name) for name in names})
    for start in range(0, len(folded), CHUNK):
        query = select(
            *(Producer.folded_name, Producer.producer_id, Producer.province),
            *(Producer.commune_kind, Producer.commune),
        ).where(
            Producer.folded_name.in_(folded[start : start + CHUNK]),
            is_admitted(Producer.producer_id),
        )
        for name, producer_id, *seat in db.session.execute(query):
            found[name].append((producer_id, Place(*seat)))
    return Roll(found)
