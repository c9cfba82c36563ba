"""The lists of what was recorded: the steps of the whole producer, and their photos."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.queries import Ref
from traceapp.desk.steps import step_search, step_words
from traceapp.desk.steps.step_goods import goods_of
from traceapp.photos import queries as pictures
from traceapp.trace.vocabulary import GROUPS, STEP_KINDS
from traceapp.web import lists
from traceapp.web.headers import use_policy
from traceapp.web.languages import say
from traceapp.web.pages import media_sources, moment

blueprint = Blueprint("step_lists", "traceapp.desk", template_folder="templates")

Goods = Mapping[Ref, list[Any]]


@blueprint.get("/desk/steps")
@may(Act.READ)
def list_steps() -> ResponseReturnValue:
    """List what the reader's producer recorded, what happened last first."""
    who, now = member().producer_id, datetime.now(UTC)
    wish = lists.asked(
        request.args,
        _when(),
        _kinds(),
        lists.Filter("who", _("Who"), _named(step_search.people(who))),
        lists.Filter("season", _("Season"), step_search.seasons(who)),
    )
    found = step_search.steps(who, wish, now)
    goods = _goods(found)
    if wish.is_csv:
        return lists.as_csv("steps", _columns(goods), found.rows)
    return render_template(
        "desk/steps/step_list.html", found=found, details=step_words.details, **_drawn(goods)
    )


@blueprint.get("/desk/photos")
@may(Act.READ)
def list_photos() -> ResponseReturnValue:
    """List the photos of what the reader's producer recorded."""
    who, now = member().producer_id, datetime.now(UTC)
    seen = {"public": _("Everybody"), "own": _("Only you")}
    wish = lists.asked(
        request.args, lists.Filter("seen", _("Who sees it"), seen), _when(), _kinds()
    )
    found = step_search.photos(who, wish, now)
    goods = _goods(found)
    if wish.is_csv:
        return lists.as_csv("photos", _columns(goods) | _photo_columns(seen), found.rows)
    keys = [(who, row.sha256) for row in found.rows]
    use_policy(img_src=media_sources())
    return render_template(
        "desk/steps/photo_list.html",
        found=found,
        seen=seen,
        pictures=pictures.renditions(keys, public_only=False) if keys else {},
        **_drawn(goods),
    )


def _when() -> lists.Filter:
    spans = {"today": _("Today"), "week": _("The last 7 days"), "month": _("The last 30 days")}
    return lists.Filter("when", _("When"), spans)


def _kinds() -> lists.Filter:
    kinds = {
        kind.id: say(kind.label)
        for group in GROUPS
        for kind in STEP_KINDS.values()
        if kind.group == group
    }
    return lists.Filter("kind", _("What was done"), kinds)


def _named(people: Mapping[str, str | None]) -> dict[str, str]:
    return {key: name or _("Somebody who left") for key, name in people.items()}


def _goods(found: lists.Page[Any]) -> Goods:
    refs = dict.fromkeys((row.Event.producer_id, row.Event.event_id) for row in found.rows)
    return goods_of(list(refs), member().producer_id)


def _drawn(goods: Goods) -> dict[str, Any]:
    return {
        "goods_of": lambda row: goods.get(_ref(row), ()),
        "kind_of": _kind,
        "place_of": _place,
        "address_of": lambda row: _address(row, goods),
    }


def _address(row: Any, goods: Goods) -> str | None:  # noqa: ANN401 - a row of step_search
    """Lead to the goods of a step, else to its season."""
    if named := goods.get(_ref(row)):
        code = named[-1].code or named[-1].batch_id
        return url_for("desk_batches.show_batch", code=code, _anchor="steps")
    if row.season is not None and row.Event.site_producer_id == row.Event.producer_id:
        return url_for("seasons.show_season", season_id=row.Event.season_id)
    return None


def _ref(row: Any) -> Ref:  # noqa: ANN401 - a row of step_search
    return (row.Event.producer_id, row.Event.event_id)


def _kind(row: Any) -> str:  # noqa: ANN401 - a row of step_search
    return say(STEP_KINDS[row.Event.step_kind].label)


def _place(row: Any) -> str:  # noqa: ANN401 - a row of step_search
    return ", ".join(name for name in (row.plot, row.site) if name)


def _state(row: Any) -> str:  # noqa: ANN401 - a row of step_search
    if row.replaced_by_id is not None:
        return str(_("corrected later"))
    return str(_("a correction")) if row.Event.corrects_event_id else ""


def _columns(goods: Goods) -> dict[str, lists.Reader]:
    return {
        _("When"): lambda row: moment(row.Event.event_time),
        _("What was done"): _kind,
        _("Details"): lambda row: "; ".join(step_words.details(row.Event)),
        _("Goods"): lambda row: step_words.goods_named(goods.get(_ref(row), [])),
        _("Site"): lambda row: row.site,
        _("Plot or pen"): lambda row: row.plot,
        _("Season"): lambda row: row.season,
        _("Who"): lambda row: row.author or _("Somebody who left"),
        _("Recorded"): lambda row: moment(row.Event.record_time),
        _("State"): _state,
        _("Id of the step"): lambda row: str(row.Event.event_id),
    }


def _photo_columns(seen: Mapping[str, str]) -> dict[str, lists.Reader]:
    return {
        _("Who sees it"): lambda row: seen["public" if row.is_public else "own"],
        _("SHA-256 of the photo"): lambda row: row.sha256.hex(),
    }
