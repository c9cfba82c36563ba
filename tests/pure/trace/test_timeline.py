"""What belongs to a batch's way: seasons, ancestors, custody, order, folding."""

from dataclasses import replace

from tests.pure.trace.builders import (
    CLERK,
    HOA,
    LAN,
    MINH,
    NOW,
    OFFICER,
    VILLAGE,
    Tale,
    after,
    check,
    gaps,
    identifier,
    kinds,
    sources,
    step,
    steps,
)

SEASON, PLOT = identifier("season"), identifier("plot")


def grown(**changes):
    """Lan sows, sprays and cuts one lot on one plot."""
    tale = Tale()
    tale.lot("rau")
    place = {"season_id": SEASON, "plot_id": PLOT, "household": 3, **changes}
    tale.did("sow", after(0), fields={"variety": "lá tròn"}, **place)
    tale.did("spray", after(10), fields={"phi_days": 3, "product": "Thuốc A"}, **place)
    tale.did("harvest", after(20), outputs={"rau": 100}, name="harvest", **place)
    return tale, place


def test_a_batch_tells_its_season_up_to_the_harvest():
    tale, place = grown()
    tale.did("irrigate", after(21), **place)
    assert kinds(tale.document("rau")) == ["sow", "spray", "harvest"]


def test_another_harvest_of_the_season_is_another_batchs_story():
    tale, place = grown()
    tale.lot("rau khác")
    tale.did("harvest", after(15), outputs={"rau khác": 50}, **place)
    for name in ("rau", "rau khác"):
        document = tale.document(name)
        assert kinds(document) == ["sow", "spray", "harvest"]
        assert step(document, "harvest")["times"] == 1


def test_steps_on_the_plot_without_a_season_count_since_the_last_sowing():
    tale, place = grown(season_id=None)
    tale.did("spray", after(-40), fields={"phi_days": 99}, **place)
    assert kinds(tale.document("rau")) == ["sow", "spray", "harvest"]


def test_a_seasons_batch_without_a_harvest_record_still_has_its_season():
    tale = Tale()
    tale.lot("rau", season_id=SEASON)
    tale.did("sow", after(0), season_id=SEASON)
    tale.did("pack", after(5), about=["rau"])
    tale.did("irrigate", after(6), season_id=SEASON)
    assert kinds(tale.document("rau")) == ["sow", "pack"]


def test_another_producers_season_with_the_same_id_is_not_mixed_in():
    tale, _ = grown()
    tale.did("spray", after(11), MINH, season_id=SEASON, fields={"phi_days": 50})
    assert kinds(tale.document("rau")) == ["sow", "spray", "harvest"]


def test_an_officers_visit_to_the_plot_is_part_of_the_season():
    tale, place = grown()
    visit = {**place, "land_owner_id": LAN.organisation.id}
    tale.did("inspect", after(12), OFFICER, fields={"result": "remind"}, **visit)
    assert kinds(tale.document("rau")) == ["sow", "spray", "inspect", "harvest"]


def test_single_parents_are_told_as_one_line():
    tale, _ = grown()
    tale.lot("rau sạch")
    tale.lot("túi rau")
    tale.made("trim_wash", after(20, 2), inputs={"rau": 100}, outputs={"rau sạch": 90})
    tale.made("pack", after(20, 3), inputs={"rau sạch": 90}, outputs={"túi rau": 90})
    document = tale.document("túi rau")
    assert kinds(document) == ["sow", "spray", "harvest", "trim_wash", "pack"]
    assert [batch["product"]["vi"] for batch in document["merged"]] == ["rau sạch", "rau"]
    assert sources(document) == []


def test_what_happens_to_the_rest_of_the_herd_later_is_not_this_ones_story():
    tale = Tale()
    tale.lot("đàn")
    tale.lot("lợn xuất")
    tale.did("stock_in", after(0), outputs={"đàn": 60})
    tale.did("feed", after(1), about=["đàn"])
    tale.made("load_out", after(100), inputs={"đàn": 20}, outputs={"lợn xuất": 20})
    tale.did("treat", after(101), about=["đàn"], fields={"withdrawal_days": 28})
    assert kinds(tale.document("lợn xuất")) == ["stock_in", "feed", "load_out"]


