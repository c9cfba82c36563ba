"""A face measured letter by letter says what Pillow sets and what a PDF shows."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import ImageFont

from tests.pure.printing.labels import texts
from traceapp.printing.face import Face
from traceapp.printing.font_files import FontFiles
from traceapp.printing.glyphs import Glyphs

SIZE = 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(12))
def test_a_text_is_as_wide_as_pillow_sets_it_and_as_a_pdf_shows_it(
    fonts: FontFiles, text: str
) -> None:
    layout = ImageFont.Layout.BASIC
    set_by_pillow = ImageFont.truetype(BytesIO(fonts.regular), SIZE, layout_engine=layout)
    width = Face((fonts.regular,)).width(text, SIZE)
    assert width == pytest.approx(set_by_pillow.getlength(text))
    shown = Glyphs(fonts.regular).width(text, SIZE)
    assert width == pytest.approx(shown, abs=0.5 * len(text))  # Pillow rounds each to a pixel


def test_a_width_grows_evenly_with_the_size(fonts: FontFiles) -> None:
    face = Face((fonts.regular,))
    assert face.width("Gạo nếp", 3) == pytest.approx(face.width("Gạo nếp", 300) / 100)
    assert face.width("", 3) == 0
