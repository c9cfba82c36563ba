"""What buyers abroad ask of a lot, as a checklist: there, missing, or not to be known here. Pure.

The list is data: each line names its source and the days from and until which it holds. It is no
legal advice. `is_read` is False where no text of the source was read here: ask before relying on
it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from traceapp.trace.words import Words

NEWEST_TEST = timedelta(days=90)
GROWN = frozenset({"vegetable", "fruit", "rice", "tea"})
INGREDIENT = "ingredient"
"""Materials that nobody eats are kept together with what is eaten."""
FOOD = GROWN | {"pig", "pork", "poultry", "egg", "processed", INGREDIENT}


class Market(StrEnum):
    """Where goods would go."""

    CHINA = "cn"
    UNION = "eu"
    STATES = "us"


class Answer(StrEnum):
    """Whether a line of the checklist is met, as far as it can be known from records here."""

    THERE = "there"
    MISSING = "missing"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What is known of a lot. `kinds` are certificates valid today and named for the lot.

    Materials such as rattan are of the family of ingredients and not eaten.
    A code or a whole origin is None where the lot was not grown on plots kept here.
    """

    family: str
    is_eaten: bool
    kinds: frozenset[str]
    passed_tests: tuple[date, ...]
    has_planting_codes: bool | None
    has_packing_code: bool
    is_traced_to_plots: bool | None
    has_harvest: bool
    has_packing: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line; `known` None is what no record here can show. `families` empty means any goods."""

    id: str
    market: Market
    what: Words
    source: Words
    is_read: bool
    known: Callable[[LotFacts, date], bool | None] | None = None
    families: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None


def checklist(market: Market, lot: LotFacts, today: date) -> tuple[tuple[Requirement, Answer], ...]:
    """Give the lines that hold today for goods of this family, each with its answer."""
    return tuple(
        (one, _answer(one, lot, today))
        for one in REQUIREMENTS
        if one.market is market
        and _is_about(one, lot)
        and (one.since is None or one.since <= today)
        and (one.until is None or today <= one.until)
    )


def to_come(market: Market, lot: LotFacts, today: date) -> tuple[Requirement, ...]:
    """Give the lines that begin to hold later."""
    return tuple(
        one
        for one in REQUIREMENTS
        if one.market is market
        and _is_about(one, lot)
        and one.since is not None
        and one.since > today
    )


def _is_about(one: Requirement, lot: LotFacts) -> bool:
    if not one.families:
        return True
    return lot.family in one.families and (lot.is_eaten or lot.family != INGREDIENT)


def _answer(one: Requirement, lot: LotFacts, today: date) -> Answer:
    met = None if one.known is None else one.known(lot, today)
    if met is None:
        return Answer.NOT_KNOWN
    return Answer.THERE if met else Answer.MISSING


def _is_tested(lot: LotFacts, today: date) -> bool:
    return any(today - NEWEST_TEST <= day <= today for day in lot.passed_tests)


def _has_gap(lot: LotFacts, _today: date) -> bool:
    return bool(lot.kinds & {"vietgap", "globalgap"})


def _has_globalgap(lot: LotFacts, _today: date) -> bool:
    return "globalgap" in lot.kinds


def _has_planting_codes(lot: LotFacts, _today: date) -> bool | None:
    return lot.has_planting_codes


def _has_packing_code(lot: LotFacts, _today: date) -> bool:
    return lot.has_packing_code


def _is_traced(lot: LotFacts, _today: date) -> bool | None:
    return lot.is_traced_to_plots


def _has_key_steps(lot: LotFacts, _today: date) -> bool:
    return lot.has_harvest and lot.has_packing


_PLANT_PAPER = Words(
    "Giấy chứng nhận kiểm dịch thực vật của lô hàng", "Phytosanitary certificate of the consignment"
)
_RESIDUES = Words(
    "Kết quả thử dư lượng đạt, không quá 90 ngày", "Residue test passed, not older than 90 days"
)
_PRACTICE = Words(
    "Thông lệ của người mua, số ngày là giả định ở đây; hãy hỏi người mua",
    "Practice of buyers; the number of days is assumed here, ask the buyer",
)
_RETAIL = Words("Thông lệ của nhà bán lẻ", "Practice of retailers")
_TRACED = Words("Ghi chép truy xuất liền mạch đến từng thửa", "Records complete back to each plot")

REQUIREMENTS = (
    Requirement(
        "cn_planting",
        Market.CHINA,
        Words("Mã số vùng trồng của mọi thửa", "Planting-area code of every plot"),
        Words(
            "Luật Trồng trọt, Điều 64; nước nhập khẩu nêu mã được chấp nhận",
            "Law on Crop Production, Article 64; the importing country names the codes it accepts",
        ),
        is_read=True,
        known=_has_planting_codes,
        families=GROWN,
    ),
    Requirement(
        "cn_packing",
        Market.CHINA,
        Words("Mã số cơ sở đóng gói", "Packing-house code"),
        Words("Quy định xuất khẩu", "Rules of export"),
        is_read=False,
        known=_has_packing_code,
        families=GROWN,
    ),
    Requirement(
        "cn_registration",
        Market.CHINA,
        Words(
            "Cơ sở đăng ký với Hải quan Trung Quốc (GACC)", "Registration with China Customs (GACC)"
        ),
        Words("Lệnh 248 của GACC và văn bản thay thế", "Decree 248 of GACC and what replaces it"),
        is_read=False,
        families=FOOD,
    ),
    Requirement(
        "cn_plant_paper",
        Market.CHINA,
        _PLANT_PAPER,
        Words("Công ước IPPC, tiêu chuẩn ISPM 12", "IPPC, standard ISPM 12"),
        is_read=False,
        families=GROWN,
    ),
    Requirement(
        "cn_residues",
        Market.CHINA,
        _RESIDUES,
        _PRACTICE,
        is_read=False,
        known=_is_tested,
        families=FOOD,
    ),
    Requirement(
        "cn_gap",
        Market.CHINA,
        Words(
            "VietGAP hoặc GLOBALG.A.P. còn hạn, ghi cho lô",
            "VietGAP or GLOBALG.A.P., valid and named for the lot",
        ),
        _PRACTICE,
        is_read=False,
        known=_has_gap,
        families=GROWN,
    ),
    Requirement(
        "eu_traced",
        Market.UNION,
        _TRACED,
        Words("Quy định (EC) 178/2002, Điều 18", "Regulation (EC) 178/2002, Article 18"),
        is_read=False,
        known=_is_traced,
        families=GROWN,
    ),
    Requirement(
        "eu_plant_paper",
        Market.UNION,
        _PLANT_PAPER,
        Words("Quy định (EU) 2016/2031", "Regulation (EU) 2016/2031"),
        is_read=False,
        families=GROWN,
    ),
    Requirement(
        "eu_entry",
        Market.UNION,
        Words(
            "Khai báo nhập khẩu trên TRACES, nếu hàng thuộc diện",
            "Entry document in TRACES, where the goods need one",
        ),
        Words("Quy định (EU) 2017/625", "Regulation (EU) 2017/625"),
        is_read=False,
    ),
    Requirement(
        "eu_residues",
        Market.UNION,
        _RESIDUES,
        _PRACTICE,
        is_read=False,
        known=_is_tested,
        families=FOOD,
    ),
    Requirement(
        "eu_globalgap",
        Market.UNION,
        Words("GLOBALG.A.P. còn hạn, ghi cho lô", "GLOBALG.A.P., valid and named for the lot"),
        _RETAIL,
        is_read=False,
        known=_has_globalgap,
        families=GROWN,
    ),
    Requirement(
        "us_facility",
        Market.STATES,
        Words(
            "Đăng ký cơ sở với FDA và báo trước lô hàng",
            "Facility registered with FDA, prior notice of the shipment",
        ),
        Words("21 CFR phần 1, mục H và I", "21 CFR part 1, subparts H and I"),
        is_read=False,
        families=FOOD,
    ),
    Requirement(
        "us_traced",
        Market.STATES,
        _TRACED,
        _RETAIL,
        is_read=False,
        known=_is_traced,
        families=GROWN,
    ),
    Requirement(
        "us_steps",
        Market.STATES,
        Words(
            "Ghi chép thu hoạch và đóng gói lần đầu, kèm mã lô",
            "Harvest and first packing on record, with the lot code",
        ),
        Words("21 CFR phần 1, mục S (FSMA 204)", "21 CFR part 1, subpart S (FSMA 204)"),
        is_read=True,
        known=_has_key_steps,
        families=frozenset({"vegetable", "fruit"}),
        since=date(2028, 7, 20),
    ),
)
