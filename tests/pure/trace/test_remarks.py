"""Corrections, late entries, wrong clocks, evidence and the first screen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.pure.trace.builders import (
    CLERK,
    HOA,
    LAN,
    MINH,
    OFFICER,
    Tale,
    after,
    check,
    kinds,
    step,
    steps,
)
from traceapp.trace.facts import EvidenceLevel, PersonFact, PlaceFact

PLOT = UUID(int=7)
LAB = PersonFact(replace(MINH.organisation), "lab")


def harvested(**changes):
    tale = Tale()
    tale.lot("rau")
    facts: dict[str, Any] = {"plot_id": PLOT, "outputs": {"rau": 2700}, "name": "first"}
    tale.did("harvest", after(0), **facts | changes)
    return tale


def corrected(minutes=22, **changes):
    tale = harvested()
    first = tale.events["first"]
    more = {"plot_id": PLOT, "outputs": {"rau": 270}, "corrects": first.ref.id, **changes}
    when = more.pop("when", first.event_time)
    by = more.pop("by", CLERK)
    recorded = first.event_time + timedelta(minutes=minutes)
    tale.did("harvest", when, by, record_time=recorded, name="second", **more)
    return tale


def test_a_corrected_private_figure_is_said_to_be_corrected_without_showing_it():
    document = corrected().document("rau")
    assert kinds(document) == ["harvest"]
    assert step(document, "harvest")["corrections"] == [
        {
            "old": None,
            "words": {
                "vi": "Thư ký Thoa, HTX Lan đính chính sau 22 phút, lúc 01/11/2026 06:22. "
                "Con số được sửa không hiển thị công khai",
                "en": "Corrected after 22 minutes by Thư ký Thoa, HTX Lan (en), "
                "01/11/2026 06:22. The corrected figure is not shown publicly",
            },
            "at": "2026-11-01T06:22:00+07:00",
        }
    ]
    assert "270" not in str(document)


def test_a_corrected_public_text_shows_the_old_one_to_strike():
    tale = Tale()
    tale.lot("rau")
    first = tale.did("harvest", after(0), outputs={"rau": 10})
    tale.did("harvest", after(0, 24), outputs={"rau": 10}, corrects=first.ref.id)
    cut = step(tale.document("rau"), "harvest")
    assert cut["when"]["vi"] == "02/11/2026 06:00"
    assert cut["corrections"][0]["old"]["vi"] == "Thu hoạch, 01/11/2026 06:00"


def test_a_correction_of_a_correction_tells_both_and_holds_the_last():
    tale = corrected()
    second = tale.events["second"]
    tale.did(
        "harvest", after(0), record_time=after(2), outputs={"rau": 271}, corrects=second.ref.id
    )
    assert len(step(tale.document("rau"), "harvest")["corrections"]) == 2


def test_of_two_corrections_of_one_event_the_later_claim_holds_whichever_came_last():
    tale = corrected(minutes=60, place=PlaceFact("field", "Đúng", "xã", None))
    first = tale.events["first"].ref.id
    early = PlaceFact("field", "Sai", "xã", None)
    tale.did(
        "harvest",
        after(0, -0.5),
        record_time=after(3),
        outputs={"rau": 1},
        corrects=first,
        place=early,
    )
    assert step(tale.document("rau"), "harvest")["place"]["commune"] == "Đúng"


def test_nobody_corrects_another_producers_event():
    document = corrected(by=HOA).document("rau")
    assert len(steps(document)) == 2
    assert all(s["corrections"] == [] for s in steps(document))


def test_of_events_that_correct_each_other_in_a_circle_none_holds():
    tale = corrected()
    first, second = tale.events["first"], tale.events["second"]
    tale.events["first"] = replace(first, corrects=second.ref.id)
    assert steps(tale.document("rau")) == []


def test_a_step_taken_back_from_a_batch_stays_visible_as_taken_back():
    tale = harvested()
    tale.lot("nhầm")
    wrong = tale.did("chill", after(1), about=["rau"])
    tale.did("chill", after(1), record_time=after(2), about=["nhầm"], corrects=wrong.ref.id)
    chilled = step(tale.document("rau"), "chill")
    assert [n["kind"] for n in chilled["notes"]] == ["withdrawn"]
    assert [s["notes"] for s in steps(tale.document("nhầm"))] == [[]]


def test_a_step_recorded_more_than_a_day_late_says_so():
    on_time = harvested(record_time=after(1)).document("rau")
    late = harvested(record_time=after(1, 13.2)).document("rau")
    assert step(on_time, "harvest")["notes"] == []
    assert [n["words"]["vi"] for n in step(late, "harvest")["notes"]] == [
        "Ghi muộn 37 giờ sau khi làm"
    ]


def test_correcting_later_does_not_make_a_step_late():
    assert step(corrected(minutes=60 * 72).document("rau"), "harvest")["notes"] == []


def test_a_wrong_phone_clock_is_said():
    slow = harvested(skew_minutes=-195).document("rau")
    right = harvested(skew_minutes=10).document("rau")
    assert [n["words"]["vi"] for n in step(slow, "harvest")["notes"]] == [
        "Lúc ghi, đồng hồ điện thoại chạy chậm 3 giờ 15 phút"
    ]
    assert step(right, "harvest")["notes"] == []


def test_a_harvest_that_names_no_plot_says_that_nothing_is_known_of_the_field():
    tale = harvested(plot_id=None)
    tale.did("spray", after(-5), plot_id=PLOT, fields={"product": "Abamectin", "phi_days": 3})
    document = tale.document("rau")
    assert kinds(document) == ["harvest"]
    (note,) = step(document, "harvest")["notes"]
    assert note["kind"] == "no_plot"
    assert note["words"]["vi"].startswith("Chưa ghi thu hoạch ở thửa nào")
    in_season = harvested(plot_id=None, season_id=PLOT).document("rau")
    assert step(in_season, "harvest")["notes"] == []


def test_using_what_was_not_there_yet_is_said():
    tale = harvested()
    tale.lot("túi")
    tale.made("pack", after(-1), inputs={"rau": 10}, outputs={"túi": 10})
    assert [n["kind"] for n in step(tale.document("túi"), "pack")["notes"]] == ["time_order"]


def marked(*evidence, by=LAN):
    tale = Tale()
    tale.lot("rau")
    tale.did("harvest", after(0), by, outputs={"rau": 1}, evidence=evidence)
    return step(tale.document("rau"), "harvest")["evidence"]


def test_without_a_check_a_step_is_called_self_declared():
    assert marked()["level"] == "self"
    assert marked()["words"]["vi"] == "Tự khai, chưa có ai khác kiểm tra"


def test_the_same_cooperative_is_never_an_independent_check():
    found = marked(check("coop", CLERK))
    assert found["independent"] is False
    assert found["words"]["en"] == "Confirmed in the same co-operative"
    same_business = marked(check("coop", MINH))
    assert same_business["words"]["vi"] == "Người khác cùng cơ sở xác nhận"


def test_the_highest_check_counts_and_names_who_and_when():
    lab = replace(check("lab", LAB), at=after(3))
    found = marked(check("coop", CLERK), lab, check("counterpart", HOA))
    assert (found["level"], found["independent"]) == ("lab", True)
    assert found["words"]["vi"] == "Xưởng Minh đã đo 04/11/2026"


def test_a_record_made_by_the_authority_is_not_called_a_check_of_it():
    assert marked(check("inspector", OFFICER), by=OFFICER)["words"]["vi"] == "Do Cơ quan ghi"


def test_levels_are_ranked_from_self_to_laboratory():
    assert [level.rank for level in EvidenceLevel] == [0, 1, 2, 3, 4]


def summary(tale, lot="rau"):
    return tale.document(lot)["summary"]


def test_the_first_screen_names_the_highest_check_and_its_step():
    tale = harvested(evidence=(check("coop", CLERK),))
    best = summary(tale)["evidence"]
    assert (best["level"], best["step"]["vi"]) == ("coop", "Thu hoạch")
    assert summary(harvested())["evidence"] is None


def test_a_failed_test_or_a_mere_sample_is_not_shown_off():
    tale = harvested()
    lab, office = (check("lab", LAB),), (check("inspector", OFFICER),)
    tale.did("lab_result", after(1), about=["rau"], fields={"verdict": "fail"}, evidence=lab)
    tale.did("take_sample", after(2), OFFICER, about=["rau"], evidence=office)
    assert summary(tale)["evidence"] is None


def test_the_key_event_is_the_harvest_with_its_verb():
    assert summary(harvested())["key_event"]["words"] == {
        "vi": "Hái 01/11/2026",
        "en": "Harvested 01/11/2026",
    }
    rice = Tale()
    rice.lot("rau", family="rice")
    rice.did("harvest", after(0), outputs={"rau": 1})
    assert summary(rice)["key_event"]["verb"]["vi"] == "Gặt"


def mixed_of_two(second_has_harvest):
    tale = harvested()
    tale.lot("khác")
    tale.lot("gom")
    if second_has_harvest:
        tale.did("harvest", after(2), outputs={"khác": 5})
    tale.made("mix", after(3), inputs={"rau": 5, "khác": 5}, outputs={"gom": 10})
    return tale


def test_several_harvests_give_a_span_and_an_unknown_one_only_the_mixing():
    known = summary(mixed_of_two(True), "gom")["key_event"]
    assert known["words"]["vi"] == "Hái 01/11 – 03/11/2026"
    unknown = summary(mixed_of_two(False), "gom")["key_event"]
    assert unknown["words"]["vi"] == "Trộn từ nhiều nguồn 04/11/2026"


def sprayed(*sprays, harvest=20):
    tale = Tale()
    tale.lot("rau")
    season: dict[str, Any] = {"season_id": LAN.organisation.id}
    for day, label in sprays:
        fields = {} if label is None else {"phi_days": label}
        tale.did("spray", after(day), fields=fields, **season)
    tale.did("harvest", after(harvest), outputs={"rau": 1}, **season)
    return tale


def test_the_spray_with_the_least_time_to_spare_counts():
    spray = summary(sprayed((5, 14), (15, 3)))["spray"]
    assert (spray["days"], spray["label_days"], spray["enough"]) == (15, 14, True)
    short = summary(sprayed((15, 7)))["spray"]
    assert (short["days"], short["enough"]) == (5, False)


def test_a_spray_after_the_harvest_is_the_next_cuts_business():
    assert summary(sprayed((5, 3), (21, 30)))["spray"]["days"] == 15


def test_without_sprays_or_with_an_unknown_label_nothing_is_claimed():
    assert summary(sprayed())["spray"] is None
    assert summary(sprayed((15, None), (2, 3)))["spray"] is None


def test_a_spray_is_not_spoken_of_while_one_source_is_unknown():
    tale = sprayed((5, 3))
    tale.bought("ngoài", LAN)
    tale.lot("gom")
    tale.did("receive", after(21), outputs={"ngoài": 5})
    tale.made("mix", after(22), inputs={"rau": 5, "ngoài": 5}, outputs={"gom": 10})
    assert summary(tale, "gom")["spray"] is None
