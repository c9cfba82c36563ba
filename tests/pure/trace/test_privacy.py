"""What may never reach the public document, whatever the facts hold."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.pure.trace.builders import (
    CLERK,
    HOA,
    LAN,
    MINH,
    Tale,
    after,
    check,
    identifier,
    texts,
)
from tests.pure.trace.hanoi_facts import NOW, hanoi
from traceapp.trace.document import as_document
from traceapp.trace.timeline import build
from traceapp.trace.vocabulary import COMMON_FIELDS, STEP_KINDS, Visibility

SECRET_AMOUNT = Decimal(73519)


def canaried():
    """Every kind of step on one lot, with a canary in every field that is not public."""
    tale = Tale()
    for name in ("mẹ", "con"):
        tale.lot(name, lot=f"CANARY-LOT-{name}" if name == "mẹ" else "CON-1")
    planted = set()
    for day, kind in enumerate(STEP_KINDS.values()):
        fields = {}
        for spec in (*kind.fields.values(), *COMMON_FIELDS.values()):
            if spec.visibility is not Visibility.PUBLIC:
                fields[spec.id] = f"CANARY-{kind.id}-{spec.id}"
                planted.add(fields[spec.id])
        amount = {"mẹ": float(SECRET_AMOUNT)}
        for lot in ("mẹ", "con"):
            tale.did(kind.id, after(day / 10), about=[lot], inputs=amount, fields=fields)
        tale.did(
            kind.id,
            after(day / 10),
            HOA,
            about=["mẹ"],
            outputs=amount,
            fields=fields,
            plot_id=identifier("plot"),
            evidence=(check("coop", CLERK),),
        )
    tale.made("mix", after(20), inputs={"mẹ": float(SECRET_AMOUNT)}, outputs={"con": 5})
    tale.sent("mẹ", after(19), (LAN, MINH), kg=float(SECRET_AMOUNT), got=70000)
    return tale, planted


@pytest.mark.parametrize("subject", ["mẹ", "con"])
def test_no_field_that_is_not_public_reaches_the_document(subject):
    tale, planted = canaried()
    text = json.dumps(tale.document(subject), ensure_ascii=False)
    assert len(planted) > 150
    assert [canary for canary in planted if canary in text] == []


def test_no_amount_plot_lot_of_an_intermediate_or_id_reaches_the_document():
    tale, _ = canaried()
    text = json.dumps(tale.document("con"), ensure_ascii=False)
    for secret in ("73519", "73.519", "73,519", "70000", "CANARY-LOT", str(identifier("plot"))):
        assert secret not in text
    ids = {str(event.ref.id) for event in tale.events.values()}
    ids |= {str(batch.ref.id) for batch in tale.batches.values()}
    assert [one for one in ids if one in text] == []


def test_a_private_number_is_not_said_either():
    tale = Tale()
    tale.lot("rau")
    tale.did("vaccinate", after(1), about=["rau"], fields={"heads": 73519, "disease": "tai xanh"})
    tale.did("spray", after(2), about=["rau"], fields={"qty": 73519, "phi_days": 3})
    assert "73519" not in str(tale.document("rau")).replace(".", "").replace(",", "")


@pytest.mark.parametrize("code", hanoi().finished())
def test_a_demo_lot_shows_no_name_without_consent_no_phone_and_no_plot(code):
    data = hanoi()
    text = json.dumps(as_document(build(data.facts(code), NOW)), ensure_ascii=False)
    silent = [m["name"] for _, m in data.members.values() if not m["public_name_consent"]]
    assert [name for name in silent if name in text] == []
    assert "0900" not in text
    subject_free = text.replace(code, "")
    assert [plot for plot in data.plots if plot in subject_free] == []
    assert "lat" not in set(texts(json.loads(text)))


@pytest.mark.parametrize("code", hanoi().finished())
def test_a_demo_lots_document_does_not_depend_on_any_amount(code):
    facts = hanoi().facts(code)
    doubled = replace(
        facts,
        events=tuple(
            replace(
                event,
                inputs=tuple(_doubled(item) for item in event.inputs),
                outputs=tuple(_doubled(item) for item in event.outputs),
            )
            for event in facts.events
        ),
        edges=tuple(_doubled(edge) for edge in facts.edges),
    )
    assert as_document(build(doubled, NOW)) == as_document(build(facts, NOW))


def test_the_document_of_a_later_day_differs_only_where_a_shipment_became_overdue():
    facts = hanoi().facts("CN-VD03-T")
    later = as_document(build(facts, NOW + timedelta(days=400)))
    assert later == as_document(build(facts, NOW))


def _doubled(line):
    mass = None if line.mass_kg is None else line.mass_kg * 2
    quantity = None if line.quantity is None else line.quantity * 2
    return replace(line, quantity=quantity, mass_kg=mass)
