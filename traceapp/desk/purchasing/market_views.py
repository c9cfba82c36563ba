"""What buyers abroad ask of a lot, as a checklist of its own producer."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.batches.batch_views import find_batch
from traceapp.desk.purchasing.need_views import today
from traceapp.purchasing import lot_facts, markets
from traceapp.purchasing.markets import Answer, Market
from traceapp.trace.facts import Ref

blueprint = Blueprint("markets", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/<code>/markets")
@may(Act.READ)
def show_markets(code: str) -> ResponseReturnValue:
    """Show for each market what is there, what is missing and what cannot be known here."""
    reader = member()
    found = find_batch(reader, code)
    if found.ref[0] != reader.producer_id:
        raise problem.NotFound
    on = today()
    facts = lot_facts.facts_of(Ref(*found.ref), on)
    lists = [
        (name, markets.checklist(market, facts, on), markets.to_come(market, facts, on))
        for market, name in _names().items()
    ]
    return render_template(
        "desk/purchasing/markets.html", found=found, lists=lists, said=_answers()
    )


def _names() -> dict[Market, str]:
    return {
        Market.CHINA: _("China"),
        Market.UNION: _("European Union"),
        Market.STATES: _("United States"),
    }


def _answers() -> dict[Answer, tuple[str, str, str]]:
    """Give the colour, icon and words of each answer."""
    return {
        Answer.THERE: ("leaf", "check", _("There")),
        Answer.MISSING: ("amber", "warning", _("Missing")),
        Answer.NOT_KNOWN: ("", "circle-help", _("Cannot be known here")),
    }
