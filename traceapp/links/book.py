"""All that surveys, deliveries and chains say of links, read at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from traceapp.chains import queries as chains
from traceapp.links import placing, stating
from traceapp.links import proven as deliveries
from traceapp.links.proven import Pair, Proven
from traceapp.links.stating import Key, Survey
from traceapp.links.vocabulary import ROLES


@dataclass(frozen=True, slots=True)
class Book:
    """Everything at one moment.

    `placed` are the proven links by sector; `unlinked`, by chain, members of whom no link at all
    is known.
    """

    at: datetime
    surveys: Mapping[str, Sequence[Survey]]
    roles: placing.Roles
    proven: Mapping[Pair, Proven]
    placed: Mapping[str, Sequence[Pair]]
    unlinked: Mapping[str, Sequence[UUID]]

    def missing_roles(self, sector: str) -> list[str]:
        """Give the roles in which a surveyed sector has nobody."""
        if not self.surveys.get(sector):
            return []
        found = set(self.roles[sector].values()) if sector in self.roles else set()
        return [role for role in ROLES if role not in found]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many links a sector has, whether or not they may be named."""

    sector: str
    surveys: Sequence[Survey]
    stated: int
    proven: int
    missing_roles: Sequence[str]


def read(now: datetime) -> Book:
    """Read all of it."""
    surveys, found, members = stating.surveys(), deliveries.proven(), chains.members()
    roles = placing.roles_of(surveys)
    known = {one for pair in found for one in pair}
    known |= {key[1] for of in roles.values() for key in of if key[0] == "here"}
    unlinked = {chain: sorted(some - known) for chain, some in members.items()}
    placed = placing.placed(found, roles, members)
    return Book(now, surveys, roles, found, placed, unlinked)


def tally(sector: str, book: Book) -> Tally:
    """Count the links of a sector."""
    surveys = book.surveys.get(sector, ())
    stated: set[tuple[Key, Key]] = set()
    for survey in surveys:
        stated.update((link.sender.key, link.receiver.key) for link in survey.links)
    proven = len(book.placed.get(sector, ()))
    return Tally(sector, surveys, len(stated), proven, book.missing_roles(sector))
