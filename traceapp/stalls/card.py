"""The card of a stall on paper: its code, its name and who sells there."""

from urllib.parse import urlsplit

from traceapp.config import Config
from traceapp.database.engine import db
from traceapp.gs1.batch_code import StallCode
from traceapp.gs1.digital_link import StallKey, readable, uri
from traceapp.printing import sheet_pdf
from traceapp.printing.font_files import FontFiles
from traceapp.printing.label import Label, Words
from traceapp.printing.lines import Measure
from traceapp.printing.run import Copies, Design, places
from traceapp.printing.sheet import svg_page
from traceapp.printing.stock import STOCKS
from traceapp.printing.templates import Template
from traceapp.producers.models import Producer, Site
from traceapp.stalls.models import Stall

# In Vietnamese, as all paper here.
WORDS = Words(scan="Quét mã xem hôm nay sạp bày những lô nào")


def write(stall: Stall, paper: str, config: Config, fonts: FontFiles) -> bytes:
    """Write the card as PDF on `paper`: a5, a4. Raises DoesNotFit, MissingGlyph."""
    run = [Copies(_label(stall, config))]
    return b"".join(sheet_pdf.write(_design(paper), run, fonts, words=WORDS))


def drawing(stall: Stall, paper: str, config: Config, measure: Measure) -> str:
    """Draw the card as it is printed on `paper`, as SVG. Raises DoesNotFit."""
    (page,) = places(_design(paper).stock, [Copies(_label(stall, config))])
    return svg_page(_design(paper), page, measure, WORDS)


def _design(paper: str) -> Design:
    return Design(STOCKS[f"card-{paper}"], Template.CARD)


def _label(stall: Stall, config: Config) -> Label:
    seller = db.session.get_one(Producer, stall.producer_id)
    site = db.session.get_one(Site, (stall.producer_id, stall.site_id))
    key = StallKey(StallCode(stall.code))
    return Label(
        uri=uri(config.public_url, key),
        name=stall.name,
        producer=seller.name,
        lot="",
        code=readable(key),
        domain=urlsplit(config.public_url).netloc,
        address=f"{site.commune_kind} {site.commune}, {site.province}",
        sample=config.prints_sample_labels,
    )
