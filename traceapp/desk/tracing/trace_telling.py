"""What the page of a trace says of each batch, or of many alike where there are too many."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp.accounts.visitor import Visitor
from traceapp.codes.states import STOPPED
from traceapp.desk.batches import batch_queries, batch_words
from traceapp.desk.batches.batch_words import StateWords
from traceapp.trace import measures
from traceapp.trace.drawing.folding import Folded, fold
from traceapp.trace.units import MICRO, from_micro
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.wording import number, percent
from traceapp.tracing.family import Edge, Holding, Lineage, Node, Ref
from traceapp.tracing.queries import made_masses
from traceapp.web import languages
from traceapp.web.languages import say


@dataclass(frozen=True, slots=True)
class Source:
    """A line "what went in": the step, the batch, how much, and its part."""

    step: str
    name: str
    amount: str
    share: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One row of the table and one box of the drawing."""

    step: int
    generation: str
    title: str
    product: str
    producer: str
    address: str | None
    state: StateWords | None
    is_stopped: bool
    dates: tuple[tuple[str, object], ...]
    sources: tuple[Source, ...]
    stocks: tuple[tuple[str, str], ...]
    hand_overs: tuple[tuple[str, str], ...]
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The rows in the order of the boxes, and what is drawn between them."""

    rows: tuple[Telling, ...]
    folded: Folded
    batches: int

    @property
    def by_generation(self) -> list[Telling]:
        """Give the rows as they are read: the batch itself, then what is nearest."""
        return sorted(self.rows, key=lambda row: (abs(row.step), row.step))


def tell(reader: Visitor, lineage: Lineage) -> Told:
    """Tell a lineage: each batch, or groups of one product and maker in one generation."""
    nodes = lineage.nodes
    made = made_masses(lineage.subject.ref, lineage.way)
    folded = fold(
        [(node.step, node.product, node.producer) for node in nodes],
        [(edge.parent, edge.child, _carried(lineage, edge, made)) for edge in lineage.edges],
    )
    if folded.is_folded:
        rows = [_group([nodes[number] for number in group]) for group in folded.groups]
        return Told(tuple(rows), folded, len(nodes))
    named = batch_queries.addresses(reader, [node.ref for node in nodes])
    addresses = {ref: batch.address for ref, batch in named.items()}
    told = sources(lineage)
    rows = [_one(node, told[place], addresses) for place, node in enumerate(nodes)]
    return Told(tuple(rows), folded, len(nodes))


def sources(lineage: Lineage) -> list[tuple[Source, ...]]:
    """Say what went into each batch, in the order of these."""
    told: list[list[Source]] = [[] for _node in lineage.nodes]
    for edge in lineage.edges:
        told[edge.child].append(_source(lineage, edge))
    return [tuple(several) for several in told]


def holder(one: Holding) -> str:
    """Name who has goods, and say where less may be left than the books say."""
    name = say(one.holder)
    return f"{name} · {_('Sales were not counted.')}" if one.are_sales_missing else name


def _one(node: Node, went_in: tuple[Source, ...], addresses: Mapping[Ref, str]) -> Telling:
    address = addresses.get(node.ref)
    dates = (
        (_("Made on"), node.production_date),
        (_("Packed on"), node.packing_date),
        (_("Use by"), node.expiry_date),
    )
    return Telling(
        step=node.step,
        generation=generation(node.step),
        title=node.lot or _("Lot of another producer"),
        product=say(node.product),
        producer=say(node.origin or node.producer),
        address=url_for("desk_traces.show_trace", code=address) if address else None,
        state=batch_words.state_words(node.state) if node.state else None,
        is_stopped=node.state in STOPPED,
        dates=tuple((name, value) for name, value in dates if value),
        sources=went_in,
        stocks=tuple(
            (holder(one), _amount(one.amount, node.uom)) for one in node.holdings if one.amount
        ),
        hand_overs=tuple(hand_overs(node)),
        is_claimed=node.is_claimed,
    )


def _carried(lineage: Lineage, edge: Edge, made: Mapping[Ref, int]) -> int | None:
    """Give what of a batch came from a source: its share of what was made, else all that was used.

    None = not known, or not for the reader; packaging carries nothing.
    """
    if edge.is_packaging:
        return 0
    mass = made.get(lineage.nodes[edge.child].ref)
    if edge.mass is None or mass is None or edge.share_pct is None:
        return edge.mass
    return min(edge.mass, round(mass * edge.share_pct / 100))


def _source(lineage: Lineage, edge: Edge) -> Source:
    parent, making = lineage.nodes[edge.parent], lineage.makings[edge.making]
    kind = STEP_KINDS.get(making.step_kind)
    share = say(percent(edge.share_pct)) if edge.share_pct is not None else ""
    return Source(
        step=say(kind.label).partition(" (")[0] if kind else making.step_kind,
        name=f"{say(parent.product)} · {parent.lot}" if parent.lot else say(parent.product),
        amount=_amount(edge.amount, parent.uom) if edge.amount is not None else "",
        share=_("packaging") if edge.is_packaging else share or _("share not known"),
    )


def hand_overs(node: Node) -> list[tuple[str, str]]:
    """Name the two sides of each delivery of a batch, and say where it stands."""
    return [
        (
            " → ".join(
                (
                    say(one.sender) or _("sender not known"),
                    say(one.receiver) or _("receiver not known"),
                )
            ),
            say(one.words),
        )
        for one in node.hand_overs
    ]


def _group(nodes: Sequence[Node]) -> Telling:
    """Tell batches of one product in one generation as one, or one as it is."""
    first = nodes[0]
    left: dict[str, Decimal] = defaultdict(Decimal)
    for node in nodes:
        for one in node.holdings:
            left[node.uom] += from_micro(one.amount or 0, node.uom)
    many = ngettext("%(num)s batch", "%(num)s batches", len(nodes))
    stopped = [node.state for node in nodes if node.state in STOPPED]
    return Telling(
        step=first.step,
        generation=generation(first.step),
        title=first.lot or _("Lot of another producer") if len(nodes) == 1 else many,
        product=say(first.product),
        producer=say(first.producer),
        address=None,
        state=batch_words.state_words(stopped[0]) if stopped else None,
        is_stopped=bool(stopped),
        dates=(),
        sources=(),
        stocks=tuple(
            (_("All holders"), measures.amount(amount, uom, languages.current()))
            for uom, amount in left.items()
            if amount
        ),
        hand_overs=(),
    )


def generation(step: int) -> str:
    """Say how far a batch is from the one asked for."""
    if not step:
        return str(_("This batch"))
    steps = abs(step)
    if step < 0:
        return str(ngettext("%(num)s step back", "%(num)s steps back", steps))
    return str(ngettext("%(num)s step forward", "%(num)s steps forward", steps))


def _amount(micro: int | None, uom: str) -> str:
    return measures.amount(from_micro(micro or 0, uom), uom, languages.current())


def kilograms(mass: int | None) -> str | None:
    """Write a mass; None where it is not known."""
    return None if mass is None else f"{say(number(Decimal(mass) / MICRO))} kg"
