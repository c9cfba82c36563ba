"""The links of one sector, woven from what is stated and what is proven, never mixed. Pure.

A party that keeps its links out of the public, and one whose deliveries no open page tells of, is
left out by name and counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from traceapp.links.book import Book, Here
from traceapp.links.parties import Place
from traceapp.links.proven import Pair, Proven
from traceapp.links.stating import Key, Party, Said, Survey
from traceapp.links.vocabulary import CHAIN_OF_SECTOR, ROLE_OF_KIND, ROLES
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Node:
    """A party as it is drawn: `name` is None for a private person."""

    key: Key
    role: str
    name: Words | None
    place: Place
    producer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What is supplied, by which survey."""

    supplied: Words
    survey: Survey


@dataclass(frozen=True, slots=True)
class Edge:
    """One party supplies another: as stated, as proven, or both, each by itself."""

    sender: Node
    receiver: Node
    stated: Sequence[Statement]
    proven: Proven | None
    kilograms: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """What the records of a sector lack. Names only of who may be named."""

    roles: Sequence[str]
    without_supplier: Sequence[Node]
    without_proof: Sequence[Node]
    without_link: Sequence[Node]
    unproven: Sequence[Edge]
    not_here: int


@dataclass(frozen=True, slots=True)
class Web:
    """The links of a sector, the surveys they come from, what is missing, what is not named."""

    sector: str
    surveys: Sequence[Survey]
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    missing: Missing
    unnamed_stated: int
    unnamed_proven: int

    @property
    def stated(self) -> list[Edge]:
        """Give the links that are stated."""
        return [edge for edge in self.edges if edge.stated]

    @property
    def proven(self) -> list[Edge]:
        """Give the links that are proven."""
        return [edge for edge in self.edges if edge.proven]


Ends = tuple[Key, Key]


def weave(sector: str, book: Book) -> Web:
    """Weave the links of a sector, or those that stand in none."""
    return _Loom(sector, book).web()


@dataclass(slots=True)
class _Loom:
    sector: str
    book: Book
    surveys: list[Survey] = field(init=False)
    roles: Mapping[Key, str] = field(init=False)
    parties: dict[Key, Party] = field(init=False)

    def __post_init__(self) -> None:
        self.surveys = [one for one in self.book.surveys if one.sector == self.sector]
        ends = [party for link in self._said() for party in (link.sender, link.receiver)]
        self.roles = self.book.roles.get(self.sector, {})
        self.parties = {party.key: party for party in ends}

    def web(self) -> Web:
        stated, unnamed_stated = self._stated()
        proven, unnamed_proven = self._proven()
        keys = {key for ends in (*stated, *proven) for key in ends}
        nodes = {key: node for key in keys if (node := self._node(key))}
        edges = [
            self._edge(nodes[ends[0]], nodes[ends[1]], stated.get(ends, ()), proven.get(ends))
            for ends in dict.fromkeys((*stated, *proven))
        ]
        ordered = sorted(edges, key=lambda edge: (_order(edge.sender), _order(edge.receiver)))
        return Web(
            self.sector,
            self.surveys,
            sorted(nodes.values(), key=_order),
            ordered,
            self._missing(list(nodes.values()), ordered),
            unnamed_stated,
            unnamed_proven,
        )

    def _edge(
        self, sender: Node, receiver: Node, stated: Sequence[Statement], pair: Pair | None
    ) -> Edge:
        if pair is None:
            return Edge(sender, receiver, stated, None)
        told = self.book.proven[pair]
        return Edge(sender, receiver, stated, told, self.book.kilograms.get(pair))

    def _said(self) -> Iterator[Said]:
        for survey in self.surveys:
            yield from survey.links

    def _stated(self) -> tuple[dict[Ends, list[Statement]], int]:
        found: dict[Ends, list[Statement]] = defaultdict(list)
        unnamed: set[Ends] = set()
        for survey in self.surveys:
            for link in survey.links:
                ends = (link.sender.key, link.receiver.key)
                if all(self._node(key) for key in ends):
                    found[ends].append(Statement(link.supplied, survey))
                else:
                    unnamed.add(ends)
        return found, len(unnamed)

    def _proven(self) -> tuple[dict[Ends, Pair], int]:
        found: dict[Ends, Pair] = {}
        unnamed = 0
        for pair in self.book.placed.get(self.sector, ()):
            ends: Ends = (("here", pair[0]), ("here", pair[1]))
            if self.book.proven[pair].is_public and all(self._node(key) for key in ends):
                found[ends] = pair
            else:
                unnamed += 1
        return found, unnamed

    def _node(self, key: Key) -> Node | None:
        """Give a party as it may be shown; None for one that is not named."""
        if key[0] == "here":
            here = self.book.here.get(key[1])
            if here is None or not here.is_named:
                return None
            role = self.roles.get(key) or _role_of(here)
            return Node(key, role, here.name, here.place, key[1])
        party = self.parties[key]
        assert party.place is not None  # noqa: S101 - only producers here have none
        name = Words.same(party.name) if party.name else None
        return Node(key, self.roles[key], name, party.place, None)

    def _missing(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Missing:
        said = [(link.sender.key, link.receiver.key) for link in self._said()]
        # Only what may be named: what is missing here must not tell what is proven and hidden.
        named = (pair for pair, told in self.book.proven.items() if told.is_public)
        sent = [(("here", one), ("here", other)) for one, other in named]
        supplied = {receiver for _, receiver in (*said, *sent)}
        proven, senders = set(sent), {sender for sender, _ in sent}
        makers = sorted((node for node in nodes if node.role == "producer"), key=_order)
        unproven = [
            edge
            for edge in edges
            if edge.sender.producer_id
            and edge.receiver.producer_id
            and (edge.sender.key, edge.receiver.key) not in proven
        ]
        return Missing(
            [role for role in ROLES if role not in self.roles.values()] if self.surveys else [],
            [node for node in makers if node.key not in supplied],
            [node for node in makers if node.producer_id and node.key not in senders],
            self._without_link(),
            unproven,
            sum(key[0] != "here" for key in self.roles),
        )

    def _without_link(self) -> list[Node]:
        """Give the members of the sector's chain of whom no survey and no delivery tells."""
        ids = self.book.unlinked.get(CHAIN_OF_SECTOR.get(self.sector, ""), ())
        return sorted((node for one in ids if (node := self._node(("here", one)))), key=_order)


def _role_of(here: Here) -> str:
    roles = {ROLE_OF_KIND.get(kind, "buyer") for kind in here.kinds}
    return next((role for role in ROLES if role in roles), "buyer")


def _order(node: Node) -> tuple[int, str, str]:
    return (tuple(ROLES).index(node.role), str(node.name.vi if node.name else ""), str(node.key))
