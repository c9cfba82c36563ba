"""Which producers look like one that asks to join, by names as co-operatives have them."""

from uuid import UUID

import pytest

from traceapp.admission.similarity import SIMILAR, Known, Likeness, matches, name_score
from traceapp.database.folding import fold

BAT_TRANG = ("Hà Nội", "xã", "Bát Tràng")
VAN_DUC = ("Hà Nội", "xã", "Văn Đức")


def known(number: int, name: str, **changes: object) -> Known:
    values = {"commune": BAT_TRANG, "street": "", "phone": None, "tax_code": None} | changes
    return Known(UUID(int=number), fold(name), **values)  # type: ignore[arg-type]


def score(one: str, other: str) -> float:
    return name_score(fold(one), fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTX Rau an toàn Bãi Xanh", "Hợp tác xã rau an toàn Bãi Xanh"),
        ("HTX Rau an toàn Bãi Xanh", "HTX RAU AN TOAN BAI XANH"),
        ("Công ty TNHH Giò chả Ước Lễ", "Giò chả Ước Lễ"),
        ("Rau an toàn Văn Đức (HTX)", "HTX Văn Đức - Rau an toàn"),
    ],
)
def test_the_legal_form_marks_and_order_make_no_other_name(one: str, other: str) -> None:
    assert score(one, other) == score(other, one) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTX Rau an toàn Bãi Xanh", "HTX Dịch vụ nông nghiệp Bãi Xanh"),
        ("HTX Rau an toàn Bãi Xanh", "HTX Rau sạch Bãi Xan"),
        ("HTX Văn Đức", "HTX Vănđức"),
        ("HTX Chè Ba Vì", "Hợp tác xã chè Bavì"),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_similar(one: str, other: str) -> None:
    assert SIMILAR <= score(one, other) < 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTX Rau an toàn Văn Đức", "HTX Rau an toàn Đông Dư"),
        ("HTX Nông nghiệp công nghệ cao Đan Phượng", "HTX Nông nghiệp công nghệ cao Mê Linh"),
        ("Trang trại lợn Gò Mít", "Trại gà Ba Vì"),
    ],
)
def test_doing_the_same_is_not_being_called_the_same(one: str, other: str) -> None:
    assert score(one, other) < SIMILAR


def test_names_of_trade_words_alone_are_compared_as_they_are() -> None:
    assert score("HTX Rau an toàn", "Hợp tác xã rau an toàn") == 1.0
    assert score("HTX", "HTX") == 1.0
    assert score("HTX", "HTX Văn Đức") == 0.0


def test_address_tax_code_and_phone_are_compared_beside_the_name() -> None:
    asking = known(
        1, "HTX Mới", street=fold("Thôn 3, đường Đê"), phone="0912 345 678", tax_code="0101234567"
    )
    others = [
        known(2, "Trại Lan", street=fold("thôn 3 Đường đê")),
        known(3, "Trại Hoa", commune=VAN_DUC, street=fold("Thôn 3, đường Đê")),
        known(4, "Trại Minh", phone="+84912345678"),
        known(5, "Trại Tùng", tax_code="0101234567", street=fold("Thôn 3, đường đê")),
        known(6, "Trại Nam"),
    ]
    found = {one.known.producer_id.int: one.likenesses for one in matches(asking, others)}
    assert found == {
        5: (Likeness.SAME_ADDRESS, Likeness.SAME_TAX_CODE),
        2: (Likeness.SAME_ADDRESS,),
        4: (Likeness.SAME_PHONE,),
    }
    assert next(iter(found)) == 5


def test_nobody_is_alike_to_itself_and_missing_numbers_are_not_the_same() -> None:
    asking = known(1, "HTX Bãi Xanh")
    assert matches(asking, [asking, known(2, "Trại gà")]) == []
