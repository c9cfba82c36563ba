"""The vocabulary: complete in both languages, and its sentences say only what is public."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pure.trace.builders import DAY0, LAN, Tale, texts
from traceapp.trace import rules
from traceapp.trace.sentences import PLACEHOLDER, _spoken, details, quote, sentence, whole_number
from traceapp.trace.vocabulary import COMMON_FIELDS, FAMILIES, STEP_KINDS, Showing, Visibility
from traceapp.trace.words import Words

SHOWN = [kind for kind in STEP_KINDS.values() if kind.showing is Showing.STEP]


def said(kind, **fields):
    event = Tale().did(kind, DAY0, LAN, fields=fields)
    return sentence(event)


def test_the_vocabulary_holds_all_kinds_and_families():
    assert len(STEP_KINDS) == 85
    assert set(FAMILIES) >= {family for kind in STEP_KINDS.values() for family in kind.families}


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.id)
def test_every_shown_step_has_a_sentence_in_both_languages(kind):
    assert kind.sentence is not None
    assert kind.sentence.vi
    assert kind.sentence.en
    assert "[" not in said(kind.id).vi + said(kind.id).en
    assert "{" not in said(kind.id).vi + said(kind.id).en


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.id)
def test_sentences_name_only_public_fields_and_the_same_ones_in_both_languages(kind):
    public = {spec.id for spec in kind.public_fields}
    named = {m[1] for m in PLACEHOLDER.finditer(kind.sentence.vi)}
    assert named <= public
    assert named == {m[1] for m in PLACEHOLDER.finditer(kind.sentence.en)}


@pytest.mark.parametrize("kind", STEP_KINDS.values(), ids=lambda kind: kind.id)
def test_no_field_that_is_not_public_is_ever_said(kind):
    canaries = {name: f"canary:{name}:" for name in kind.fields}
    event = Tale().did(kind.id, DAY0, fields={**canaries, "note": "canary:note:"})
    heard = [sentence(event).vi, sentence(event).en]
    heard += [w for d in details(event) for w in (d.value.vi, d.value.en)]
    words = quote(event)
    heard += [words.vi] if words else []
    spoken = " ".join(text for text in heard if text)
    for spec in (*kind.fields.values(), *COMMON_FIELDS.values()):
        if spec.visibility is not Visibility.PUBLIC:
            assert f"canary:{spec.id}:" not in spoken
            assert whole_number(event, spec.id) is None


def test_a_template_that_names_a_private_field_still_says_nothing_of_it():
    loose = replace(STEP_KINDS["spray"], sentence=Words("Phun {product}", "Sprayed {product}"))
    assert _spoken(loose, {"product": "Thuốc A"}) == {}


def test_a_spray_tells_the_interval_on_the_label():
    assert said("spray", phi_days=3).vi == "Phun thuốc, nhãn ghi cách ly 3 ngày"
    assert said("spray", phi_days=1).en == "Sprayed; the label asks for 1 day before harvest"


def test_an_unknown_field_drops_its_part_of_the_sentence():
    assert said("spray").vi == "Phun thuốc"
    assert said("spray", phi_days="không rõ").en == "Sprayed"


def test_a_text_with_braces_stays_the_persons_text():
    assert said("sow", variety="{seed_lot} [x]").vi == "Gieo trồng, giống {seed_lot} [x]"


def test_a_choice_reads_as_part_of_the_sentence():
    assert said("lab_result", test="Chì", verdict="fail").vi == (
        "Kết quả kiểm nghiệm, Chì: không đạt"
    )


def test_a_farmers_own_words_are_a_quotation_without_translation():
    event = Tale().did("check_interval", DAY0, fields={"statement": " Không phun lứa này. "})
    assert quote(event) == Words("Không phun lứa này.", None)
    assert details(event) == ()


def test_the_packing_date_is_told_only_when_it_is_another_day():
    tale = Tale()
    same = tale.did("pack", DAY0, fields={"pack_date": "2026-11-01"})
    other = tale.did("pack", DAY0, fields={"pack_date": "2026-11-03"})
    assert details(same) == ()
    assert [d.value.vi for d in details(other)] == ["03/11/2026"]


def test_figures_carry_their_unit_in_each_language():
    event = Tale().did("lab_result", DAY0, fields={"value": 0.125, "limit": "1200"})
    assert [(d.value.vi, d.value.en) for d in details(event)] == [
        ("0,125 mg/kg", "0.125 mg/kg"),
        ("1.200 mg/kg", "1,200 mg/kg"),
    ]


def test_the_thresholds_come_from_the_rule_file():
    assert timedelta(hours=24) == rules.LATE == rules.CONFIRM_WITHIN
    assert timedelta(minutes=10) == rules.SKEW


def test_every_text_of_the_vocabulary_is_written_in_both_languages():
    for kind in STEP_KINDS.values():
        for spec in kind.fields.values():
            assert all(texts([spec.label.vi, spec.label.en]))
        assert kind.label.vi
        assert kind.label.en
