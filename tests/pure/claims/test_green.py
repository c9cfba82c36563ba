"""General green claims are found in both languages; colours, food, names and cleaning are none."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.claims.green import (
    AS_FIGURE,
    INSTEAD,
    NEUTRAL,
    SAVING,
    VAGUE,
    as_read,
    find,
    is_basis,
)
from traceapp.database.folding import fold

CLAIMS = [
    ("Giỏ mây thân thiện môi trường", "thân thiện môi trường", VAGUE),
    ("Thân thiện với môi trường, bền", "Thân thiện với môi trường", VAGUE),
    ("Làm vì môi trường", "vì môi trường", VAGUE),
    ("Không gây hại cho môi trường", "Không gây hại cho môi trường", VAGUE),
    ("Sản phẩm xanh của làng", "Sản phẩm xanh", VAGUE),
    ("Thực phẩm sạch Hồ Tây", "Thực phẩm sạch", VAGUE),
    ("SẢN PHẨM SẠCH", "SẢN PHẨM SẠCH", VAGUE),
    ("Sản Phẩm Xanh", "Sản Phẩm Xanh", VAGUE),
    ("Rau sạch mỗi ngày", "sạch", VAGUE),
    ("Thịt lợn sạch", "sạch", VAGUE),
    ("Gạo sạch, ngon", "sạch", VAGUE),
    ("Xanh, sạch, đẹp", "Xanh", VAGUE),
    ("Giỏ xanh cho nhà bạn", "xanh", VAGUE),
    ("Bao bì sinh thái", "Bao bì sinh thái", VAGUE),
    ("Bao bì phân hủy sinh học", "phân hủy sinh học", VAGUE),
    ("Sản phẩm bền vững", "Sản phẩm bền vững", VAGUE),
    ("Trung hòa các-bon từ 2024", "Trung hòa các-bon", NEUTRAL),
    ("Không phát thải", "Không phát thải", NEUTRAL),
    ("An eco-friendly basket", "eco-friendly", VAGUE),
    ("An eco friendly basket", "eco friendly", VAGUE),
    ("Environmentally-friendly dyeing", "Environmentally-friendly", VAGUE),
    ("A green product", "green", VAGUE),
    ("Greener than before", "Greener", VAGUE),
    ("Sustainable silk", "Sustainable", VAGUE),
    ("Nature's friend", "Nature's friend", VAGUE),
    ("Good for the planet", "Good for the planet", VAGUE),
    ("Clean food for all", "Clean food", VAGUE),
    ("100% natural", "100% natural", VAGUE),
    ("Climate neutral noodles", "Climate neutral", NEUTRAL),
    ("Carbon-neutral delivery", "Carbon-neutral", NEUTRAL),
    ("zero emission", "zero emission", NEUTRAL),
    ("Biodegradable bag", "Biodegradable", VAGUE),
    ("Rau Sạch Bát Tràng", "Sạch", VAGUE),
    ("Giỏ Mây Xanh", "Xanh", VAGUE),
    ("Our Green Basket", "Green", VAGUE),
    ("100 % tự nhiên", "100 % tự nhiên", VAGUE),
    ("Không độc hại", "Không độc hại", VAGUE),
    ("Better for the environment", "Better for the environment", VAGUE),
    ("Net zero by 2030", "Net zero", NEUTRAL),
    ("Giỏ mây sinh thái", "sinh thái", VAGUE),
    ("Túi sinh thái", "sinh thái", VAGUE),
    ("Giỏ mây bền vững", "bền vững", VAGUE),
    ("An toàn cho môi trường", "An toàn cho môi trường", VAGUE),
    ("Thân thiện với tự nhiên", "Thân thiện với tự nhiên", VAGUE),
    ("Giữ gìn môi trường", "Giữ gìn môi trường", VAGUE),
    ("Trung hoà CO2", "Trung hoà CO2", NEUTRAL),
    ("Phát thải thấp", "Phát thải thấp", NEUTRAL),
    ("Gio may than thien moi truong", "than thien moi truong", VAGUE),
    ("Gio may than thiện voi môi truong", "than thiện voi môi truong", VAGUE),
    ("San pham sach", "San pham sach", VAGUE),
    ("Gentle on the environment", "Gentle on the environment", VAGUE),
    ("Kind to nature", "Kind to nature", VAGUE),
    ("Harmless to the environment", "Harmless to the environment", VAGUE),
    ("Carbon friendly", "Carbon friendly", VAGUE),
    ("Energy efficient weaving", "Energy efficient", VAGUE),
    ("A biobased bag", "biobased", VAGUE),
    ("Green-label basket", "Green-label", VAGUE),
    ("Green-certified", "Green-certified", VAGUE),
    ("eco_friendly", "eco_friendly", VAGUE),
    ("Giảm 40 % điện", "Giảm 40 % điện", SAVING),
    ("Tiết kiệm 30% nước", "Tiết kiệm 30% nước", SAVING),
    ("Giảm 40 % điện và than củi", "Giảm 40 % điện", SAVING),
    ("Tiet kiem nuoc 30,5 %", "Tiet kiem nuoc 30,5 %", SAVING),
    ("Giảm phát thải 12 %", "Giảm phát thải 12 %", SAVING),
    ("40 % less water", "40 % less water", SAVING),
    ("We use 30 % less water", "30 % less water", SAVING),
    ("Use 30 % less energy", "30 % less energy", SAVING),
    ("Reduces CO2 40 %", "Reduces CO2 40 %", SAVING),
    ("Reduces CO2 emissions 40 %", "Reduces CO2 emissions 40 %", SAVING),
    ("Lowers energy use by 8 %", "Lowers energy use by 8 %", SAVING),
    ("Water reduced 9 %", "Water reduced 9 %", SAVING),
    ("Tui sinh thai", "sinh thai", VAGUE),
    ("Gio may ben vung", "ben vung", VAGUE),
    ("Saves up to 30% energy", "Saves up to 30% energy", SAVING),
    ("Cutting waste by 5 %", "Cutting waste by 5 %", SAVING),
]
NONE = [
    *("", "Chè xanh một tôm hai lá", "Trà xanh", "Đậu xanh", "Bưởi da xanh", "Rau xanh ăn lá"),
    *("Màu xanh lá", "Khăn nhuộm xanh lam", "Vỏ xanh, ruột đỏ", "Chuối xanh", "Hành lá", "Lá xanh"),
    *("Rửa sạch, nấu chín", "Làm sạch cỏ", "Lau sạch bằng khăn ẩm", "Nhặt sạch cỏ trước khi gieo"),
    *("Để nơi sạch, khô", "Ngâm nước sạch", "Sản xuất sạch hơn", "Sách nấu ăn", "Thanh, xách"),
    *("Green tea", "Green beans, 300 g", "Leafy greens", "Green papaya", "Wash clean before use"),
    *("Cleaner production", "Evergreen", "Greenhouse tomatoes", "The green leaves", "Dark green"),
    *("Keep in a clean, dry place", "Song mây ít hơn 2,5 % so với 2025, đo bằng sổ kho"),
    *("Điện giảm 6,5 % mỗi giỏ", "Economy pack", "Ecuador", "Naturally dried", "Môi trường nước"),
    *("Du lịch sinh thái Ba Vì", "Hệ sinh thái ao", "Khu công nghiệp sinh thái", "Sinh thái học"),
    *("Phạm vi môi trường", "Vi khí hậu nhà kính", "Do sach cua nuoc", "Sách bền"),
    *("Phát thải thấp hơn 20 % so với 2025", "Energy efficiency audit", "A kind of nature reserve"),
    *(
        "Giảm 40 % điện mỗi giỏ so với 2025",
        "So với năm 2024, tiết kiệm 3,5 % nước",
        "Giảm 5 % giá",
    ),
    *("40 % less water than in 2024", "Saved 2.5 % of the water since 2024", "Sấy giảm 60 % nước"),
    *(
        "Sinh kế bền vững cho bà con",
        "Sinh ke ben vung",
        "Giảm nghèo bền vững",
        "Thu nhập bền vững",
    ),
    *("Sustainable livelihoods", "Du lich sinh thai Ba Vi", "He sinh thai ao", "Sinh thai hoc"),
    *("Use 30 % less water for new rice", "Soak it, then add 20 % less water.", "Ket cau ben vung"),
    *("Trồng ngoài trời", "Khâu tráng và phơi", "Bảo ôn lò sấy và bịt khe hở", "Kết cấu bền vững"),
]


@pytest.mark.parametrize(("text", "words", "why"), CLAIMS)
def test_a_general_claim_is_found_with_its_words_and_why(text: str, words: str, why: str) -> None:
    first = find(text)[0]
    assert (first.words, first.why) == (words, why)
    assert text[first.start : first.start + len(words)] == words


def test_a_saving_is_to_be_a_figure_and_each_sentence_compares_its_own() -> None:
    assert find("Giảm 40 % điện. Nhẹ hơn so với 2025")[0].instead == AS_FIGURE
    assert find("Sản phẩm xanh")[0].instead == INSTEAD


@pytest.mark.parametrize(("text", "words", "why"), CLAIMS)
def test_it_is_found_however_its_letters_are_put_together(text: str, words: str, why: str) -> None:
    assert find(unicodedata.normalize("NFD", text))[0].why == why
    assert find(f"Một câu trước. {text}\nvà một câu sau")
    assert find(text.upper())


@pytest.mark.parametrize("hidden", ["\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufeff"])
@pytest.mark.parametrize(("text", "words", "why"), CLAIMS)
def test_letters_nobody_sees_hide_none(text: str, words: str, why: str, hidden: str) -> None:
    first = find(hidden.join(unicodedata.normalize("NFD", text)))[0]
    assert (first.words, first.why) == (words, why)
    assert find(text.replace(" ", " \u00a0 "))[0].why == why


@pytest.mark.parametrize("text", NONE)
def test_colours_food_names_and_cleaning_are_no_claims(text: str) -> None:
    assert find(text) == []


def test_who_is_called_so_may_say_it_and_nobody_else() -> None:
    names = ("HTX Rau an toàn Bãi Xanh", "Green Field co-operative")
    for text in ("Rau muống Bãi Xanh", "HTX Rau an toàn Bãi Xanh"):
        assert find(text, names) == []
        assert find(text)
    assert find("Rau Sạch Bãi Xanh", names)[0].words == "Sạch"
    assert find("Rau bãi xanh", names)


def test_a_registered_name_that_stands_there_whole_is_no_claim() -> None:
    shop = ("Cửa hàng Thực phẩm sạch Hồ Tây", "Clean Food of West Lake")
    for text in ("Hàng bán tại Cửa hàng Thực phẩm sạch Hồ Tây.", "Sold at Clean Food of West Lake"):
        assert find(text, registered=shop) == []
        assert find(text, names=shop)
    for text in ("Thực phẩm sạch Hồ Tây", "Thực phẩm sạch, thực phẩm ngon", "Clean food"):
        assert find(text, registered=shop)
    assert find("Thực phẩm sạch", registered=("Thực phẩm sạch",))  # which is nothing but a claim
    mixed = "Cửa hàng Thực phẩm sạch Hồ Tây: sản phẩm xanh"
    assert [one.words for one in find(mixed, registered=shop)] == ["sản phẩm xanh"]


def test_all_claims_of_a_text_are_told_in_order_and_none_twice() -> None:
    text = "Sản phẩm xanh, eco-friendly, thân thiện môi trường và sạch"
    told = [one.words for one in find(text)]
    assert told == ["Sản phẩm xanh", "eco-friendly", "thân thiện môi trường", "sạch"]


@given(st.text())
def test_any_text_is_read_and_places_are_right(text: str) -> None:
    whole = as_read(text)
    end = 0
    for one in find(text):
        assert one.words
        assert whole[one.start : one.start + len(one.words)] == one.words
        assert one.start >= end
        end = one.start + len(one.words)


@given(st.sampled_from([text for text, _, _ in CLAIMS]), st.sampled_from(NONE))
def test_what_is_no_claim_hides_none(claim: str, plain: str) -> None:
    assert find(f"{plain}. {claim}")
    assert find(f"{claim}. {plain}")


@pytest.mark.parametrize(
    ("scheme", "counts"),
    [
        ("Nhãn sinh thái Việt Nam", True),
        ("EU Ecolabel", True),
        ("Nhãn Xanh Việt Nam", True),
        ("ISO 14024:2018", True),
        ("VietGAP", False),
        ("ISO 14001", False),
        ("OCOP", False),
    ],
)
def test_an_eco_label_is_a_basis(scheme: str, counts: bool) -> None:
    assert is_basis(fold(scheme)) is counts
