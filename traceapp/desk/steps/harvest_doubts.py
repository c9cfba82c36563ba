"""Harvests of what does not grow in the season they are logged for: asked about once, then kept."""

from collections.abc import Iterator

from marshmallow import ValidationError

from traceapp.batches.models import Batch, Product
from traceapp.batches.recording.capturing import Message
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.desk.steps.step_form import Setting
from traceapp.desk.steps.step_message import Wish
from traceapp.problem import N_
from traceapp.trace.crops import Crop, crop_of, may_be_of
from traceapp.trace.vocabulary import StockEffect
from traceapp.web import languages
from traceapp.web.faults import Fault
from traceapp.web.languages import say


def doubts(wish: Wish, message: Message, setting: Setting) -> ValidationError | None:
    """Give what to ask about the lines that nobody ticked to be right; None where all are."""
    crop = _crop(message, setting)
    if crop is None:
        return None
    faults = {
        number: {"sure": [_doubt(crop, product)]}
        for number, product in _made(wish, message, setting)
        if number not in wish.sure and not may_be_of(crop, product.folded_name, product.family)
    }
    return ValidationError({"outputs": faults}) if faults else None


def _crop(message: Message, setting: Setting) -> Crop | None:
    """Give the crop of the season harvested, where rules know it."""
    if setting.kind.stock_effect is not StockEffect.CREATE:
        return None
    crops = {season.season_id: season.crop for season in setting.seasons}
    return crop_of(fold(crops.get(message.data["season_id"], "")))


def _made(wish: Wish, message: Message, setting: Setting) -> Iterator[tuple[int, Product]]:
    """Give the product of each line that comes out, of new batches and of those that are there."""
    products = {str(product.product_id): product for product in setting.products}
    for number, line in enumerate(message.data["outputs"]):
        if number in wish.new_batches:
            yield number, products[wish.new_batches[number]["product_id"]]
        elif batch := db.session.get(Batch, (setting.producer_id, line["batch_id"])):
            yield number, db.session.get_one(Product, (batch.producer_id, batch.product_id))


def _doubt(crop: Crop, product: Product) -> Fault:
    name = languages.pick({"vi": product.name, "en": product.name_en}, languages.current())
    return Fault(
        "other_crop",
        N_("The season grows {crop}, and {product} is something else."),
        N_("Choose the right season or product, or tick that it was harvested there."),
        crop=say(crop.name),
        product=name,
    )
