"""The table of what labels must say, by group of goods."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.labels.contents import FIXES
from traceapp.trace.label_contents import ALWAYS, GROUPS, ITEMS, MAY_BE_NONE, REPACKED, lacking

DOCUMENT = Path(__file__).parents[3] / "docs" / "contributors" / "labels.md"
FOOD = ("Thực phẩm", "Đồ uống")
items = st.frozensets(st.sampled_from(sorted(ITEMS)))


@pytest.mark.parametrize("group", GROUPS)
def test_every_item_of_a_group_is_in_the_table_and_what_it_needs_can_be_mended(group: str) -> None:
    assert set(GROUPS[group].items) <= set(ITEMS)
    assert {need[0] for need in GROUPS[group].needs} <= set(FIXES)


def test_every_item_has_its_article_and_both_names() -> None:
    assert all(item.article and item.name.vi and item.name.en for item in ITEMS.values())
    assert set(MAY_BE_NONE) == {"warnings"}


@pytest.mark.parametrize("group", FOOD)
def test_food_says_what_annex_i_lists(group: str) -> None:
    assert lacking(group, ALWAYS) == [
        *("net_quantity", "production_date", "expiry_date", "ingredients", "warnings"),
        *("use", "storage"),
    ]


def test_rice_says_less_and_wine_tells_its_alcohol() -> None:
    assert lacking("Lương thực", ALWAYS) == ["net_quantity", "production_date", "expiry_date"]
    assert "ethanol_percent" in lacking("Rượu", ALWAYS)


def test_one_of_use_and_storage_is_enough_for_what_is_made() -> None:
    said = {*ALWAYS, "ingredients", "specifications", "warnings"}
    assert lacking("Sành, sứ", said) == ["use"]
    assert lacking("Sành, sứ", said | {"storage"}) == []


@given(st.sampled_from(sorted(GROUPS)), items, st.booleans(), st.booleans())
def test_saying_what_lacks_is_enough_and_saying_more_never_lacks_more(
    group: str,
    said: frozenset[str],
    is_loose: bool,
    is_repacked: bool,
) -> None:
    lacks = lacking(group, said, is_loose=is_loose, is_repacked=is_repacked)
    assert not set(lacks) & said
    assert set(lacks) <= {*ALWAYS, *GROUPS[group].items, *REPACKED}
    assert lacking(group, said | {*lacks}, is_loose=is_loose, is_repacked=is_repacked) == []
    assert set(ALWAYS) - said <= set(lacks)


def test_fresh_goods_sold_loose_need_no_label() -> None:
    assert lacking("Thực phẩm", ALWAYS, is_loose=True) == []


def test_what_was_packed_again_tells_when() -> None:
    assert lacking("Thực phẩm", set(ITEMS) - {"packing_date"}, is_repacked=True) == ["packing_date"]


def test_the_document_shows_the_table_as_it_is() -> None:
    told = DOCUMENT.read_text(encoding="utf-8").splitlines()
    for item in ITEMS.values():
        none = "yes" if item.may_be_none else ""
        assert f"| `{item.id}` | {item.name.vi} | {item.article} | {none} |" in told
    for group, has in GROUPS.items():
        needs = ", ".join(" or ".join(need) for need in has.needs)
        assert f"| {group} | {needs} | {', '.join(has.may)} |" in told
