"""Finds general green claims in a text: “eco-friendly”, “sạch”, “thân thiện môi trường”.

A general claim says that goods are good for the world without saying what is less, since when and
compared with what. The idea follows Directive (EU) 2024/825; what Vietnamese law says of it was not
looked into. Colours, vegetables, names and cleaning are no claims: “chè xanh”, “green beans”,
“rửa sạch”, and “Bãi Xanh” where somebody is called so. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traceapp.problem import N_

VAGUE = N_("“{words}” is a general green claim: it names nothing that anybody can check.")
NEUTRAL = N_("“{words}” promises an effect on climate or nature that no record here can show.")
SAVING = N_("“{words}” says how much less without saying since when and compared with what.")
AS_FIGURE = N_(
    "Record it as a figure of an assessment, with before, after and their periods, or write here "
    "what it is compared with."
)
INSTEAD = N_(
    "Write what is used up or let out less, since when and compared with what. Goods with an "
    "eco-label may say so once an authority confirmed that its certificate here covers them."
)
LEFT_OUT = "[…]"
# Schemes whose certificate is a basis, as it is folded: without marks, in small letters.
ECO_LABELS = ("nhan sinh thai", "nhan xanh viet nam", "ecolabel", "eco-label", "iso 14024")


def _or_unmarked(pattern: str) -> str:
    """Let each letter be typed without its marks; letters with other marks stay other words."""
    letters = unicodedata.normalize("NFC", pattern)
    plain = (unicodedata.normalize("NFD", one)[0].replace("đ", "d") for one in letters)
    return "".join(
        one if one == bare else f"[{one}{bare}]" for one, bare in zip(letters, plain, strict=True)
    )


# Without marks these are other words: “do sach” may be “độ sạch”, how clean water is.
_MARKED_GOODS = r"(?:hàng|đồ|sống|chuỗi)"
_GOODS = (
    r"(?:sản phẩm|thực phẩm|nông sản|hàng hóa|hàng hoá|thương hiệu|công nghệ|năng lượng|"
    r"nông nghiệp|tiêu dùng|sản xuất|bao bì|lối sống|nguồn gốc)"
)
_IS_GOOD = r"(?:xanh|sạch(?! hơn)|bền vững|sinh thái)\b"
_WORLD = r"(?:môi trường|thiên nhiên|trái đất|hành tinh|khí hậu|sinh thái)"
_OR_NATURE = rf"(?:{_WORLD}|tự nhiên)"
_OF_WORLD = r"(?:eco|enviro\w*|planet|earth|nature|climate|carbon)"
_THE_WORLD = r"(?:the |our )?(?:planet|environment|nature|earth|climate)\b"
_PART = r"\d+(?:[.,]\d+)? ?%"
# “Giảm 60 % nước” may be drying, so only saved water counts.
_USED = (
    r"(?:điện|năng lượng|nhiên liệu|than|gas|khí thải|phát thải|rác|nhựa|chất thải|nước thải|"
    r"các[ -]?bon|carbon|co2|co₂)\b"
)
_USED_EN = (
    r"(?:water|energy|electricity|power|fuel|coal|gas|emissions?|carbon|co2|co₂|waste|plastic)\b"
)
_MUCH = r"(?:up to |about |over )?"
_CUT = r"\b(?:sav(?:es?|ed|ing)|reduc(?:es?|ed|ing)|cuts?|cutting|lower(?:s|ed|ing)?)"
_USE = r"(?: (?:use|emissions?|consumption))?"
_VIETNAMESE = (
    (SAVING, rf"\b(?:giảm|bớt|tiết kiệm)(?: được| tới| đến| khoảng| hơn)? {_PART} {_USED}"),
    (SAVING, rf"\btiết kiệm (?:nước {_PART}|(?:(?:được|tới|đến|khoảng|hơn) )?{_PART} nước\b)"),
    (SAVING, rf"\b(?:giảm|tiết kiệm) {_USED} {_PART}"),
    (VAGUE, rf"thân thiện(?: với)? {_OR_NATURE}|(?:bảo vệ|tốt cho) {_WORLD}"),
    (VAGUE, rf"an toàn (?:cho|(?:đối )?với) {_OR_NATURE}|(?:giữ gìn|gìn giữ) {_OR_NATURE}"),
    (VAGUE, rf"\b(?:không|ít)(?: gây)? (?:hại|ô nhiễm|ảnh hưởng)(?: (?:cho|đến|tới))? {_WORLD}"),
    (VAGUE, rf"\b{_GOODS} {_IS_GOOD}"),
    (VAGUE, r"phát triển bền vững|(?:hoàn toàn|thuần|100 ?%) (?:tự nhiên|thiên nhiên)"),
    (VAGUE, r"\b(?:không|phi) độc hại"),
    (VAGUE, r"phân (?:hủy|huỷ) sinh học"),
    (NEUTRAL, r"trung (?:hòa|hoà) (?:các[ -]?bon|carbon|khí hậu|co2|co₂)"),
    (NEUTRAL, r"\b(?:không|zero|ít) phát thải|(?:các[ -]?bon|carbon|phát thải) thấp(?! hơn)\b"),
)
_PHRASES = (
    *((why, _or_unmarked(pattern)) for why, pattern in _VIETNAMESE),
    # Without its mark “vì” is the end of “phạm vi” and the start of “vi khí hậu”.
    (VAGUE, rf"vì {_WORLD}|{_MARKED_GOODS} {_IS_GOOD}"),
    (SAVING, rf"{_PART} (?:less|lower|fewer) {_USED_EN}"),
    (SAVING, rf"{_CUT} {_MUCH}{_PART} (?:of )?(?:the |our |its )?{_USED_EN}"),
    (SAVING, rf"{_CUT} {_USED_EN}{_USE}(?: by)? {_MUCH}{_PART}"),
    (SAVING, rf"\b{_USED_EN}{_USE} (?:reduced|cut|saved|lowered)(?: by)? {_MUCH}{_PART}"),
    (VAGUE, rf"\b{_OF_WORLD}[\s_-]*(?:friendly|safe|sound|conscious|kind)\b"),
    (VAGUE, r"\beco\b|\becolog(?:ical|ically)\b|\bbiodegradable\b|\bsustainab(?:ly|ility)\b"),
    (VAGUE, r"\bsustainable\b(?! (?:livelihoods?|incomes?|jobs?)\b)"),
    (VAGUE, r"\bnon[\s-]?toxic\b|\bbio[\s-]?based\b|\benergy[\s-]+efficient(?:ly)?\b"),
    (VAGUE, r"\bgreen[\s_-]+(?:label(?:l?ed)?|certified|friendly)\b"),
    (VAGUE, r"\b(?:nature|planet|earth)['’]s friend\b"),
    (VAGUE, rf"\b(?:good|better|best|safe) for {_THE_WORLD}"),
    (VAGUE, rf"\b(?:gentle|kind|kinder|harmless|friendly) (?:on|to|for|towards?) {_THE_WORLD}"),
    (VAGUE, r"\bclean(?:er)? (?:foods?|products?|vegetables?|meat|rice|farming|energy|goods)\b"),
    (VAGUE, r"\b(?:all|purely|100 ?%)[\s-]+natural\b"),
    (NEUTRAL, r"\b(?:climate|carbon|co2|co₂)[\s-]*(?:neutral|positive|negative|free)\b"),
    (NEUTRAL, r"\bnet[\s-]*zero\b"),
    (NEUTRAL, r"\b(?:zero|low)[\s-]*(?:emissions?|carbon|waste|impact)\b"),
)
_RULES = tuple((why, re.compile(pattern)) for why, pattern in _PHRASES)
# A word alone is a claim unless one of these stands before or behind it.
_BEFORE = {
    "xanh": "chè trà đậu đỗ da rau lá màu mầu cải ớt chuối xoài hành tỏi vỏ cỏ cây men táo ngô "
    "tương tinh nước sắc dải tươi quả trái bí dưa măng còn đang hạt cơm hoa ruột vẫn hơi ánh",
    "sạch": "rửa làm lau quét nhặt giặt gọt cạo tẩy hút súc vét nước để ráo phòng khăn nơi sàn cọ "
    "dọn đãi vo chỗ tay khô thùng dao",
    "sinh thái": "lịch hệ vùng khu làng viên thị nghiệp trường bằng điểm kiện tố",
    "bền vững": "cấu kết trúc khung mối nối móng kế nghèo nhập",
    "green": "dark light pale bright deep olive the",
}
_BEHIND = {
    "xanh": "lá đậm nhạt lam lục dương lơ ngọc non mướt tươi rì biển trời rêu thẫm sẫm vỏ",
    "sạch": "cỏ đất bụi vỏ lông bằng với nước sẽ cát bùn dầu vết rễ",
    "sinh thái": "học",
    "bền vững": "",
    "green": "tea beans bean onion onions pepper peppers leaf leaves skin mango mangoes banana "
    "papaya chilli colour color rice gram lentils cabbage peas mustard asparagus apple apples",
}
_ENDS = re.compile(r"[.!?;](?!\d)")
# “Than” alone is coal.
_BASELINE = re.compile(
    rf"\b(?:{_or_unmarked('so với')}|than (?:in|the|our|with|\d+)|compared (?:with|to)|since)\b"
)
# Without its mark “sạch” would be “sách”, books.
_UNMARKED = {"sinh thai": "sinh thái", "ben vung": "bền vững"}
_ALONE = re.compile(
    rf"\b(?:xanh|sạch|{_or_unmarked('sinh thái|bền vững')}|green(?:er|est)?)\b(?!-)"
)
# “Use 30 % less water” tells a cook what to do; “we use” and “use 30 % less energy” do not.
_ADVICE = re.compile(r"(?:^|[.!?;:,] ?|\bthen )(?:use|add|pour|take|boil in|cook (?:it )?in) $")


@dataclass(frozen=True, slots=True)
class GreenClaim:
    """A general claim: its words, where they begin in the text as it is read, and its fault."""

    words: str
    start: int
    why: str

    @property
    def instead(self) -> str:
        """What to do instead."""
        return AS_FIGURE if self.why == SAVING else INSTEAD


def find(text: str, names: Sequence[str] = (), registered: Sequence[str] = ()) -> list[GreenClaim]:
    """Give the general green claims in a text, in their order; none overlaps another.

    `names` are what the writer and their places are called: “Bãi Xanh” is then no claim. Nor is
    anything inside a `registered` name that stands there whole, such as that of a shop.
    """
    text = as_read(text)
    whole = [span for name in registered for span in _spans(as_read(name), text)]
    found: list[GreenClaim] = []
    end = 0
    known = [as_read(name) for name in names]
    for claim in sorted(_all(text, known), key=lambda one: (one.start, -len(one.words))):
        if claim.start >= end and not _is_inside(claim, whole):
            found.append(claim)
            end = claim.start + len(claim.words)
    return found


def without(text: str, names: Sequence[str] = (), registered: Sequence[str] = ()) -> str:
    """Give a text without its general green claims; as it was written where it makes none."""
    found = find(text, names, registered)
    if not found:
        return text
    text = as_read(text)
    for claim in reversed(found):
        text = text[: claim.start] + LEFT_OUT + text[claim.start + len(claim.words) :]
    return text


def as_read(text: str) -> str:
    """Give a text as its readers see it: without joiners, soft hyphens and wide gaps."""
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", seen))


def is_basis(scheme: str) -> bool:
    """Tell whether a certificate of this scheme (folded) lets its holder make such a claim."""
    return any(label in scheme for label in ECO_LABELS)


def _all(text: str, names: Sequence[str]) -> Iterator[GreenClaim]:
    small = text.lower()
    if len(small) != len(text):  # letters whose small form is longer; places must stay the same
        small = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    for why, rule in _RULES:
        for match in rule.finditer(small):
            if not (_is_programme(small, match) or (why == SAVING and _is_told(small, match))):
                yield GreenClaim(text[match.start() : match.end()], match.start(), why)
    for match in _ALONE.finditer(small):
        if not (_is_ordinary(small, match) or _is_name(text, match, names)):
            yield GreenClaim(text[match.start() : match.end()], match.start(), VAGUE)


def _is_programme(text: str, match: re.Match[str]) -> bool:
    """Tell “cleaner production” and the like, the names of what is measured, from claims."""
    return text.startswith(("cleaner production", "sản xuất sạch hơn"), match.start())


def _spans(name: str, text: str) -> Iterator[tuple[int, int]]:
    if name:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()


def _is_inside(claim: GreenClaim, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a claim is part of a name, which says more than the claim alone."""
    end = claim.start + len(claim.words)
    return any(
        start <= claim.start and end <= last and end - claim.start < last - start
        for start, last in spans
    )


