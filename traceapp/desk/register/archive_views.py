"""Putting away places, plots, seasons, products, printers and stalls, and taking them back."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.product_changes import ABOUT, find_product
from traceapp.database.archivable import Archivable
from traceapp.freshness import operations as freshness
from traceapp.labels import printers
from traceapp.producers import archiving, changes
from traceapp.stalls.changing import ABOUT as ABOUT_STALL
from traceapp.stalls.queries import find_stall
from traceapp.web.endpoints import writes

blueprint = Blueprint("archive", "traceapp.desk", template_folder="templates")


@blueprint.post("/desk/places/sites/<uuid:site_id>/archive")
@writes
@may(Act.MANAGE_PLACES)
def archive_site(site_id: UUID) -> ResponseReturnValue:
    """Put a site away, or take it back."""
    site = changes.find_site(member().producer_id, site_id)
    return _moved(site, f"site/{site_id}", site.name, "places.list_places")


@blueprint.post("/desk/places/plots/<uuid:plot_id>/archive")
@writes
@may(Act.MANAGE_PLACES)
def archive_plot(plot_id: UUID) -> ResponseReturnValue:
    """Put a plot or pen away, or take it back."""
    plot = changes.find_plot(member().producer_id, plot_id)
    return _moved(plot, f"plot/{plot_id}", plot.name, "places.list_places")


@blueprint.post("/desk/seasons/<uuid:season_id>/archive")
@writes
@may(Act.START_SEASON)
def archive_season(season_id: UUID) -> ResponseReturnValue:
    """Put a season away, or take it back."""
    season = changes.find_season(member().producer_id, season_id)
    return _moved(season, f"season/{season_id}", season.name, "seasons.list_seasons")


@blueprint.post("/desk/products/<uuid:product_id>/archive")
@writes
@may(Act.MANAGE_PRODUCTS)
def archive_product(product_id: UUID) -> ResponseReturnValue:
    """Put a product away, or take it back."""
    product = find_product(member().producer_id, product_id)
    return _moved(product, ABOUT.format(product_id), product.name, "products.list_products")


@blueprint.post("/desk/printers/<uuid:printer_id>/archive")
@writes
@may(Act.PRINT_LABELS)
def archive_printer(printer_id: UUID) -> ResponseReturnValue:
    """Put a printer away, or take it back."""
    printer = printers.find_printer(member().producer_id, printer_id)
    about = printers.ABOUT.format(printer_id)
    return _moved(printer, about, printer.name, "printers.list_printers")


@blueprint.post("/desk/stalls/<uuid:stall_id>/archive")
@writes
@may(Act.KEEP_STALLS)
def archive_stall(stall_id: UUID) -> ResponseReturnValue:
    """Put a stall away, or take it back; the page behind its code says so at once."""
    stall = find_stall(member().producer_id, stall_id)
    freshness.step()
    return _moved(stall, ABOUT_STALL.format(stall_id), stall.name, "stalls.list_stalls")


def _moved(row: Archivable, about: str, name: str, back: str) -> ResponseReturnValue:
    who, now = member(), datetime.now(UTC)
    by = who.key
    if request.form.get("do") == "take_back":
        archiving.take_back(by, row, about, now=now)
        flash(_("Back from the archive: %(name)s.", name=name))
    else:
        archiving.put_away(by, row, about, now=now)
        flash(_("In the archive: %(name)s. You find it under “Archived”.", name=name))
    return redirect(url_for(back), code=303)