def mixed():
    """Minh mixes Lan's greens, bought from her, with greens of an outside household."""
    tale, _ = grown()
    tale.bought("rau ngoài", MINH)
    tale.lot("rau gom", MINH)
    tale.sent("rau", after(21), (LAN, MINH), kg=60)
    tale.sent("rau", after(21, 1), (LAN, HOA), kg=40)
    tale.did("receive", after(21, 5), MINH, outputs={"rau ngoài": 20})
    parts = {"rau": 60, "rau ngoài": 20}
    tale.made("mix", after(22), MINH, inputs=parts, outputs={"rau gom": 80})
    return tale


def test_a_mix_opens_a_fold_with_the_largest_share_first():
    document = mixed().document("rau gom")
    first, second = sources(document)
    assert [s["share_pct"] for s in (first, second)] == [75.0, 25.0]
    assert first["share"] == {"vi": "75\N{NO-BREAK SPACE}%", "en": "75%"}
    assert document["entries"][0]["words"]["vi"] == "Từ 2 lô nguyên liệu"
    assert kinds(document) == ["mix"]


def test_a_source_tells_only_the_hand_offs_on_the_way_to_this_mix():
    first = sources(mixed().document("rau gom"))[0]
    assert kinds(first) == ["sow", "spray", "harvest", "ship", "transport", "receive"]
    assert first["entries"][3]["sentence"]["vi"] == "Giao cho Xưởng Minh"


def test_steps_at_hands_the_part_never_went_through_are_left_out():
    tale = mixed()
    tale.did("open_shelf", after(21, 9), HOA, about=["rau"], fields={"shelf": "Kệ 1"})
    tale.did("store_check", after(21, 9), LAN, about=["rau"])
    tale.did("store_check", after(21, 9), MINH, about=["rau"])
    first = sources(tale.document("rau gom"))[0]
    checks = [s for s in steps(first) if s["kind"] == "store_check"]
    assert "open_shelf" not in kinds(first)
    assert [s["who"]["organisation"]["vi"] for s in checks] == ["Xưởng Minh"]


def test_an_inspection_on_the_way_is_told_wherever_it_was_made():
    tale = mixed()
    tale.did("inspect", after(20, 5), OFFICER, about=["rau"], fields={"result": "pass"})
    assert "inspect" in kinds(sources(tale.document("rau gom"))[0])


def test_an_ancestor_reached_twice_is_told_once_and_referred_to():
    tale, _ = grown()
    for name in ("nạc", "mỡ", "giò"):
        tale.lot(name)
    tale.made("cut", after(21), inputs={"rau": 100}, outputs={"nạc": 60, "mỡ": 40})
    tale.made("make_batch", after(22), inputs={"nạc": 60, "mỡ": 40}, outputs={"giò": 90})
    lean, fat = sources(tale.document("giò"))
    assert kinds(lean) == ["sow", "spray", "harvest", "cut"]
    assert kinds(fat) == ["cut"]
    again = sources(fat)[0]
    assert again["same_as"] == lean["merged"][0]["key"]
    assert again["entries"] == []


def test_a_subject_later_used_by_others_does_not_tell_their_cooking():
    tale = mixed()
    assert "mix" not in kinds(tale.document("rau"))


def test_a_subject_split_into_new_lots_says_so():
    tale, _ = grown()
    tale.lot("rau A")
    tale.made("split", after(21), inputs={"rau": 100}, outputs={"rau A": 100})
    assert kinds(tale.document("rau"))[-1] == "split"


def test_many_alike_are_told_as_one_with_their_number():
    tale, place = grown()
    for day in (3, 6, 9):
        tale.did("irrigate", after(day), **place)
    watered = step(tale.document("rau"), "irrigate")
    assert watered["sentence"] == {"vi": "Tưới nước 3 lần", "en": "Watered 3 times"}
    assert (watered["times"], watered["when"]["vi"]) == (3, "04/11 – 10/11/2026")
    assert watered["time"] < watered["until"]


def test_feeding_is_counted_by_its_notes_because_animals_eat_more_often():
    tale = Tale()
    tale.lot("đàn")
    for day in (1, 30):
        tale.did("feed", after(day), about=["đàn"])
    fed = step(tale.document("đàn"), "feed")
    assert fed["sentence"] == {"vi": "Cho ăn, có 2 lần ghi", "en": "Fed, noted twice"}


def test_a_checked_step_is_never_folded_with_an_unchecked_one():
    tale, place = grown()
    tale.did("scout", after(3), **place)
    tale.did("scout", after(4), evidence=(check("coop", CLERK),), **place)
    found = [s for s in steps(tale.document("rau")) if s["kind"] == "scout"]
    assert [s["evidence"]["level"] for s in found] == ["self", "coop"]


