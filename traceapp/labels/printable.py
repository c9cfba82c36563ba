"""Whether a batch gets labels now, and what stands on them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from traceapp import problem
from traceapp.batches.facts.makers import packing_of
from traceapp.batches.paper import label as paper
from traceapp.batches.queries import BatchCard, batch_card, has_stock_of
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState, shown_state
from traceapp.config import Config
from traceapp.findings.exits import lacking
from traceapp.findings.stock_facts import Stock
from traceapp.gs1.batch_code import BatchCode
from traceapp.labels import contents
from traceapp.printing.label import Label
from traceapp.producers import green_claims
from traceapp.trace.facts import Ref
from traceapp.trace.rules.finding import Finding


class NotPrinted(ValueError):  # noqa: N818 - the name says what is wrong
    """It gets no labels: its code's state, a step that is incomplete, or what its label lacks.

    `missing` names the items of the label (`trace.label_contents`) that the law asks for;
    `unproven` are general green claims on it whose eco-label ended.
    """

    def __init__(
        self,
        state: CodeState,
        lacks: Finding | None = None,
        missing: Sequence[str] = (),
        unproven: Sequence[problem.Finding] = (),
    ) -> None:
        super().__init__(state)
        self.state = state
        self.lacks = lacks
        self.missing = tuple(missing)
        self.unproven = tuple(unproven)


def is_labelled_by(holder: UUID, batch: Ref) -> bool:
    """Tell whether a batch is labelled by somebody: who made it, or has had it in hand."""
    return batch.producer_id == holder or has_stock_of(holder, batch)


def label_for(
    stock: Stock, today: date, config: Config, pack: contents.Pack | None = None
) -> Label:
    """Give what a holder prints for a batch, in packs of one size where that is known.

    A step that is incomplete is told to whoever recorded it. Raises NotFound without a code of its
    own, `NotPrinted`.
    """
    holder, batch = stock
    card, fact = batch_card(batch), codes.of_batch(*batch)
    if card is None or fact is None:
        raise problem.NotFound
    state = shown_state(fact.state, card.expiry_date, today)
    if state not in paper.LABELLED_IN:
        raise NotPrinted(state)
    for one in lacking([batch], holder):
        raise NotPrinted(state, one)
    packing = packing_of(batch)
    if missing := contents.missing(card, packing):
        raise NotPrinted(state, missing=missing)
    if unproven := _unproven(card, today):
        raise NotPrinted(state, unproven=unproven)
    label = paper.label_of(card, BatchCode.parse(fact.code), config)
    return contents.written(label, card, packing, pack)


def _unproven(card: BatchCard, today: date) -> list[problem.Finding]:
    """Find claims on the label of goods whose eco-label ended: what is printed stays in shops."""
    wording = green_claims.wording_of_goods(card.producer_id, today).get(card.product_id)
    if wording is None or wording.speaker is None:
        return []
    texts = green_claims.texts_of_label({"brand": None, "label": card.label})
    printed = {f"/product{at}": text for at, text in texts if not at.endswith("/en")}
    return wording.speaker.faults(printed)
