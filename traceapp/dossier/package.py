"""The dossier of a lot as one ZIP: PDF, tables, lineage, pictures, and what each file is."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

from traceapp.dossier import files, paper, words
from traceapp.dossier.contents import Dossier
from traceapp.photos.storage import Storage
from traceapp.tracing import document
from traceapp.web.pages import moment
from traceapp.web.settings import settings

LANGUAGES = ("vi", "en")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same dossier makes the same file
PACKED = ("photos/", "certificates/")
CHANGED_LINES = {"\n": " ", "\r": " ", "`": "'"}


def as_zip(dossier: Dossier, static: Path) -> io.BytesIO:
    """Write all of a dossier, ready to be sent. Raises NotSetUp where no face was fetched."""
    to = io.BytesIO()  # pictures are at most 1280 pixels wide: hundreds of them fit
    digests: dict[str, str] = {}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in _contents(dossier, static):
            digests[name] = hashlib.sha256(content).hexdigest()
            _add(out, name, content)
        for language in LANGUAGES:
            _add(out, f"README.{language}.md", readme(language, dossier, digests).encode("utf-8"))
    to.seek(0)
    return to


def _add(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    packed = name.startswith(PACKED)
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    out.writestr(entry, content)


def _contents(dossier: Dossier, static: Path) -> Iterator[tuple[str, bytes]]:
    yield "dossier.pdf", paper.as_pdf(dossier, static)
    yield "events.csv", files.written(files.EVENTS, files.events(dossier))
    yield "ledger.csv", files.written(files.LEDGER, files.ledger(dossier))
    if dossier.lineage:
        told = document.as_json(dossier.lineage, settings().public_url)
        yield "lineage.json", told.encode("utf-8")
        yield "lineage.csv", files.written(files.LINEAGE, files.lineage(dossier))
        yield "made_from.csv", files.written(files.EDGES, files.edges(dossier))
    yield "pictures.csv", files.written(files.PHOTOS, files.photos(dossier))
    storage = Storage(settings().storage_url)
    for one in {shown.name: shown for shown in (*dossier.photos, *dossier.pages)}.values():
        try:
            yield one.name, storage.read(one.path)
        except FileNotFoundError:  # pictures.csv names it, the list of files does not
            continue


def readme(language: str, dossier: Dossier, digests: dict[str, str]) -> str:
    """Write README.<language>.md: what the ZIP holds, each file with its SHA-256."""
    text = resources("traceapp.dossier").joinpath(f"readme.{language}.md")
    line = str.maketrans(CHANGED_LINES)
    return text.read_text(encoding="utf-8").format(
        lot=dossier.lot.translate(line),
        product=words.product(dossier.card).translate(line),
        producer=words.producer(dossier.card).translate(line),
        made_at=moment(dossier.made_at),
        files="\n".join(f"- `{name}`: `{digest}`" for name, digest in digests.items()),
    )
