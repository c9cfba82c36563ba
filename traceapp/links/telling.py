"""The links of a sector in the reader's language: for drawings, tables and CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from traceapp.links import arcs, chart, columns
from traceapp.links.chart import Spot
from traceapp.links.parties import Place
from traceapp.links.shapes import PROVEN, STATED, Box, Line
from traceapp.links.sides import Sides
from traceapp.links.vocabulary import NO_SECTOR, ROLES, ROLES_TOGETHER
from traceapp.links.weaving import Edge, Node, Web
from traceapp.producers.communes import place_name
from traceapp.trace.wording import number
from traceapp.web.languages import say
from traceapp.web.pages import day

MOST_DRAWN = 60
WIDE_MAP, NARROW_MAP = (720, 560), (328, 400)

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page; its `name` is that of its file."""

    name: str
    title: str
    heads: Sequence[str]
    count: int
    rows: Sequence[Sequence[Cell]]
    nothing: str
    has_ends: bool = True  # the first six columns are name, role and place of either side


def named(node: Node) -> str:
    """Name a party; a private person by its number in the survey."""
    if node.name is None:
        return str(_("Private person no. %(number)s", number=node.key[2]))
    return say(node.name)


def placed(place: Place) -> str:
    """Name a place: a commune with its province, or a province."""
    if place.commune is None or place.commune_kind is None:
        return place.province
    return place_name(place.commune_kind, place.commune, place.province)


def stated(web: Web, most: int | None = None) -> Table:
    """Tell the stated links, each as the survey has it."""
    said = [(edge, one) for edge in web.stated for one in edge.stated]
    rows = [
        (
            *_end(edge.sender),
            *_end(edge.receiver),
            say(one.supplied),
            f"{one.survey.year}, {one.survey.made_by}",
        )
        for edge, one in said[:most]
    ]
    heads = (*_heads(), _("What is supplied"), _("Survey"))
    nothing = _("No survey of this sector names a link yet.")
    return Table("stated", _("Stated in surveys"), heads, len(said), rows, nothing)


def proven(web: Web, most: int | None = None) -> Table:
    """Tell the proven links, each with its deliveries."""
    rows = [
        (
            *_end(edge.sender),
            *_end(edge.receiver),
            edge.proven.count,
            day(edge.proven.first),
            day(edge.proven.last),
            say(number(edge.kilograms)) if edge.kilograms else "–",
        )
        for edge in web.proven[:most]
        if edge.proven
    ]
    heads = (
        *(*_heads(), _("Deliveries received"), _("First"), _("Last")),
        _("Kilograms, where both let it be shown"),
    )
    nothing = _("No delivery that may be named proves a link here yet.")
    return Table("proven", _("Proven by deliveries"), heads, len(web.proven), rows, nothing)


def missing(web: Web, most: int | None = None) -> Table:
    """Tell what the records lack, one line for each party or link."""
    lack = web.missing
    parties = (
        (_("No supplier is known"), lack.without_supplier),
        (_("No receiver of its goods may be named"), lack.without_proof),
        (_("In the chain, and no link of it is known"), lack.without_link),
    )
    rows: list[tuple[Cell, ...]] = [
        (_("Nobody in this role"), _(ROLES_TOGETHER[role]), "") for role in lack.roles
    ]
    for words, nodes in parties:
        rows += [(words, named(one), placed(one.place)) for one in nodes[:most]]
    rows += [
        (_("Stated, no delivery that may be named"), _ends(edge), "")
        for edge in lack.unproven[:most]
    ]
    count = len(lack.roles) + sum(len(nodes) for _words, nodes in parties) + len(lack.unproven)
    heads = (_("What is missing"), _("Of whom"), _("Where"))
    title, nothing = _("What is missing"), _("Nothing is missing here.")
    return Table("missing", title, heads, count, rows[:most], nothing, has_ends=False)


def tables(web: Web, most: int | None = None) -> list[Table]:
    """Give the tables in the order of the page, each with so many rows or with all.

    Where nothing is surveyed nothing can be missing.
    """
    if web.sector == NO_SECTOR:
        return [proven(web, most)]
    return [missing(web, most), stated(web, most), proven(web, most)]


def graphs(web: Web) -> tuple[Markup, Markup]:
    """Draw the graph for a wide screen and for a narrow one."""
    edges = web.edges[:MOST_DRAWN]
    order = tuple(ROLES)
    nodes = {node.key: node for edge in edges for node in (edge.sender, edge.receiver)}
    boxes = [
        Box(node.key, order.index(node.role), named(node), placed(node.place))
        for node in web.nodes
        if node.key in nodes
    ]
    lines = [
        Line(edge.sender.key, edge.receiver.key, kind) for edge in edges for kind in _kinds(edge)
    ]
    heads = [(_(ROLES_TOGETHER[role]), _("Nobody is named")) for role in order]
    words = (_("Who supplies whom"), _told(edges))
    wide = columns.draw("wide", words, heads, boxes, lines)
    return wide, arcs.draw("narrow", words, heads, boxes, lines)


def maps(web: Web, sides: Sides) -> tuple[Markup, Markup]:
    """Draw the map for a wide screen and for a narrow one."""
    edges = web.edges[:MOST_DRAWN]
    places = {node.place: None for edge in edges for node in (edge.sender, edge.receiver)}
    spots = [
        Spot((place,), place.commune or place.province, place.province, sides.points[place])
        for place in places
        if place in sides.points
    ]
    lines = [
        Line((edge.sender.place,), (edge.receiver.place,), kind)
        for edge in edges
        if edge.sender.place in sides.points and edge.receiver.place in sides.points
        for kind in _kinds(edge)
    ]
    words = (_("Where the links lead"), _told(edges))
    wide = chart.draw("map-wide", words, WIDE_MAP, spots, lines)
    return wide, chart.draw("map-narrow", words, NARROW_MAP, spots, lines)


def _kinds(edge: Edge) -> Iterator[str]:
    if edge.stated:
        yield STATED
    if edge.proven:
        yield PROVEN


def _told(edges: Sequence[Edge]) -> str:
    words = {STATED: _("stated"), PROVEN: _("proven")}
    told = (f"{_ends(one)} ({', '.join(words[kind] for kind in _kinds(one))})" for one in edges)
    return "; ".join(told)


def _ends(edge: Edge) -> str:
    return f"{named(edge.sender)} → {named(edge.receiver)}"


def _end(node: Node) -> tuple[str, str, str]:
    return named(node), _(ROLES[node.role]), placed(node.place)


def _heads() -> tuple[str, ...]:
    return (
        *(_("From"), _("Role of the sender"), _("Place of the sender")),
        *(_("To"), _("Role of the receiver"), _("Place of the receiver")),
    )
