"""All that surveys, deliveries and chains say of links, read at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from traceapp.chains import queries as chains
from traceapp.links import placing, stating
from traceapp.links import proven as deliveries
from traceapp.links.proven import Pair, Proven
from traceapp.links.stating import Key, Said, Survey
from traceapp.links.vocabulary import ROLES


@dataclass(frozen=True, slots=True)
class Book:
    """Everything at one moment.

    `placed` are the proven links by sector; `unlinked`, by chain, members of whom no link at all
    is known; `named` proven links that may be named, by sender.
    """

    at: datetime
    surveys: Mapping[str, Sequence[Survey]]
    roles: placing.Roles
    said: placing.Surveyed
    proven: Mapping[Pair, Proven]
    placed: Mapping[str, Sequence[Pair]]
    unlinked: Mapping[str, Sequence[UUID]]
    named: dict[UUID, set[UUID]] = field(init=False, default_factory=dict)
    receivers: set[UUID] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        for (sender, receiver), told in self.proven.items():
            if told.is_public:
                self.named.setdefault(sender, set()).add(receiver)
                self.receivers.add(receiver)

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


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing in a chain: roles with nobody where it was surveyed, members without links.

    `is_surveyed` False: nobody can say which roles are missing.
    """

    is_surveyed: bool
    roles: Sequence[str]
    unlinked: int


def gaps(sector: str, chain: str, book: Book) -> Gaps:
    """Tell what is missing in a chain, in words that name nobody."""
    unlinked = len(book.unlinked.get(chain, ()))
    return Gaps(bool(book.surveys.get(sector)), book.missing_roles(sector), unlinked)


def read(now: datetime, last: Book | None = None) -> Book:
    """Read all of it; what surveys state is never changed and taken over from the `last` book."""
    found, members = deliveries.proven(), chains.members()
    surveys = stating.surveys(_stated(last))
    roles = placing.roles_of({sector: of for sector, of in surveys.items() if _is_new(of, last)})
    if last is not None and not roles and surveys.keys() == last.roles.keys():
        roles, said = last.roles, last.said
    else:
        kept = {} if last is None else last.roles
        roles = {sector: roles[sector] if sector in roles else kept[sector] for sector in surveys}
        said = placing.surveyed(roles)
    known = {one for pair in found for one in pair} | said.named.keys()
    unlinked = {chain: sorted(some - known) for chain, some in members.items()}
    return Book(now, surveys, roles, said, found, placing.placed(found, said, members), unlinked)


def _stated(last: Book | None) -> Mapping[UUID, Sequence[Said]]:
    if last is None:
        return {}
    return {one.survey_id: one.links for of in last.surveys.values() for one in of}


def _is_new(surveys: Sequence[Survey], last: Book | None) -> bool:
    """Tell whether the surveys of a sector are others than those of the last book."""
    if last is None:
        return True
    before = last.surveys.get(surveys[0].sector, ())
    return [one.survey_id for one in before] != [one.survey_id for one in surveys]


def tally(sector: str, book: Book) -> Tally:
    """Count the links of a sector."""
    surveys = book.surveys.get(sector, ())
    stated: set[tuple[Key, Key]] = set()
    for survey in surveys:
        stated.update((link.sender.key, link.receiver.key) for link in survey.links)
    proven = len(book.placed.get(sector, ()))
    return Tally(sector, surveys, len(stated), proven, book.missing_roles(sector))
