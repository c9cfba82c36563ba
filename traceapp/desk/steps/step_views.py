"""Logging a step: choosing its kind, filling in its form, and correcting what was logged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk import uploads
from traceapp.desk.steps import (
    shipment_options,
    step_form,
    step_message,
    step_options,
    step_saving,
)
from traceapp.desk.steps.step_form import Setting
from traceapp.desk.steps.step_saving import HAPPENED, PLAINLY, WARNED, Refused
from traceapp.desk.steps.step_setting import setting_of
from traceapp.photos import queries as pictures
from traceapp.trace.rules.finding import Finding
from traceapp.trace.vocabulary import GROUPS, STEP_KINDS, StepKind
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import say

blueprint = Blueprint("steps", "traceapp.desk", template_folder="templates")

USUAL = 6
FORM = "desk/steps/step.html"
PASSED_ON = ("batch", "season", "plot", "shipment")


@blueprint.get("/desk/steps/new")
@may(Act.RECORD_STEP)
def log_step() -> ResponseReturnValue:
    """Choose the kind of a step, or open the form of the kind asked for."""
    if "corrects" in request.args:
        return correction_page(_event(request.args["corrects"]).event_id)
    if "kind" in request.args:
        return _open(_kind(request.args["kind"]))
    who, now = member(), datetime.now(UTC)
    offered = step_options.offered(who.kinds, step_options.families_of(who.producer_id))
    if "all" in request.args or not offered:
        offered = list(STEP_KINDS.values())
    known = {kind.id: kind for kind in offered}
    usual = step_options.usual_kinds(who.producer_id, now=now)
    return render_template(
        "desk/steps/step_kinds.html",
        usual=[known[name] for name in usual if name in known][:USUAL],
        groups=[
            (say(words), [kind for kind in offered if kind.group == group])
            for group, words in GROUPS.items()
            if any(kind.group == group for kind in offered)
        ],
        shipments=shipment_options.shipments_to(who.producer_id, now=now),
        passed_on={name: request.args[name] for name in PASSED_ON if name in request.args},
        has_all="all" in request.args,
    )


@blueprint.post("/desk/steps/new")
@writes
@may(Act.RECORD_STEP)
def record_step() -> ResponseReturnValue:
    """Record a step; the same form sent again is the same step."""
    who, now = member(), datetime.now(UTC)
    kind = _kind(request.form.get("kind", ""))
    bare = Form((), {name: request.form.getlist(name) for name in request.form})
    named = step_message.named_in(bare)
    setting = setting_of(who.producer_id, kind, now=now, named=named, archived=True)
    form = Form.sent(step_form.fields(setting), request.form)
    kept = uploads.keep_photos(form, step_form.PHOTOS, who.producer_id, now=now)
    form.typed["photos"] = [*form.typed.get("photos", ()), *kept]
    do = request.form.get("do", PLAINLY)
    if do == "again":
        _fill_in(form, setting)
    if do not in {PLAINLY, HAPPENED} and not do.startswith(WARNED):
        return form_page(form, setting, more=do.removeprefix("line:"))
    if not form.errors:
        with form.trying():
            outcome = step_saving.save(who, form, setting, now=now, how=do)
            if isinstance(outcome, Refused):
                return _refused(form, setting, outcome)
            for tone, words in outcome.words:
                flash(words, tone)
            return redirect(outcome.next_page, code=303)
    return form_page(form, setting)


def _refused(form: Form, setting: Setting, outcome: Refused) -> ResponseReturnValue:
    """Say what speaks against it; a refusal is kept, and what is sent from here takes its place."""
    verdict = outcome.verdict
    if outcome.doubts is not None:
        form.refuse(outcome.doubts)
    if verdict.is_blocked:
        form.typed |= {"id": [str(new_id())], "replaces": [str(verdict.attempt_id)]}
    form.status = int(problem.Blocked.status)
    return form_page(form, setting, findings=step_saving.against(verdict))


def _open(kind: StepKind) -> ResponseReturnValue:
    """Open an empty form: now, at the place of last time, with what the link before named."""
    who, now = member(), datetime.now(UTC)
    setting = setting_of(who.producer_id, kind, now=now, named=_asked_batches())
    sites = [site.site_id for site in setting.sites]
    last = step_options.last_site(who.key)
    record = {
        "id": str(new_id()),
        "kind": kind.id,
        "event_time": now,
        "site_id": str(last if last in sites else sites[0]) if sites else None,
    }
    form = Form.showing(step_form.fields(setting), record | _asked(setting))
    if "again" in request.args:
        _fill_in(form, setting)
    return form_page(form, setting)


def _asked(setting: Setting) -> dict[str, object]:
    """Give what the link named: a batch, a season or plot, a shipment that arrived."""
    asked: dict[str, object] = {}
    if len(setting.seasons) == 1:
        asked["ground"] = f"season:{setting.seasons[0].season_id}"
    for name in ("season", "plot"):
        if name in request.args:
            asked["ground"] = f"{name}:{request.args[name]}"
    for shipment in setting.shipments:
        if str(shipment.event_id) == request.args.get("shipment"):
            side = "inputs" if setting.takes else "outputs"
            asked["fields"] = {
                step_form.SHIPMENT: str(shipment.event_id),
                "doc_no": shipment.doc_no,
            }
            asked[side] = [
                {"batch": step_form.ref_text(ref), "uom": uom}  # how much is for them to count
                for ref, _quantity, uom in shipment.items
            ]
    batches = [{"batch": step_form.ref_text(ref)} for ref in _asked_batches()]
    if batches:
        asked["inputs" if setting.takes else "about"] = batches
    return asked


def _asked_batches() -> list[step_options.Ref]:
    found = step_options.batch_asked(member().producer_id, request.args.get("batch", ""))
    return [found] if found else []


def correction_page(
    event_id: UUID,
    *,
    template: str = FORM,
    **beside: Any,  # noqa: ANN401 - what the template shows
) -> ResponseReturnValue:
    """Open the form of a recorded step, or of what holds instead, to say how it really was."""
    who = member()
    event = _holding(db.session.get_one(Event, (who.producer_id, event_id)))
    kind = STEP_KINDS[event.step_kind]
    named = step_options.named_by(event)
    now = datetime.now(UTC)
    setting = setting_of(who.producer_id, kind, now=now, named=named, archived=True)
    if event.ship_event_id is not None:  # answered by this very step, and so no longer offered
        coming = shipment_options.shipments_to(who.producer_id, now=now, also=event.ship_event_id)
        offered = {one.event_id: one for one in (*setting.shipments, *coming)}
        setting = replace(setting, shipments=list(offered.values()))
    own = {"id": str(new_id()), "kind": kind.id, "corrects": str(event.event_id)}
    shown = step_message.shown(event, setting)
    form = Form.showing(step_form.fields(setting), shown | own)
    return form_page(form, setting, template=template, **beside)


def _fill_in(form: Form, setting: Setting) -> None:
    """Take over what this person did last time, where nothing was typed yet, and mark it."""
    who = member()
    last = step_options.last_step(who.key, setting.kind.id)
    if last is None:
        form.blame("", _("You have not logged this before, so there is nothing to take over."))
        form.status = 200
        return
    old = Form.showing(list(form.fields.values()), step_message.copied(last, setting))
    taken = {name for name, texts in old.typed.items() if name == "site_id" or not form.value(name)}
    form.typed |= {name: old.typed[name] for name in taken}
    form.typed["copied_from"] = [str(last.event_id)]
    form.copied = frozenset(taken)


def form_page(
    form: Form,
    setting: Setting,
    *,
    more: str = "",
    findings: Sequence[Finding] = (),
    template: str = FORM,
    **beside: object,
) -> tuple[str, int]:
    """Show the form of a step; a template that extends the usual one shows more beside it."""
    who = member()
    shas = [text for text in form.typed.get("photos", ()) if uploads.SHA256.fullmatch(text)]
    keys = [(who.producer_id, bytes.fromhex(text)) for text in dict.fromkeys(shas)]
    found = pictures.renditions(keys, public_only=False)
    last = step_options.last_step(who.key, setting.kind.id)
    page = render_template(
        template,
        form=form,
        setting=setting,
        kind=setting.kind,
        more=more,
        refusals=[one for one in findings if one.blocks],
        warnings=[one for one in findings if not one.blocks],
        warned=WARNED + step_saving.fingerprint(findings),
        say=say,
        shots=[(key[1].hex(), found.get(key, {}).get("thumb")) for key in keys],
        has_last=last is not None and not form.value("corrects") and not form.copied,
        **beside,
    )
    return page, form.status


def _kind(text: str) -> StepKind:
    if text not in STEP_KINDS:
        raise problem.NotFound
    return STEP_KINDS[text]


def _event(text: str) -> Event:
    try:
        event = db.session.get(Event, (member().producer_id, UUID(text)))
    except ValueError:
        event = None
    if event is None:
        raise problem.NotFound
    return event


def _holding(event: Event) -> Event:
    """Give what holds instead of a step that is corrected, else the step."""
    key = (event.producer_id, event.event_id)
    corrected = db.session.get(CorrectedEvent, key)
    return (
        event
        if corrected is None
        else db.session.get_one(Event, (key[0], corrected.replaced_by_id))
    )
