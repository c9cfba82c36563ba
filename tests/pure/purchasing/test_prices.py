"""The board carries no prices and no addresses; amounts, days and hours are neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.purchasing.prices import Unwanted, find

PRICES = (
    *(
        "20.000đ",
        "20 000 đồng/kg",
        "20k",
        "20 k/kg",
        "20.000/kg",
        "giá 20.000",
        "Giá: 20",
        "25 nghìn",
    ),
    *("1,2 triệu", "15000 VND", "₫20,000", "$2 per kg", "2 USD", "12.000 một kg", "price 12"),
    *("giá mua vào 18.000", "18000/túi", "8.000 mỗi bó"),
    *("hai mươi nghìn một cân", "mười lăm ngàn/kg", "giá hai chục nghìn", "hai muoi nghin dong"),
    *("trả ba mươi nghìn", "một trăm nghìn đồng", "2 chục nghìn", "hai mươi lăm nghìn mỗi bó"),
    *("20000d/kg", "20.000 d", "tối đa 20000", "giá hai mươi", "hai chục một ký"),
    *("twenty thousand dong", "five dollars", "twenty-five thousand per kg", "hai đô la"),
)
PLAIN = (
    *(
        "100 kg một tuần",
        "100 kg/tuần",
        "500 g/túi",
        "giá đỗ 20 kg",
        "giao trước 6 giờ",
        "Từ 01/12",
    ),
    *(
        "túi 0,5 kg",
        "0-4 °C",
        "TCVN 11892-1:2017",
        "5 kg cải, 10 bó hành",
        "Loại 1",
        "20 km",
        "7h30",
    ),
    *("hai nghìn quả trứng", "một nghìn con giống", "mười lăm cân", "ba trăm túi một tuần"),
    *("trồng năm đồng ruộng", "hai mươi khay", "two thousand eggs", "giá đỗ hai mươi cân"),
    *("trứng hai nghìn quả mỗi tuần", "một trăm năm mươi hộp", "sáu triệu cây giống"),
    *("tối đa 20000 quả", "tối đa 100 kg", "năm mươi mốt cân", "trứng một chục một hộp"),
    *("Giá thể sạch", "HTX số 3", "ngày 29/11/2026", "10 khay", "100kg", "every 2 weeks", "24/7"),
)
ADDRESSES = (
    *("0900 000 001", "gọi 0912.345.678", "+84 912 345 678", "lan@example.vn", "zalo.me/123"),
    *("Zalo: rausach68", "nhắn Zalo nhé", "fb.com/rausach", "Facebook: Rau Lan"),
)


@pytest.mark.parametrize("text", PRICES)
def test_a_price_is_found(text: str) -> None:
    found = find(f"Cần rau {text}, giao sớm")
    assert found is not None
    assert found[0] is Unwanted.PRICE


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_price_is_left_alone(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_found(text: str) -> None:
    found = find(text)
    assert found is not None
    assert found[0] is Unwanted.ADDRESS


@given(
    st.integers(1, 999_999),
    st.sampled_from(["đ", "đồng", " vnd", " VNĐ", "k", " nghìn"]),
    st.sampled_from(["", "/kg", " một kg", "/túi"]),
    st.sampled_from(["Cần rau ", "", "trả "]),
)
def test_money_is_found_however_it_is_written(
    amount: int, money: str, per: str, before: str
) -> None:
    assert find(f"{before}{amount}{money}{per}") is not None
    assert find(f"{before}{amount:,}".replace(",", ".") + money + per) is not None


@given(st.integers(1, 9999), st.sampled_from(["kg", " kg", " tạ", " túi", " bó", " con", " km"]))
def test_an_amount_is_no_price(amount: int, unit: str) -> None:
    assert find(f"Cần {amount}{unit} mỗi tuần") is None


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    found = find(text)
    assert found is None or found[1]
