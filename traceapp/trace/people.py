"""Who, where and who checked, in words. Names come only from facts, and there only with consent."""

from math import inf

from traceapp.trace.entries import Mark, Place, Who
from traceapp.trace.facts import EventFact, EvidenceFact, EvidenceLevel, PlaceFact
from traceapp.trace.wording import day
from traceapp.trace.words import Words

_ROLES = {
    "owner": Words("chủ cơ sở", "owner"),
    "clerk": Words("thư ký", "clerk"),
    "field_worker": Words("người trực tiếp làm", "worker"),
    "shop_seller": Words("người bán hàng", "shop seller"),
    "officer": Words("cán bộ quản lý", "officer"),
    "inspector": Words("cán bộ kiểm tra", "inspector"),
    "lab": Words("phòng thử nghiệm", "laboratory"),
}
_SITES = {
    "barn": Words("khu chuồng nuôi", "barn"),
    "cold_store": Words("kho lạnh", "cold store"),
    "depot": Words("kho", "depot"),
    "field": Words("vùng trồng", "growing area"),
    "packing_house": Words("nhà sơ chế", "packing house"),
    "plant": Words("xưởng", "workshop"),
    "shop": Words("cửa hàng", "shop"),
    "slaughterhouse": Words("cơ sở giết mổ", "slaughterhouse"),
    "yard": Words("sân phơi", "drying yard"),
}
_COMMUNES = {"xã": "commune", "phường": "ward", "đặc khu": "special zone"}
_NO_ONE_ELSE = Words("Tự khai, chưa có ai khác kiểm tra", "Own record, not checked by anyone else")
_IN_HOUSE = {
    True: Words("Người khác cùng hợp tác xã xác nhận", "Confirmed in the same co-operative"),
    False: Words("Người khác cùng cơ sở xác nhận", "Confirmed in the same business"),
}
_RECORDED = Words("Do {who} ghi", "Recorded by {who}")
_CHECKED = {
    EvidenceLevel.COUNTERPART: Words("{who} xác nhận", "Confirmed by {who}"),
    EvidenceLevel.INSPECTOR: Words("{who} đã kiểm tra", "Checked by {who}"),
    EvidenceLevel.LAB: Words("{who} đã đo", "Measured by {who}"),
}


def who(event: EventFact) -> Who:
    """Say who recorded an event: a consented name, else the household, else the role."""
    author = event.author
    worker = author.role in {None, "field_worker"}
    household = event.household if worker else None
    role = _ROLES.get(author.role or "")
    said: Words | None
    if author.public_name is not None:
        said = Words.same(author.public_name)
    elif household is not None:
        said = Words(f"Hộ số {household}", f"Household {household}")
    else:
        said = Words(_capital(role.vi), _capital(role.en)) if role else None
    organisation = author.organisation.name
    return Who(
        organisation=organisation,
        role=author.role,
        name=author.public_name,
        household=event.household,
        words=_joined(said, organisation),
    )


def place(fact: PlaceFact | None, household: int | None = None) -> Place | None:
    """Say where, to the commune; a plot is "hộ số N" and never more."""
    if fact is None or fact.commune is None:
        return None
    site = _SITES.get(fact.kind or "")
    if household is not None:
        site = Words(f"hộ số {household}", f"household {household}")
    return Place(
        fact.kind,
        fact.commune,
        fact.commune_kind,
        fact.province,
        _joined(site, commune(fact)),
    )


def commune(fact: PlaceFact) -> Words:
    """Name the commune and province: "xã Bát Tràng, Hà Nội", "Bát Tràng commune, Hà Nội"."""
    kind = fact.commune_kind or ""
    vi = " ".join(part for part in (kind, fact.commune) if part)
    en = " ".join(part for part in (fact.commune, _COMMUNES.get(kind, kind)) if part)
    province = Words.same(fact.province) if fact.province else None
    return _joined(Words(vi, en) if vi else None, province)


def mark(event: EventFact) -> Mark:
    """Give the highest evidence on an event, with the checker's name where he agreed to it."""
    checks = [e for e in event.evidence if e.level is not EvidenceLevel.SELF]
    if not checks:
        return Mark(EvidenceLevel.SELF, independent=False, words=_NO_ONE_ELSE, at=None)
    best = min(checks, key=_precedence)
    inside = best.level is EvidenceLevel.COOP
    words = _IN_HOUSE[best.by.organisation.cooperative] if inside else _checked(best, event)
    if best.at is not None:
        words = Words(f"{words.vi} {day(best.at)}", f"{words.en} {day(best.at)}")
    return Mark(best.level, independent=not inside, words=words, at=best.at)


def _precedence(check: EvidenceFact) -> tuple[int, float, str]:
    # The first check on the highest level is the one that raised it.
    at = check.at.timestamp() if check.at else inf
    by = check.by
    return -check.level.rank, at, f"{by.organisation.name.vi}{by.public_name or ''}"


def _checked(check: EvidenceFact, event: EventFact) -> Words:
    by = check.by
    own_record = by.organisation == event.author.organisation
    said = _RECORDED if own_record else _CHECKED[check.level]
    name = Words.same(by.public_name) if by.public_name else None
    full = _joined(name, by.organisation.name)
    return Words((said.vi or "").format(who=full.vi), (said.en or "").format(who=full.en))


def _joined(first: Words | None, second: Words | None) -> Words:
    parts = [part for part in (first, second) if part is not None]
    return Words(
        ", ".join(part.vi or part.en or "" for part in parts),
        ", ".join(part.en or part.vi or "" for part in parts),
    )


def _capital(text: str | None) -> str | None:
    return text[:1].upper() + text[1:] if text else text
