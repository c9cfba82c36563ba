"""How a page is made small: quickly, unless it would then miss the first flight."""

import random

import brotli

from traceapp.public import page_cache


def words(count):
    dice = random.Random(2)
    return " ".join(f"{dice.getrandbits(30):x}" for _ in range(count)).encode()


def compressed(body, quality):
    return brotli.compress(body, quality=quality, lgwin=page_cache.BROTLI_WINDOW_BITS)


def test_a_page_that_fits_is_compressed_quickly():
    body = words(500)
    assert page_cache._ENCODERS["br"](body) == compressed(body, page_cache.BROTLI_QUALITY)


def test_a_page_beyond_the_first_flight_is_compressed_with_patience():
    body = words(2000)
    assert len(compressed(body, page_cache.BROTLI_QUALITY)) > page_cache.FIRST_FLIGHT_BYTES
    made = page_cache._ENCODERS["br"](body)
    assert made == compressed(body, page_cache.BROTLI_PATIENT_QUALITY)
    assert brotli.decompress(made) == body
