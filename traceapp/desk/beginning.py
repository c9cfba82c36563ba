"""What to do first: a new producer's way from nothing to goods with a code, one step at a time."""

from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.lifetimes import OFFICES
from traceapp.accounts.visitor import Visitor
from traceapp.admission import queries as admission
from traceapp.desk import attention_queries as queries
from traceapp.desk.attention import Task
from traceapp.web.navigation import path_of

GROWERS = frozenset({"farm", "coop"})


def first_step(reader: Visitor) -> Task | None:
    """Say what to do first where nothing is there yet; None for everybody who has begun."""
    if not has_goods(reader):
        return _first_guest(reader)
    if not reader.may(Act.MANAGE_PRODUCTS) or queries.has_steps(reader.producer_id):
        return None
    if not queries.has_products(reader.producer_id):
        words = _("No product yet. Start with what you sell most.")
        return _task("tag", words, "products.new_product", _("Add the first product"))
    if reader.kinds & GROWERS and not queries.has_seasons(reader.producer_id):
        words = _("Now say where it grows: a plot or pen, and the season on it.")
        return _task("seedling", words, "seasons.new_season", _("Start the first season"))
    words = _("Nothing was recorded yet. Begin with what was done today.")
    return _task("plus", words, "steps.log_step", _("Log the first step"))


def has_goods(reader: Visitor) -> bool:
    """Tell whether the reader's body grows, makes or sells something itself; an office does not."""
    return not reader.kinds or not reader.kinds <= OFFICES


def _first_guest(reader: Visitor) -> Task | None:
    if not reader.may(Act.ADMIT_PRODUCERS) or not admission.is_alone():
        return None
    words = _("No producer has joined yet. Invite the first.")
    return _task("users", words, "admission.list_producers", _("Invite a producer"))


def _task(icon: str, words: str, endpoint: str, action: str) -> Task:
    return Task(icon, "leaf", words, path_of(endpoint), action)
