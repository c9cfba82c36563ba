"""The restore drill: back up, restore into a new place, compare what is there to the last byte."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from traceapp.upkeep import archive, backup, records, restore
from traceapp.upkeep.archive import FILES, Manifest
from traceapp.upkeep.fingerprint import TableSum
from traceapp.upkeep.places import SECRET_FILE, Place

NOTHING = TableSum(0, "")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing compared: its name, how many there were, how many came back, whether equal."""

    name: str
    before: int
    after: int
    is_equal: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a drill found."""

    manifest: Manifest
    lines: Sequence[Line]

    @property
    def is_good(self) -> bool:
        """Tell whether everything came back, and nothing was missing before."""
        return all(line.is_equal for line in self.lines) and not self.manifest.facts.missing


def run(place: Place, now: datetime, source: Path | None = None) -> Report:
    """Restore a backup (a new one, unless `source` is given) into a new place and compare."""
    with tempfile.TemporaryDirectory(prefix="traceapp-drill-") as name:
        folder = Path(name)
        taken = source or folder / backup.file_name(now)
        manifest = archive.verify(taken) if source else backup.take(place, taken, now)
        with place.copying.new_place(place.url, folder) as url:
            fresh = Place(
                replace(
                    place.config,
                    database_url=url.render_as_string(hide_password=False),
                    storage_url=(folder / "storage").as_uri(),
                    instance_dir=folder / "instance",
                    secret_key="",
                )
            )
            restore.restore(taken, fresh, now)
            report = Report(manifest, (*_tables(manifest, fresh), *_files(manifest, fresh)))
    if report.is_good:
        records.note(place.config.instance_dir, records.DRILL, now)
    return report


def _tables(manifest: Manifest, fresh: Place) -> list[Line]:
    before, after = manifest.facts.tables, restore.fingerprint_of(fresh)
    pairs = {
        name: (before.get(name, NOTHING), after.get(name, NOTHING))
        for name in sorted(before.keys() | after.keys())
    }
    return [Line(name, one.rows, two.rows, one == two) for name, (one, two) in pairs.items()]


def _files(manifest: Manifest, fresh: Place) -> list[Line]:
    before = {
        name.removeprefix(FILES): member.sha256
        for name, member in manifest.members.items()
        if name.startswith(FILES)
    }
    after = {
        path: hashlib.sha256(fresh.storage.read(path)).hexdigest() for path in fresh.storage.paths()
    }
    secret = fresh.config.instance_dir / SECRET_FILE
    same = hashlib.sha256(secret.read_bytes()).hexdigest() == manifest.members["secret_key"].sha256
    return [
        Line("(files)", len(before), len(after), before == after),
        Line("(secret)", 1, 1, same),
    ]
