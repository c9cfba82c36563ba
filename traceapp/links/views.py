"""Public pages of links: all sectors, one sector with its map and graph, and its tables as CSV.

What is read is kept for five minutes a process, as the statistics are.
"""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _

from traceapp import problem
from traceapp.chains.vocabulary import SECTOR_OF_CHAIN
from traceapp.links import book, sides, telling
from traceapp.links.book import Book
from traceapp.links.sides import Sides
from traceapp.links.vocabulary import CHAIN_OF_SECTOR, NO_SECTOR, PAGES, ROLES_TOGETHER
from traceapp.links.weaving import Web, weave
from traceapp.web import csv_text
from traceapp.web.access import public

KEPT, LASTS = "links", timedelta(minutes=5)
LAST = "links before"
MOST_ROWS = 200

blueprint = Blueprint("links", __name__, template_folder="templates")


@blueprint.get("/links")
@public
def list_sectors() -> str:
    """List the sectors: what is stated in each, what is proven, what is missing."""
    found = kept(datetime.now(UTC))
    tallies = [book.tally(sector, found) for sector in PAGES]
    return render_template("links/sectors.html", book=found, tallies=tallies, sectors=PAGES)


@blueprint.get("/links/<sector>")
@public
def show_sector(sector: str) -> str:
    """Show the links of a sector. Raises NotFound for a sector of none."""
    found = kept(datetime.now(UTC))
    web, who = woven(_known(sector), found)
    return render_template(
        "links/sector.html",
        book=found,
        web=web,
        title=PAGES[sector],
        chain=CHAIN_OF_SECTOR.get(sector),
        sectors=PAGES,
        has_surveys=sector != NO_SECTOR,
        tables=telling.tables(web, MOST_ROWS),
        graphs=telling.graphs(web),
        maps=telling.maps(web, who),
        is_cut=len(web.edges) > telling.MOST_DRAWN,
    )


@blueprint.app_template_global("gaps_of_chain")
def gaps_of_chain(chain: str) -> dict[str, object]:
    """Give what the page of a chain says is missing in it."""
    found = book.gaps(SECTOR_OF_CHAIN[chain], chain, kept(datetime.now(UTC)))
    roles = ", ".join(_(ROLES_TOGETHER[role]) for role in found.roles)
    return {"is_surveyed": found.is_surveyed, "roles": roles, "unlinked": found.unlinked}


@blueprint.get("/links/<sector>/<table>.csv")
@public
def download_table(sector: str, table: str) -> Response:
    """Give one table of a sector as a file. Raises NotFound for a name of none."""
    web, _who = woven(_known(sector), kept(datetime.now(UTC)))
    told = {one.name: one for one in telling.tables(web)}
    if table not in told:
        raise problem.NotFound
    rows = (list(row) for row in told[table].rows)
    response = Response(
        "".join(csv_text.lines(list(told[table].heads), rows)), content_type=csv_text.MEDIA_TYPE
    )
    attached = f'attachment; filename="{sector}-{table}.csv"'
    response.headers["Content-Disposition"] = attached
    return response


def _known(sector: str) -> str:
    if sector not in PAGES:
        raise problem.NotFound
    return sector


def kept(now: datetime) -> Book:
    """Give what was read in the last five minutes, or read."""
    of = current_app.extensions
    found: Book | None = of.get(KEPT)
    if found is None or not timedelta() <= now - found.at < LASTS:
        forget()
        found = of[KEPT] = of[LAST] = book.read(now, of.get(LAST))
    return found


def woven(sector: str, found: Book) -> tuple[Web, Sides]:
    """Give the links of a sector and who stands in them, once for what was read."""
    of: tuple[Book, Web, Sides] | None = current_app.extensions.get(f"{KEPT}-{sector}")
    if of is None or of[0] is not found:
        who = sides.read(sector, found)
        of = current_app.extensions[f"{KEPT}-{sector}"] = (found, weave(sector, found, who), who)
    return of[1:]


def forget() -> None:
    """Read anew at the next question: something was written here just now."""
    for name in (KEPT, *(f"{KEPT}-{sector}" for sector in PAGES)):
        current_app.extensions.pop(name, None)