def test_a_late_step_is_never_folded_away():
    tale, place = grown()
    tale.did("irrigate", after(3), **place)
    tale.did("irrigate", after(4), record_time=after(6), **place)
    found = [s for s in steps(tale.document("rau")) if s["kind"] == "irrigate"]
    assert [len(s["notes"]) for s in found] == [0, 1]


def test_the_same_work_on_several_plots_is_counted_by_plots():
    tale, place = grown()
    second = {**place, "plot_id": identifier("plot 2"), "household": 4}
    tale.did("harvest", after(20, 1), outputs={"rau": 30}, **second)
    cut = step(tale.document("rau"), "harvest")
    assert cut["sentence"]["vi"] == "Thu hoạch trên 2 thửa"
    assert "hộ số" not in cut["place"]["words"]["vi"]


def test_a_blocked_attempt_is_never_told():
    tale, place = grown()
    attempt = tale.did("harvest", after(12), outputs={"rau": 9}, **place)
    tale.events = {k: v for k, v in tale.events.items() if v is not attempt}
    tale.events["attempt"] = replace(attempt, status=type(attempt.status).ATTEMPT)
    assert kinds(tale.document("rau")) == ["sow", "spray", "harvest"]


def test_recalls_complaints_and_bookkeeping_stand_elsewhere():
    tale, _ = grown()
    for kind in ("recall_open", "suspend_code", "consumer_report", "sell", "waste", "void_labels"):
        tale.did(kind, after(22), about=["rau"], fields={"reason": "x", "text": "x"})
    tale.did("recall_return", after(23), HOA, inputs={"rau": 5}, name="return")
    back = tale.events["return"].ref.id
    tale.did("receive", after(24), LAN, outputs={"rau": 5}, ship_event_id=back)
    document = tale.document("rau")
    assert kinds(document) == ["sow", "spray", "harvest"]
    assert gaps(document) == []


def test_a_kind_unknown_to_the_vocabulary_is_mentioned_without_its_content():
    tale, _ = grown()
    tale.did("teleport", after(22), about=["rau"], fields={"secret": "bí mật"})
    other = steps(tale.document("rau"))[-1]
    assert other["sentence"]["vi"] == "Một bước khác"
    assert "bí mật" not in str(other)


def test_a_phone_in_the_future_does_not_push_a_step_behind_later_ones():
    tale, place = grown()
    tale.did("weed", after(300), record_time=after(5), **place)
    document = tale.document("rau")
    assert kinds(document) == ["sow", "weed", "spray", "harvest"]
    assert [n["kind"] for n in step(document, "weed")["notes"]] == ["time_order"]


def test_who_and_where_never_name_more_than_household_and_commune():
    tale, _ = grown()
    sown = step(tale.document("rau"), "sow")
    assert sown["who"]["words"] == {"vi": "Hộ số 3, HTX Lan", "en": "Household 3, HTX Lan (en)"}
    assert sown["place"]["words"] == {
        "vi": "hộ số 3, xã Bát Tràng, Hà Nội",
        "en": "household 3, Bát Tràng commune, Hà Nội",
    }


def test_the_route_runs_from_the_farthest_ancestor_to_the_shop():
    tale = mixed()
    far = replace(VILLAGE, kind="shop", commune="Tây Hồ", commune_kind="phường")
    tale.sent("rau gom", after(23), (MINH, HOA), kg=80)
    tale.events = {
        k: replace(e, place=far) if e.author is HOA else e for k, e in tale.events.items()
    }
    stops = tale.document("rau gom")["stops"]
    assert [s["organisation"]["vi"] for s in stops] == ["HTX Lan", "Xưởng Minh", "Quầy Hoa"]
    assert stops[-1]["place"]["words"]["vi"] == "cửa hàng, phường Tây Hồ, Hà Nội"


def test_a_very_deep_ladder_of_mixes_ends_with_a_word():
    tale = Tale()
    tale.lot("0")
    for level in range(60):
        tale.lot(f"{level + 1}")
        tale.bought(f"thêm {level}", MINH)
        parts = {f"{level}": 9, f"thêm {level}": 1}
        tale.made("mix", after(level), inputs=parts, outputs={f"{level + 1}": 10})
    assert "too_deep" in str(tale.document("60", NOW))
