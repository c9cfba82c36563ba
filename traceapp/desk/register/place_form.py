"""The forms of places: a site in a commune, and the plots and pens in it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, select

from traceapp.database.engine import db
from traceapp.desk import choices
from traceapp.problem import N_
from traceapp.producers import communes
from traceapp.producers.models import Plot, Site
from traceapp.web.forms import Field, Form, Option

SITE_KINDS: Mapping[str, str] = {
    "field": N_("Fields"),
    "barn": N_("Barn or pens"),
    "packing_house": N_("Packing house"),
    "plant": N_("Workshop or plant"),
    "slaughterhouse": N_("Slaughterhouse"),
    "cold_store": N_("Cold store"),
    "depot": N_("Depot"),
    "yard": N_("Yard"),
    "shop": N_("Shop"),
    "office": N_("Office"),
}
SITE_NAMES = ("name", "name_en", "kind", "gln", "location_code", "latitude", "longitude", "version")
PLOT_NAMES = (
    *("site_id", "name", "area_m2", "household", "household_number", "main_crop"),
    *("latitude", "longitude", "planting_area_code", "version"),
)


def site_fields() -> list[Field]:
    """Give the questions about a site."""
    return [
        Field("version", kind="hidden"),
        Field("name", _("Name of the place"), required=True, longest=200),
        Field("kind", _("What it is"), "choice", required=True, options=choices.of(SITE_KINDS)),
        Field(
            "commune",
            _("Commune"),
            required=True,
            longest=200,
            suggested=communes.suggestions(),
            hint=_("Type the first letters and choose: “Bát Tràng”. Names since July 2025."),
        ),
        Field(
            "latitude",
            _("Latitude"),
            "number",
            hint=_(
                "Leave both empty for the middle of the commune. Shoppers see no more than that."
            ),
        ),
        Field("longitude", _("Longitude"), "number"),
        Field("name_en", _("Name in English"), longest=200),
        Field(
            "gln",
            _("GLN"),
            longest=40,
            hint=_("Only if GS1 gave this place one."),
        ),
        Field("location_code", _("Code given by the authority"), longest=60),
    ]


def plot_fields(sites: Sequence[Option]) -> list[Field]:
    """Give the questions about a plot or a pen."""
    return [
        Field("version", kind="hidden"),
        Field("name", _("Name of the plot or pen"), required=True, longest=60),
        Field("site_id", _("Belongs to"), "choice", required=True, options=tuple(sites)),
        Field("area_m2", _("Area"), "number", unit="m²"),
        Field(
            "household_number",
            _("Household number"),
            "number",
            hint=_("Shoppers read “household 3”, never the name."),
        ),
        Field("household", _("Household"), longest=200),
        Field("main_crop", _("Main crop or animals"), longest=200),
        Field("planting_area_code", _("Planting area code"), longest=60),
        Field("latitude", _("Latitude"), "number"),
        Field("longitude", _("Longitude"), "number"),
    ]


def site_given(form: Form) -> dict[str, Any]:
    """Give what `SiteSchema` takes; the commune's middle stands for a point that is not given.

    Raises ValidationError, and InvalidInput for a commune that is not in the list.
    """
    data = form.data()
    data.pop("version", None)
    if "commune" not in data:
        return data
    place = communes.place_named(data["commune"]).record()
    if "latitude" not in data and "longitude" not in data:
        return data | place
    return data | {name: place[name] for name in ("province", "commune_kind", "commune")}


def plot_given(form: Form) -> dict[str, Any]:
    """Give what `PlotSchema` takes. Raises ValidationError."""
    data = form.data()
    data.pop("version", None)
    return data


def site_shown(site: Site) -> dict[str, Any]:
    """Give a site as its form shows it; a point that is the commune's middle is left empty."""
    shown = {name: getattr(site, name) for name in SITE_NAMES}
    shown["commune"] = communes.place_name(site.commune_kind, site.commune, site.province)
    middle = communes.place_named(shown["commune"])
    if (site.latitude, site.longitude) == (middle.latitude, middle.longitude):
        shown["latitude"] = shown["longitude"] = None
    return shown


def plot_shown(plot: Plot) -> dict[str, Any]:
    """Give a plot as its form shows it."""
    return {name: getattr(plot, name) for name in PLOT_NAMES}


def sites_of(producer_id: UUID, *, archived: bool = False) -> list[Site]:
    """List the producer's sites by name; `archived` for those put away too."""
    query = select(Site).where(Site.producer_id == producer_id).order_by(Site.name)
    if not archived:
        query = query.where(Site.archived_at.is_(None))
    return list(db.session.scalars(query))


def plots_of(producer_id: UUID, *, archived: bool = False) -> list[Plot]:
    """List the producer's plots and pens by name; `archived` for those put away too.

    What is inside a site that was put away is put away with it.
    """
    query = (
        select(Plot)
        .join(Site, and_(Site.producer_id == Plot.producer_id, Site.site_id == Plot.site_id))
        .where(Plot.producer_id == producer_id)
        .order_by(Plot.name)
    )
    if not archived:
        query = query.where(Plot.archived_at.is_(None), Site.archived_at.is_(None))
    return list(db.session.scalars(query))


def site_options(sites: Sequence[Site]) -> list[Option]:
    """Offer sites."""
    return [Option(str(site.site_id), site.name) for site in sites]
