"""The page of the book of acts: who changed what, newest first, for the producer to read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext
from sqlalchemy import select

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.token_views import SCOPE_WORDS
from traceapp.admission import book_search
from traceapp.admission.people_queries import people
from traceapp.admission.people_views import SHORT_ROLES
from traceapp.audit.models import AuditEntry
from traceapp.audit.words import DETAILS, SUBJECTS, sentence
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.pages import moment

blueprint = Blueprint("audit", "traceapp.admission", template_folder="templates")

Names = dict[tuple[str, str], str]


@blueprint.get("/desk/audit")
@may(Act.READ_AUDIT)
def list_acts() -> Response:
    """List the acts that concern the reader's producer."""
    producer_id = member().producer_id
    workers = people(producer_id, datetime.now(UTC))
    wish = lists.asked(
        request.args,
        lists.Filter(
            "about",
            gettext("About"),
            {subject: gettext(words) for subject, words in SUBJECTS.items()},
        ),
        lists.Filter(
            "who",
            gettext("By whom"),
            {str(one.member_id): one.name or gettext("Erased") for one in workers},
        ),
    )
    found = lists.page(_query(producer_id, wish), _ORDER, wish)
    names = _names(producer_id, found.rows)
    names |= {("member", str(one.member_id)): one.name or gettext("Erased") for one in workers}
    own = {str(one.member_id): one.name or gettext("Erased") for one in workers}

    def who(row: Any) -> str:  # noqa: ANN401 - a row of _query
        if row.by_member_id is not None and str(row.by_member_id) in own:
            return own[str(row.by_member_id)]
        return str(row.by or gettext("This installation"))

    if wish.is_csv:
        return lists.as_csv("acts", _columns(who, names), found.rows)
    page = render_template(
        "admission/acts.html",
        found=found,
        who=who,
        what=what,
        about=lambda row: _about(row.about, names),
        detail=_detail,
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


_ORDER = (lists.Order(AuditEntry.done_at, True), lists.Order(AuditEntry.entry_id, True))  # noqa: FBT003


def what(row: Any) -> str:  # noqa: ANN401 - a row of _query
    """Say what was done."""
    return str(gettext(sentence(row.act)))


def _query(producer_id: UUID, wish: lists.Asked) -> Any:  # noqa: ANN401 - a select
    query = (
        select(
            *(AuditEntry.entry_id, AuditEntry.done_at, AuditEntry.by_member_id, AuditEntry.act),
            *(AuditEntry.about, AuditEntry.detail, Producer.name.label("by")),
        )
        .select_from(AuditEntry)
        .outerjoin(Producer, Producer.producer_id == AuditEntry.by_producer_id)
        .where(AuditEntry.producer_id == producer_id)
        .where(*(book_search.has(producer_id, word) for word in wish.words))
    )
    if subject := wish.chosen.get("about"):
        query = query.where(
            AuditEntry.about.startswith(f"{subject}/") | AuditEntry.about.startswith(f"{subject}:")
        )
    if who := wish.chosen.get("who"):
        query = query.where(AuditEntry.by_member_id == UUID(who))
    return query


def _names(producer_id: UUID, rows: Any) -> Names:  # noqa: ANN401 - rows of _query
    """Give what the things are called that these acts are about, in a query a kind."""
    asked: dict[str, set[UUID]] = {}
    for row in rows:
        kind, number = _parts(row.about)
        if kind in book_search.NAMED and _is_id(number):
            asked.setdefault(kind, set()).add(UUID(number))
    found: Names = {}
    for kind, numbers in asked.items():
        table, key, name = book_search.NAMED[kind]
        query = select(key.label("key"), name.label("name")).where(
            table.producer_id == producer_id, key.in_(numbers)
        )
        found |= {(kind, str(row.key)): row.name for row in db.session.execute(query)}
    return found


def _about(about: str, names: Names) -> str:
    kind, number = _parts(about)
    if (kind, number) in names:
        return names[kind, number]
    if kind == "drill":
        return f"{gettext('DRILL')} {number}"
    return "" if _is_id(number) or not kind else number[:12]


def _parts(about: str) -> tuple[str, str]:
    kind, _mark, number = about.replace(":", "/", 1).partition("/")
    return (kind, number) if number else ("", about)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _detail(row: Any) -> str:  # noqa: ANN401 - a row of _query
    """Say the rest: what has words by its words, everything else as it is."""
    told: dict[str, Any] = json.loads(row.detail)
    told.pop("member", None)
    parts = []
    for name, value in sorted(told.items()):
        if name == "roles":
            roles = [gettext(SHORT_ROLES.get(role, role)) for role in str(value).split(",")]
            parts.append(", ".join(roles))
        elif name == "scope":
            parts.append(gettext(SCOPE_WORDS.get(str(value), str(value))))
        elif name == "closes":
            parts.append(gettext("Settled") if value else gettext("Answered, still open"))
        elif value is not None:
            parts.append(f"{gettext(DETAILS[name]) if name in DETAILS else name}: {value}")
    return " · ".join(parts)


def _columns(who: Callable[[Any], str], names: Names) -> dict[str, Callable[[Any], Cell]]:
    return {
        gettext("When"): lambda row: moment(row.done_at),
        gettext("Who"): who,
        gettext("What was done"): what,
        gettext("About"): lambda row: _about(row.about, names),
        gettext("Details"): _detail,
    }
