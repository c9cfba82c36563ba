"""Exports that are damaged, foreign or harmful: refused with what is wrong, nothing written."""

import hashlib
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image
from sqlalchemy import func, select

from tests.builders import NOW, Business, batch, business, line, product, record
from tests.conftest import AppMaker, close, settings_for
from tests.postgres import postgres_database
from traceapp import problem
from traceapp.app import create_app
from traceapp.database.engine import Base, db
from traceapp.exchange import arriving, leaving
from traceapp.exchange.archive import checked
from traceapp.photos import operations as photos
from traceapp.producers.models import Producer
from traceapp.web.endpoints import transaction

Change = Callable[[dict[str, bytes]], None]


def _photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(file, "JPEG")
    return file.getvalue()


def _founded(name: str = "HTX Lan") -> Business:
    with transaction():
        lan = business(name, role="owner")
        greens = product(lan)
        cut = batch(lan, greens, "CN-1")
        photo = photos.store(lan.producer_id, _photo(), is_public=False, now=NOW)
        # What corrects has a smaller id: the order of the rows is not the order of writing.
        own = lan.producer_id.hex[-12:]
        first, second, third = (f"0190000{n}-0000-7000-8000-{own}" for n in "321")
        made = [line(cut, "12.5")]
        record(lan, "harvest", id=first, outputs=made, photos=[photo.hex()])
        record(lan, "harvest", id=second, outputs=[line(cut, "12")], corrects=first)
        record(lan, "harvest", id=third, outputs=[line(cut, "13")], corrects=second)
    return lan


def _export(producer_id: UUID) -> bytes:
    to = io.BytesIO()
    leaving.write(producer_id, to, now=NOW)
    db.session.rollback()
    return to.getvalue()


@pytest.fixture(scope="module")
def exports(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[UUID, bytes]]:
    """Everything of two businesses: a photo each, and corrections of corrections."""
    folder = tmp_path_factory.mktemp("exports")
    path = folder / "source.db"
    shutil.copy(sqlite_template, path)
    source = create_app(settings_for(f"sqlite:///{path}", folder))
    found = {}
    with source.app_context():
        for name in ("HTX Lan", "Trại Tùng"):
            producer_id = _founded(name).producer_id
            found[name] = (producer_id, _export(producer_id))
    close(source)
    return found


