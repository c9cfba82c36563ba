"""How large pages and their first pictures are, over every finished lot in both languages."""

import re
from collections.abc import Iterator

from flask import Flask

from tests.bench import reading
from tests.bench.demo import Demo
from tests.bench.figure import Figure
from traceapp.batches import queries as batches
from traceapp.web.languages import LANGUAGES

MOST_PAGE_BYTES = 8192
MOST_HERO_BYTES = 10240
HERO = re.compile(r'<img class="hero" src="([^"]+)"')


def figures(demo: Demo) -> Iterator[Figure]:
    """Find the largest page in each language, and the largest picture on a first screen."""
    with reading.application(demo) as app:
        lots = {str(card.code): card.lot for card in batches.batches()}
        for language in LANGUAGES:
            size, lot = max((page_bytes(app, code, language), lot) for code, lot in lots.items())
            name = f"largest page, brotli, {language} ({lot}, of {len(lots)} lots)"
            yield Figure(name, size, "bytes", MOST_PAGE_BYTES, demo.database)
        heroes = [(hero_bytes(app, code), lot) for code, lot in lots.items()]
        size, lot = max(heroes)
        name = f"largest hero picture ({lot}, of {sum(size > 0 for size, _ in heroes)} lots)"
        yield Figure(name, size, "bytes", MOST_HERO_BYTES, demo.database)


def page_bytes(app: Flask, code: str, language: str) -> int:
    """Give the bytes of a page as they go over the line."""
    return len(reading.body_of(app, reading.asking_for(f"/B/{code}", language)))


def hero_bytes(app: Flask, code: str) -> int:
    """Give the bytes of the picture at the top of a page; 0 where there is none."""
    environ = reading.asking_for(f"/B/{code}")
    environ["HTTP_ACCEPT_ENCODING"] = "identity"
    found = HERO.search(reading.body_of(app, environ).decode())
    return len(reading.body_of(app, reading.asking_for(found.group(1)))) if found else 0
