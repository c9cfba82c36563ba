"""Finding what a cell names: by its name, its lot, the producer's own id or ours."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select

from traceapp.batches.books.models import Stock
from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange.report import at
from traceapp.problem import N_
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Plot, Season, Site
from traceapp.web.faults import EMPTY, Fault

NOT_FOUND = Fault(
    "not_found",
    N_("“{text}” is not among your records."),
    N_("Compare the name, or add it first."),
)
SEVERAL = Fault(
    "several",
    N_("“{text}” fits several of your records."),
    N_("Name it by your own id, or by the id we show."),
)
CHOOSE_SITE = Fault("required", N_("You have several sites: name the one that is meant."))

Found = dict[str, set[UUID]]
Ref = tuple[UUID, UUID]


class References:
    """The records of a producer by everything they may be called."""

    def __init__(self, producer_id: UUID) -> None:
        self._producer_id = producer_id
        self._products = self._read(Product, "product_id", "name", "external_id", "gtin")
        self._sites = self._read(Site, "site_id", "name", "external_id")
        self._plots = self._read(Plot, "plot_id", "name", "external_id")
        self._seasons = self._read(Season, "season_id", "name")
        self._certificates = self._read(Certificate, "certificate_id", "number")
        self._batches: dict[str, set[UUID]] = {}
        self._goods: dict[str, set[Ref]] = {}

    def product(self, text: str) -> UUID:
        """Find a product. Raises ValidationError."""
        return _one("product", text, self._products)

    def site(self, text: str) -> UUID:
        """Find a site; the only one there is, where none is named. Raises ValidationError."""
        if text:
            return _one("site", text, self._sites)
        ids = {found for several in self._sites.values() for found in several}
        if len(ids) != 1:
            raise at("site", CHOOSE_SITE if ids else NOT_FOUND.format(text=""))
        return ids.pop()

    def plot(self, text: str) -> UUID:
        """Find a plot or pen. Raises ValidationError."""
        return _one("plot", text, self._plots)

    def season(self, text: str) -> UUID:
        """Find a season. Raises ValidationError."""
        return _one("season", text, self._seasons)

    def certificates(self, texts: Iterable[str]) -> list[UUID]:
        """Find certificates by their numbers. Raises ValidationError."""
        return [_one("certificates", text, self._certificates) for text in texts]

    def batch(self, column: str, text: str) -> UUID:
        """Find a batch by lot, code, own id or our id. Raises ValidationError."""
        if text not in self._batches:
            self._batches[text] = self._look_up(text)
        return _one(column, text, {fold(text): self._batches[text]})

    def goods(self, column: str, text: str) -> Ref:
        """Find goods that the producer has or had, its own or others', by lot, code or id.

        Raises ValidationError.
        """
        if not text:
            raise at(column, EMPTY)
        if text not in self._goods:
            self._goods[text] = self._in_stock(text)
        found = self._goods[text]
        if len(found) != 1:
            raise at(column, (SEVERAL if found else NOT_FOUND).format(text=text[:60]))
        return next(iter(found))

    def _in_stock(self, text: str) -> set[Ref]:
        code = text.upper().replace("-", "")
        named = [Batch.lot == text, PublicCode.code == code]
        if (key := _id(text)) is not None:
            named.append(Batch.batch_id == key)
        rows = db.session.execute(
            select(Batch.producer_id, Batch.batch_id)
            .join(
                Stock,
                (Stock.batch_producer_id == Batch.producer_id) & (Stock.batch_id == Batch.batch_id),
            )
            .outerjoin(
                PublicCode,
                (PublicCode.producer_id == Batch.producer_id)
                & (PublicCode.batch_id == Batch.batch_id),
            )
            .where(Stock.producer_id == self._producer_id, or_(*named))
        )
        return {(row.producer_id, row.batch_id) for row in rows}

    def _look_up(self, text: str) -> set[UUID]:
        own = Batch.producer_id == self._producer_id
        conditions = [Batch.external_id == text, Batch.lot == text]
        conditions.append(
            Batch.batch_id.in_(
                select(PublicCode.batch_id).where(
                    PublicCode.producer_id == self._producer_id, PublicCode.code == text.upper()
                )
            )
        )
        if (key := _id(text)) is not None:
            conditions.insert(0, Batch.batch_id == key)
        for condition in conditions:
            if found := set(db.session.scalars(select(Batch.batch_id).where(own, condition))):
                return found
        return set()

    def _read(self, kind: type, key: str, *names: str) -> Found:
        columns = [getattr(kind, name) for name in (key, *names)]
        producer = getattr(kind, "producer_id")  # noqa: B009 - any table of a producer
        found: Found = defaultdict(set)
        for row in db.session.execute(select(*columns).where(producer == self._producer_id)):
            for name in row:
                if name is not None:
                    found[fold(str(name))].add(row[0])
        return dict(found)


def _one(column: str, text: str, known: Found) -> UUID:
    if not text:
        raise at(column, EMPTY)
    found = known.get(fold(text), set())
    if len(found) != 1:
        raise at(column, (SEVERAL if found else NOT_FOUND).format(text=text[:60]))
    return next(iter(found))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
