"""The dossier of a lot as PDF."""

from collections.abc import Iterator
from pathlib import Path

from flask_babel import gettext as _

from traceapp import problem
from traceapp.batches.paper import faces
from traceapp.codes.states import CodeState
from traceapp.dossier import tables, words
from traceapp.dossier.contents import Dossier
from traceapp.gs1.batch_code import BatchCode
from traceapp.printing import table_paper
from traceapp.printing.table_paper import Paper
from traceapp.problem import N_
from traceapp.web import languages
from traceapp.web.pages import day, moment

STATES = {
    CodeState.ACTIVE: N_("In use"),
    CodeState.NOT_ACTIVATED: N_("Not in use yet"),
    CodeState.HELD: N_("Held back"),
    CodeState.SALE_STOPPED: N_("Sale stopped"),
    CodeState.EXPIRED: N_("Past its use-by date"),
    CodeState.SUSPENDED: N_("Suspended by the authority"),
    CodeState.RECALLED: N_("Recalled"),
    CodeState.VOIDED: N_("Label cancelled"),
    CodeState.MOVED: N_("Moved"),
}


def as_pdf(dossier: Dossier, static: Path) -> bytes:
    """Write a dossier as PDF. Raises NotSetUp where no Vietnamese face was fetched."""
    return printed(paper_of(dossier), static)


def printed(paper: Paper, static: Path) -> bytes:
    """Write a paper as PDF. Raises NotSetUp where no Vietnamese face was fetched."""
    face = faces.typeface(static)
    if face is None:
        raise problem.NotSetUp
    return table_paper.pdf(paper, face)


def paper_of(dossier: Dossier) -> Paper:
    """Write a dossier in the reader's language."""
    card = dossier.card
    title = _("Dossier of lot %(lot)s", lot=dossier.lot)
    return Paper(
        f"{title} · {words.product(card)}",
        list(_facts(dossier)),
        tables.of(dossier),
        _(
            "%(title)s · %(producer)s · as of %(when)s",
            title=title,
            producer=words.producer(card),
            when=moment(dossier.made_at),
        ),
        languages.current(),
    )


def _facts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    card = dossier.card
    yield from particulars(dossier)
    if dossier.state:
        yield _("State"), _(STATES[dossier.state])
    if card.label:
        yield from _label(card.label)
    yield _("As of"), moment(dossier.made_at)
    for told in words.left_out(dossier):
        yield _("Left out"), told


def particulars(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Give product and lot as label and value; what is not known is left out."""
    card = dossier.card
    code = BatchCode.parse(card.code).readable if card.code else ""
    facts = (
        (_("Product"), words.product(card)),
        (_("Brand"), card.brand),
        ("GTIN", card.gtin),
        (_("Content"), words.content(card)),
        (_("Lot"), dossier.lot),
        (_("Code"), code),
        (_("Producer"), words.producer(card)),
        (_("Address"), words.address(card)),
        (_("Made on"), day(card.production_date) if card.production_date else ""),
        (_("Packed on"), day(card.packing_date) if card.packing_date else ""),
        (_("Use by"), day(card.expiry_date) if card.expiry_date else ""),
    )
    return ((name, value) for name, value in facts if value)


def _label(label: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Give what the label says of origin, standards and ingredients."""
    told = (
        (_("Origin"), _text(label.get("origin"))),
        (_("Standards applied"), _list(label.get("standards"))),
        (_("Ingredients"), _list(label.get("ingredients"))),
        (_("Storage"), _text(label.get("storage"))),
        (_("Warnings"), _list(label.get("warnings"))),
    )
    return ((name, value) for name, value in told if value)


def _text(given: object) -> str:
    if isinstance(given, dict):
        return str(languages.pick(given, languages.current()))
    return str(given or "")


def _list(given: object) -> str:
    return ", ".join(_text(one) for one in given) if isinstance(given, list) else ""