@pytest.fixture
def export(exports: dict[str, tuple[UUID, bytes]]) -> bytes:
    """Everything of Lan's business."""
    return exports["HTX Lan"][1]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """Another installation, with nothing in it; what is refused leaves it so."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = folder / "empty.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = stack.enter_context(postgres_database(*request.getfixturevalue("postgres")))
        other = create_app(settings_for(url, folder))
        stack.callback(close, other)
        yield other


def _counts() -> dict[str, int]:
    counts = {
        name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Base.metadata.tables.items()
    }
    db.session.rollback()
    return counts


def _refused(elsewhere: Flask, data: bytes) -> str:
    with elsewhere.app_context():
        before = _counts()
        with pytest.raises(problem.ExportRefused) as refused, transaction():
            arriving.take_in(io.BytesIO(data), now=NOW)
        assert _counts() == before
    return refused.value.values["reason"]


def _changed(export: bytes, change: Change, *, honest: bool = True) -> bytes:
    """The same export with other files; where `honest`, the manifest says so."""
    with zipfile.ZipFile(io.BytesIO(export)) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    if honest:
        about = json.loads(files["manifest.json"])
        about["files"] = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in files.items()
            if name != "manifest.json"
        }
        files["manifest.json"] = json.dumps(about).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in files.items():
            new.writestr(name, data)
    return out.getvalue()


def _with_about(**changes: Any) -> Change:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | changes).encode()

    return change


def _with_text(old: str, new: str, *, file: str = "data.json") -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old.encode() in files[file]
        files[file] = files[file].replace(old.encode(), new.encode())

    return change


def test_an_export_arrives_and_a_second_time_is_refused(export: bytes, app: Flask) -> None:
    with transaction():
        arrived = arriving.take_in(io.BytesIO(export), now=NOW)
    assert (arrived.name, arrived.counts["event"], arrived.photos) == ("HTX Lan", 3, 1)
    assert "already" in _refused(app, export)


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_anywhere_is_noticed(export: bytes, elsewhere: Flask, seed: int) -> None:
    place = random.Random(seed).randrange(len(export))
    data = bytearray(export)
    data[place] ^= 0x55
    try:
        about = checked(io.BytesIO(bytes(data))).about
    except problem.ExportRefused:
        assert _refused(elsewhere, bytes(data))
    else:  # a byte of a time or a size that nobody reads: then nothing else may differ
        assert about == checked(io.BytesIO(export)).about


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(export: bytes, elsewhere: Flask, part: float) -> None:
    assert "cut short" in _refused(elsewhere, export[: int(len(export) * part)])


def _remove(name: str) -> Change:
    def change(files: dict[str, bytes]) -> None:
        del files[name]

    return change


def _add(name: str, data: bytes) -> Change:
    return lambda files: files.update({name: data})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_with_about(version=2), "newer release"),
        (_with_about(version="1"), "names no version"),
        (_with_about(format="something else"), "no export of Traceapp"),
        (_with_about(producer_id="x"), "names no producer"),
        (_remove("manifest.json"), "no manifest"),
        (_with_text('"producer":[', '"spaceship":['), "no table"),
        (_with_text('"is_demo":false', '"is_demo":true'), "sample data"),
        (_with_text('"is_demo":false', '"is_demo":0'), "not one of ours"),
        (_with_text('"is_demo":false', '"is_demo":false,"is_admin":true'), "unknown column"),
        (_with_text('"is_demo":false,', ""), "is_demo is missing"),
        (_with_text("12.5", "99.5"), "its hash is another one"),
        (_with_text('"lot":"CN-1"', '"lot":"CN-1234567890123456789012345"'), ""),
        (_with_text("\n]\n}\n}\n", "\n"), "ends too early"),
    ],
)
def test_an_export_that_was_changed_is_refused_with_what_is_wrong(
    export: bytes, elsewhere: Flask, change: Change, told: str
) -> None:
    data = _changed(export, change, honest=told != "no manifest")
    assert told in _refused(elsewhere, data)


def test_the_manifest_counts_what_the_records_are(export: bytes, elsewhere: Flask) -> None:
    def change(files: dict[str, bytes]) -> None:
        kept = [row for row in files["data.json"].split(b"\n") if b'"evidence_id"' not in row]
        files["data.json"] = b"\n".join(kept)
        about = json.loads(files["manifest.json"])
        about["tables"]["batch"] = 7
        files["manifest.json"] = json.dumps(about).encode()

    assert "count different numbers" in _refused(elsewhere, _changed(export, change))


def test_records_of_another_producer_are_not_smuggled_in(
    exports: dict[str, tuple[UUID, bytes]], elsewhere: Flask
) -> None:
    (own, export), (other, _) = exports.values()

    def change(files: dict[str, bytes]) -> None:
        rows = files["data.json"].split(b"\n")
        place = next(i for i, row in enumerate(rows) if b'"batch_id"' in row and b'"lot"' in row)
        rows[place] = rows[place].replace(str(own).encode(), str(other).encode())
        files["data.json"] = b"\n".join(rows)

    assert "another producer" in _refused(elsewhere, _changed(export, change))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "photos/../../evil", "a\\..\\evil", "a//b"]
)
def test_a_file_with_a_dangerous_name_is_refused(
    export: bytes, elsewhere: Flask, name: str
) -> None:
    assert "dangerous name" in _refused(elsewhere, _changed(export, _add(name, b"x")))


def test_a_bomb_is_refused_while_it_unpacks(export: bytes, elsewhere: Flask) -> None:
    bomb = _changed(export, _add("photos/bomb.jpg", b"\0" * (27 * 1024 * 1024)))
    assert "too large" in _refused(elsewhere, bomb)
    liar = _changed(export, _add("README.vi.md", b"\0" * (40 * 1024 * 1024)), honest=False)
    assert "damaged" in _refused(elsewhere, liar)


def test_a_photo_that_is_missing_or_another_one_is_refused(export: bytes, elsewhere: Flask) -> None:
    with zipfile.ZipFile(io.BytesIO(export)) as file:
        (name,) = (name for name in file.namelist() if name.startswith("photos/"))
    assert "is missing" in _refused(elsewhere, _changed(export, _remove(name)))
    assert "other bytes" in _refused(elsewhere, _changed(export, _add(name, b"another")))


def _typed(app: Flask, *words: str) -> Result:
    return FlaskCliRunner(app).invoke(args=list(words))


def test_the_commands_write_an_export_and_take_it_in(make_app: AppMaker, tmp_path: Path) -> None:
    app = make_app()
    with app.app_context():
        lan = _founded()
    to = tmp_path / "lan.zip"
    written = _typed(app, "export", "htx lan", "--to", str(to))
    assert written.exit_code == 0, written.output
    assert "1 photos" in written.output
    assert _typed(app, "export", str(lan.producer_id), "--to", str(to)).exit_code == 1
    again = _typed(app, "import-export", str(to))
    assert again.exit_code == 1
    assert "already" in again.output
    assert "no producer" in _typed(app, "export", "HTX Hoa", "--to", str(tmp_path / "x")).output
    assert not (tmp_path / "x").exists()


def test_the_command_takes_in_what_another_installation_wrote(
    make_app: AppMaker, export: bytes, tmp_path: Path
) -> None:
    app = make_app()
    file = tmp_path / "lan.zip"
    file.write_bytes(export)
    taken = _typed(app, "import-export", str(file))
    assert (taken.exit_code, taken.output.partition(":")[0]) == (0, "HTX Lan")
    with app.app_context():
        assert db.session.scalars(select(Producer.name)).all() == ["HTX Lan"]


def test_whoever_opens_an_export_can_read_it_in_both_languages(export: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(export)) as file:
        document = json.loads(file.read("data.json"))
        assert [row["name"] for row in document["tables"]["product"]] == ["Cải ngọt"]
        assert "Cải ngọt" in file.read("tables/product.csv").decode("utf-8-sig")
        assert "1 ảnh" in file.read("README.vi.md").decode()
        assert "1 photos" in file.read("README.en.md").decode()
        assert "account" not in document["tables"]
        assert b"password" not in file.read("data.json")
