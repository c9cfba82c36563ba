"""The form of a step, built from the fields of its kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from traceapp.batches.models import Product
from traceapp.desk import choices
from traceapp.desk.steps.shipment_options import Shipment
from traceapp.desk.steps.step_options import AtHand, Ref
from traceapp.producers.models import Plot, Season, Site
from traceapp.trace.measures import amount
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import FieldSpec, StepKind, StockEffect
from traceapp.web import languages
from traceapp.web.forms import Field, Option
from traceapp.web.languages import say
from traceapp.web.pages import moment

TAKES = frozenset(
    {
        *(StockEffect.TRANSFORM, StockEffect.MOVE_OUT, StockEffect.REMOVE),
        *(StockEffect.SELL, StockEffect.RETURN),
    }
)
MAKES = frozenset({StockEffect.CREATE, StockEffect.TRANSFORM, StockEffect.MOVE_IN})
GROWING = frozenset({"crop", "livestock"})
FEW = 4  # so many answers are laid out; more are pulled down
PHOTOS = "photo"
BETWEEN = " · "  # a producer and its site, where goods are handed to
SHIPMENT = "ship_event"
UNIT_FIELDS = frozenset({"qty_unit", "counted_unit", "net_unit"})
LONG_TEXT = 2000
# What was only tried is told by a machine, of what it refused; nobody at a desk is asked for it.
NOT_ASKED = frozenset({"attempt_kg", "attempt_heads", "attempt_qty"})
PLAIN_TYPES: Mapping[str, str] = {"number": "number", "date": "date", "datetime": "datetime"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the form of one kind of step is made with, at one producer."""

    kind: StepKind
    producer_id: UUID
    today: date
    sites: Sequence[Site] = ()
    plots: Sequence[Plot] = ()
    seasons: Sequence[Season] = ()
    stock: Sequence[AtHand] = ()
    made: Sequence[AtHand] = ()
    products: Sequence[Product] = ()
    shipments: Sequence[Shipment] = ()
    receivers: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes(self) -> bool:
        """Tell whether the step uses up or moves away batches."""
        return self.kind.stock_effect in TAKES

    @property
    def makes(self) -> bool:
        """Tell whether batches come out of the step."""
        return self.kind.stock_effect in MAKES

    @property
    def questions(self) -> Mapping[str, FieldSpec]:
        """Give the fields of the kind that its form asks for."""
        return {name: spec for name, spec in self.kind.fields.items() if name not in NOT_ASKED}

    @property
    def is_grown(self) -> bool:
        """Tell whether the step concerns a season, a plot or a pen."""
        return self.kind.group in GROWING or self.kind.id == "take_sample"

    @property
    def is_about(self) -> bool:
        """Tell whether the step only says something about batches."""
        return not self.takes and not self.makes and self.kind.group != "crop"


def ref_text(ref: Ref) -> str:
    """Write a batch as the value of an option."""
    return f"{ref[0]}/{ref[1]}"


def fields(setting: Setting) -> list[Field]:
    """Give the questions about a step, in the order of the page."""
    return [
        *_hidden(),
        *_ground(setting),
        *(_batch_lines(setting, "inputs") if setting.takes else ()),
        *(_specific(setting, spec) for spec in setting.questions.values()),
        *(_output_lines(setting) if setting.makes else ()),
        *(_about_lines(setting) if setting.is_about else ()),
        *_common(setting),
    ]


def _hidden() -> list[Field]:
    names = ("id", "kind", "corrects", "copied_from", "replaces")
    return [*(Field(name, kind="hidden") for name in names), Field("photos", kind="many")]


def _common(setting: Setting) -> list[Field]:
    return [
        Field(
            "event_time",
            _("When"),
            "datetime",
            required=True,
            hint=_("Day and time it happened, also days ago."),
        ),
        Field(
            "site_id",
            _("Where"),
            "choice",
            required=True,
            options=tuple(Option(str(site.site_id), site.name) for site in setting.sites),
        ),
        Field(
            PHOTOS,
            _("Photos"),
            "files",
            hint=_("Several at once are fine. Only you see them until you show them to everybody."),
        ),
        Field("fields.note", _("Note for yourselves"), "lines", longest=LONG_TEXT),
    ]