def _is_told(text: str, match: re.Match[str]) -> bool:
    """Tell whether the sentence around a saving says what it is compared with, or advises."""
    if match[0].endswith("less water") and _ADVICE.search(text[: match.start()]):
        return True
    before = _ENDS.split(text[: match.start()])[-1]
    behind = _ENDS.split(text[match.end() :])[0]
    return bool(_BASELINE.search(f"{before} {behind}"))


def _is_ordinary(text: str, match: re.Match[str]) -> bool:
    word = match[0].removesuffix("er").removesuffix("est")
    word = _UNMARKED.get(_without_marks(word), word)
    before, behind = _last_word(text[: match.start()]), _first_word(text[match.end() :])
    if word == "sạch" and text[: match.start()].endswith("sản xuất ") and behind == "hơn":
        return True
    return _is_in(_BEFORE[word], before, match[0]) or _is_in(_BEHIND[word], behind, match[0])


def _is_in(words: str, word: str, beside: str) -> bool:
    """Tell whether a word is one of these; beside one without marks it needs none either."""
    known = words.split()
    return word in known or (beside in _UNMARKED and word in map(_without_marks, known))


def _without_marks(word: str) -> str:
    return "".join(
        one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one)
    ).replace("đ", "d")


def _is_name(text: str, match: re.Match[str], names: Sequence[str]) -> bool:
    """Tell a name such as “Bãi Xanh”: two words with a capital each, and somebody is called so."""
    word, before = text[match.start() : match.end()], _last_word(text[: match.start()])
    pair = f"{before} {word}"
    return word.istitle() and before[:1].isupper() and any(pair in name for name in names)


def _last_word(text: str) -> str:
    found = re.search(r"(\w+) $", text)
    return found[1] if found else ""


def _first_word(text: str) -> str:
    found = re.match(r" (\w+)", text)
    return found[1] if found else ""
