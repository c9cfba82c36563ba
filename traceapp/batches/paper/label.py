"""What a batch says on paper: the key in its symbol and the facts of its label.

Drawing is done in `traceapp.printing`; whether a batch may be labelled now is in `traceapp.codes`.
"""

from datetime import date
from urllib.parse import urlsplit

from traceapp import problem
from traceapp.batches.queries import BatchCard
from traceapp.codes.states import STOPPED, CodeState, shown_state
from traceapp.config import Config
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.digital_link import BatchKey, Key, ProductKey, readable, uri
from traceapp.gs1.element import Lot
from traceapp.gs1.gtin import Gtin
from traceapp.printing.label import Label

# Goods in any other state must not get labels: not complete yet, or not to be sold.
LABELLED_IN = frozenset({CodeState.ACTIVE})
# Of goods that must not be sold nothing is printed, not even the symbol alone.
NEVER_PRINTED_IN = STOPPED | {CodeState.EXPIRED}
NOT_IN_USE = problem.Finding(
    "",
    "not_in_use",
    problem.N_("Labels are printed only while the code of the batch is in use."),
    problem.N_("Read the state of the batch, and what its record lacks."),
)


def key_of(card: BatchCard, code: BatchCode) -> Key:
    """Give the key that the symbol carries: GTIN and lot where there is a GTIN, else our code.

    Registering a batch of a product with GTIN refuses a lot that no GS1 link can carry.
    """
    if card.gtin is None:
        return BatchKey(code)
    return ProductKey(Gtin(card.gtin), Lot(card.lot))


def uri_of(card: BatchCard, code: BatchCode, config: Config) -> str:
    """Write the text of the batch's symbol."""
    return uri(config.public_url, key_of(card, code))


def see_that_it_is_printed(card: BatchCard, stored: CodeState, today: date) -> None:
    """See that pictures of a batch may be printed. Raises Blocked."""
    if shown_state(stored, card.expiry_date, today) in NEVER_PRINTED_IN:
        raise problem.Blocked(findings=[NOT_IN_USE])


def label_of(card: BatchCard, code: BatchCode, config: Config) -> Label:
    """Put a batch on a label, in Vietnamese as labels in Vietnam must be.

    The readable code is ours even beside a GS1 symbol: ten characters that anybody can type.
    """
    return Label(
        uri=uri_of(card, code, config),
        name=card.product_name,
        producer=card.producer_name,
        lot=card.lot,
        code=readable(BatchKey(code)),
        domain=urlsplit(config.public_url).netloc,
        produced=card.production_date,
        expires=card.expiry_date,
        packed=card.packing_date,
        sample=config.prints_sample_labels,
    )
