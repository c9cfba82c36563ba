"""The links of one sector, woven from what is stated and what is proven, never mixed. Pure.

A party that keeps its links out of the public, and one whose deliveries no open page tells of, is
left out by name and counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from traceapp.links.book import Book
from traceapp.links.parties import Place
from traceapp.links.proven import Pair, Proven
from traceapp.links.sides import Here, Sides
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
_PLACES = {role: place for place, role in enumerate(ROLES)}
_UNKNOWN = Node((), "", None, Place(""), None)


def weave(sector: str, book: Book, sides: Sides) -> Web:
    """Weave the links of a sector, or those that stand in none."""
    return _Loom(sector, book, sides).web()


@dataclass(slots=True)
class _Loom:
    sector: str
    book: Book
    sides: Sides
    surveys: Sequence[Survey] = field(init=False)
    roles: Mapping[Key, str] = field(init=False)
    parties: dict[Key, Party] = field(init=False)
    nodes: dict[Key, Node | None] = field(default_factory=dict)  # None: not named

    def __post_init__(self) -> None:
        self.surveys = self.book.surveys.get(self.sector, ())
        ends = [party for link in self._said() for party in (link.sender, link.receiver)]
        self.roles = self.book.roles.get(self.sector, {})
        self.parties = {party.key: party for party in ends}

    def web(self) -> Web:
        stated, unnamed_stated = self._stated()
        proven, unnamed_proven = self._proven()
        links = dict.fromkeys((*stated, *proven))
        keys = {key for ends in links for key in ends}
        nodes = sorted((node for key in keys if (node := self._node(key))), key=_order)
        at = {node.key: place for place, node in enumerate(nodes)}
        placed = sorted(
            (at[sender], at[receiver], (sender, receiver)) for sender, receiver in links
        )
        edges = [
            self._edge(nodes[one], nodes[other], stated.get(ends, ()), proven.get(ends))
            for one, other, ends in placed
        ]
        return Web(
            self.sector,
            self.surveys,
            nodes,
            edges,
            self._missing(nodes, edges),
            unnamed_stated,
            unnamed_proven,
        )

    def _edge(
        self, sender: Node, receiver: Node, stated: Sequence[Statement], pair: Pair | None
    ) -> Edge:
        if pair is None:
            return Edge(sender, receiver, stated, None)
        told = self.book.proven[pair]
        return Edge(sender, receiver, stated, told, self.sides.kilograms.get(pair))

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
        node = self.nodes.get(key, _UNKNOWN)
        if node is _UNKNOWN:
            node = self.nodes[key] = self._made(key)
        return node

    def _made(self, key: Key) -> Node | None:
        if key[0] == "here":
            here = self.sides.here.get(key[1])
            if here is None or not here.is_named:
                return None
            role = self.roles.get(key) or _role_of(here)
            return Node(key, role, here.name, here.place, key[1])
        party = self.parties[key]
        assert party.place is not None  # noqa: S101 - only producers here have none
        name = Words.same(party.name) if party.name else None
        return Node(key, self.roles[key], name, party.place, None)

    def _missing(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Missing:
        said = {link.receiver.key for link in self._said()}
        # Only what may be named: what is missing here must not tell what is proven and hidden.
        named, receivers = self.book.named, self.book.receivers
        makers = [node for node in nodes if node.role == "producer"]
        unproven = [
            edge
            for edge in edges
            if edge.sender.producer_id
            and edge.receiver.producer_id
            and edge.receiver.producer_id not in named.get(edge.sender.producer_id, ())
        ]
        return Missing(
            self.book.missing_roles(self.sector),
            [one for one in makers if one.key not in said and one.producer_id not in receivers],
            [one for one in makers if one.producer_id and one.producer_id not in named],
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
    # What an id says in letters costs much where there are thousands of them.
    last = node.producer_id.hex if node.producer_id else str(node.key)
    return _PLACES[node.role], str(node.name.vi if node.name else ""), last
