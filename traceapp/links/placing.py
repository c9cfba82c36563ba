"""In which sectors parties and proven links stand. Pure.

A proven link stands where surveys name its sender as more than a buyer; else in the sector of a
chain that the sender is in; else where surveys name its receiver; else where the receiver's chain
is. What is left stands in none, on a page of its own: no proven link is without a page.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from traceapp.links.proven import Pair
from traceapp.links.stating import Key, Party, Survey
from traceapp.links.vocabulary import CHAIN_OF_SECTOR, NO_SECTOR, ROLES

Roles = Mapping[str, Mapping[Key, str]]
Sectors = Mapping[UUID, set[str]]


def roles_of(surveys: Mapping[str, Sequence[Survey]]) -> Roles:
    """Give each party one role in each sector that names it."""
    return {
        sector: _roles(
            side for one in of for link in one.links for side in (link.sender, link.receiver)
        )
        for sector, of in surveys.items()
    }


@dataclass(frozen=True, slots=True)
class Surveyed:
    """In which sectors surveys name producers here: as more than a buyer, and as anything."""

    selling: Sectors
    named: Sectors


def surveyed(roles: Roles) -> Surveyed:
    """Read that from the roles that surveys give."""
    return Surveyed(_surveyed(roles, but="buyer"), _surveyed(roles))


def placed(
    pairs: Iterable[Pair], said: Surveyed, members: Mapping[str, set[UUID]]
) -> Mapping[str, Sequence[Pair]]:
    """Give the proven links of each sector, and of none."""
    selling, named, joined = said.selling, said.named, _joined(members)
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        sender, receiver = pair
        where = (selling.get(sender), joined.get(sender), named.get(receiver), joined.get(receiver))
        for sector in next(filter(None, where), {NO_SECTOR}):
            found[sector].append(pair)
    return found


def _roles(parties: Iterable[Party]) -> dict[Key, str]:
    """Give what each party is in most links, the earlier one where two are equal."""
    counted: dict[Key, Counter[str]] = defaultdict(Counter)
    for party in parties:
        counted[party.key][party.role] += 1
    return {key: max(ROLES, key=lambda role: roles[role]) for key, roles in counted.items()}


def _surveyed(roles: Roles, but: str = "") -> Sectors:
    found: dict[UUID, set[str]] = defaultdict(set)
    for sector, of in roles.items():
        for key, role in of.items():
            if key[0] == "here" and role != but:
                found[key[1]].add(sector)
    return found


def _joined(members: Mapping[str, set[UUID]]) -> Sectors:
    found: dict[UUID, set[str]] = defaultdict(set)
    for sector, chain in CHAIN_OF_SECTOR.items():
        for producer_id in members.get(chain, ()):
            found[producer_id].add(sector)
    return found
