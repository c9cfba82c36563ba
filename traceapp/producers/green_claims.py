"""Refusing general green claims about goods that no confirmed eco-label in force covers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.claims import green
from traceapp.database.engine import db
from traceapp.producers import eco_labels
from traceapp.producers.models import Producer, Site
from traceapp.web.pages import HANOI

NAMES = ("/name", "/name_en")
IN_A_NAME = problem.N_(
    "Leave it out of the name, which stays in the books of others after an eco-label ended."
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a producer and their places are called, and what the producer is registered as.

    Whoever lets a producer in reads the latter; places are named by themselves.
    """

    names: tuple[str, ...]
    registered: tuple[str, ...]

    def faults(self, texts: Mapping[str, str | None]) -> list[problem.Finding]:
        """Give the general green claims in texts, by the pointer of each."""
        return [
            problem.Finding(
                pointer, "green_claim", claim.why, claim.instead, {"words": claim.words}
            )
            for pointer, text in texts.items()
            for claim in green.find(text or "", self.names, self.registered)
        ]

    def without(self, part: Any) -> Any:  # noqa: ANN401 - a part of a document, as it came
        """Give a text, or several, without general green claims."""
        match part:
            case str():
                return green.without(part, self.names, self.registered)
            case list():
                return [self.without(one) for one in part]
            case dict():
                return {name: self.without(one) for name, one in part.items()}
            case _:
                return part


@dataclass(frozen=True, slots=True)
class Wording:
    """What goods may say where shoppers read it, and until when that is so by time alone.

    Where their eco-label ended the `speaker` may no longer make the claims that it let them make.
    """

    speaker: Speaker | None = None
    until: datetime | None = None

    def told(self, document: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
        """Give a document, without the claims in these fields of it where they have no basis."""
        if self.speaker is None:
            return dict(document)
        return {
            name: self.speaker.without(part) if name in fields else part
            for name, part in document.items()
        }


def wording_of_goods(producer_id: UUID, day: date) -> Mapping[UUID, Wording]:
    """Give what goods may say on a day, for those of which a body ever confirmed a certificate.

    All others say what is written: it was looked at when they were saved.
    """
    found = eco_labels.of_goods(producer_id)
    lapsed = any(not labels.are_in_force(day) for labels in found.values())
    speaker = speaker_of(producer_id) if lapsed else None
    return {
        product_id: Wording(None if labels.are_in_force(day) else speaker, labels.until(day))
        for product_id, labels in found.items()
    }


def speaker_of(producer_id: UUID) -> Speaker:
    """Read what a producer and their places are called."""
    own = select(Producer.name, Producer.name_en).where(Producer.producer_id == producer_id)
    places = select(Site.name, Site.name_en).where(Site.producer_id == producer_id)
    registered = tuple(name for row in db.session.execute(own) for name in row if name)
    others = (name for row in db.session.execute(places) for name in row if name)
    return Speaker((*registered, *others), registered)


def refuse_unproven(
    producer_id: UUID, texts: Mapping[str, str | None], product_id: UUID | None = None
) -> None:
    """Refuse general green claims in texts that shoppers read, by the pointer of each.

    Raises InvalidInput that says why, unless they are about a product that an eco-label covers:
    its certificate is in force, shoppers can read its pages, and a body confirmed that it is of
    this product. An eco-label says nothing of all that somebody does.
    """
    found = speaker_of(producer_id).faults(texts)
    if found and not (product_id and eco_labels.cover(producer_id, product_id, _today())):
        raise problem.InvalidInput(findings=found)


def refuse_unproven_goods(
    producer_id: UUID, product: Mapping[str, Any], product_id: UUID | None = None
) -> None:
    """Refuse general green claims in what shoppers read of goods.

    Raises InvalidInput. Texts may make some while an eco-label covers the goods; names never.
    """
    found = speaker_of(producer_id).faults(texts_of_product(product))
    in_names = [replace(one, fix=IN_A_NAME) for one in found if one.pointer in NAMES]
    others = [one for one in found if one.pointer not in NAMES]
    if others and product_id and eco_labels.cover(producer_id, product_id, _today()):
        others = []
    if in_names or others:
        raise problem.InvalidInput(findings=[*in_names, *others])


def texts_of_product(product: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what shoppers read of goods in their maker's own words, by pointer.

    What finished goods were made from is named on their page, so names of every role count.
    """
    named = {pointer: product[pointer[1:]] for pointer in NAMES}
    return named | dict(texts_of_label(product)) if product["role"] == "finished" else named


def texts_of_producer(producer: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what a producer says of itself in sentences, by pointer."""
    return {f"/{name}": producer[name] for name in ("about", "about_en")}


def texts_of_label(product: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Give the texts of the label of goods, by pointer."""
    yield "/brand", product.get("brand")
    label = product["label"] or {}
    for name in ("specifications", "use", "storage"):
        yield from _in_both(f"/label/{name}", label.get(name))
    for place, warning in enumerate(label.get("warnings") or ()):
        yield from _in_both(f"/label/warnings/{place}", warning)
    for place, standard in enumerate(label.get("standards") or ()):
        yield f"/label/standards/{place}", standard


def _in_both(
    pointer: str, text: Mapping[str, str | None] | None
) -> Iterator[tuple[str, str | None]]:
    for language in ("vi", "en"):
        yield f"{pointer}/{language}", (text or {}).get(language)


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()