def _ground(setting: Setting) -> list[Field]:
    if not setting.is_grown:
        return []
    plots = {plot.plot_id: plot for plot in setting.plots}
    seasons = [
        Option(f"season:{season.season_id}", _season_words(season, plots), _("Seasons"))
        for season in setting.seasons
    ]
    bare = [
        Option(f"plot:{plot.plot_id}", plot.name, _("Plot or pen without a season"))
        for plot in setting.plots
    ]
    return [Field("ground", _("Season or plot"), "choice", wanted=True, options=(*seasons, *bare))]


def _season_words(season: Season, plots: Mapping[UUID, Plot]) -> str:
    plot = plots.get(season.plot_id)
    return f"{season.name} · {plot.name}" if plot else season.name


def batch_option(batch: AtHand) -> Option:
    """Offer a batch with what is left of it."""
    words = f"{say(batch.product)} · {batch.lot or _('Lot of another producer')}"
    if batch.left is not None:
        left = _("%(amount)s left", amount=amount(batch.left, batch.uom, languages.current()))
        words = f"{words} · {left}"
    return Option(ref_text(batch.ref), words)


def _batch_lines(setting: Setting, group: str) -> list[Field]:
    options = tuple(batch_option(batch) for batch in setting.stock)
    return [
        Field(f"{group}.#.batch", _("From batch"), "choice", wanted=True, options=options),
        *_quantity(group),
    ]


def _quantity(group: str) -> list[Field]:
    units = tuple(Option(unit.id, say(unit.name)) for unit in UNITS.values())
    return [
        Field(f"{group}.#.quantity", _("How much"), "number", wanted=True),
        Field(f"{group}.#.uom", _("Unit, if another"), "choice", options=units, follows=True),
    ]


def _output_lines(setting: Setting) -> list[Field]:
    products = tuple(
        Option(str(product.product_id), product.name, _unit_words(product))
        for product in setting.products
    )
    batches = tuple(batch_option(batch) for batch in setting.made)
    return [
        Field(
            "outputs.#.product_id",
            _("New batch of"),
            "choice",
            wanted=True,
            options=products,
        ),
        Field(
            "outputs.#.lot",
            _("Its lot"),
            longest=20,
            hint=_("Left empty, a lot is made up: initials and day."),
        ),
        Field("outputs.#.batch", _("Or a batch that is there"), "choice", options=batches),
        Field("outputs.#.sure", _("Yes, it was harvested there"), "tick", follows=True),
        *_quantity("outputs"),
    ]


def _unit_words(product: Product) -> str:
    return str(_("Counted in %(unit)s", unit=say(UNITS[product.uom].name)))


def _about_lines(setting: Setting) -> list[Field]:
    options = tuple(batch_option(batch) for batch in (*setting.stock, *_others(setting)))
    return [Field("about.#.batch", _("Batch"), "choice", wanted=True, options=options)]


def _others(setting: Setting) -> Iterable[AtHand]:
    known = {batch.ref for batch in setting.stock}
    return (batch for batch in setting.made if batch.ref not in known)


def _specific(setting: Setting, spec: FieldSpec) -> Field:
    """Ask for one field of the kind; what is not needed says “if any”."""
    shape: dict[str, Any] = {"kind": PLAIN_TYPES.get(spec.type, "text")}
    if spec.type == "choice":
        options = tuple(Option(one.id, say(one.label)) for one in spec.options.values())
        shape = {"kind": "radio" if len(options) <= FEW else "choice", "options": options}
    elif spec.id == SHIPMENT:
        shape = {
            "kind": "choice",
            "options": tuple(shipment_option(one) for one in setting.shipments),
        }
    elif spec.type == "place":
        shape["suggested"] = tuple(setting.receivers)
    elif spec.id in UNIT_FIELDS:
        shape["suggested"] = tuple(unit.symbol for unit in UNITS.values())
    if shape["kind"] == "text":
        shape["longest"] = LONG_TEXT
    return Field(
        f"fields.{spec.id}",
        say(spec.label),
        unit=choices.unit_words(spec.unit),
        wanted=spec.required,
        **shape,
    )


def shipment_option(shipment: Shipment) -> Option:
    """Offer a shipment by its sender, time and document."""
    words = (say(shipment.sender), moment(shipment.sent_at), shipment.doc_no)
    return Option(str(shipment.event_id), " · ".join(word for word in words if word))
