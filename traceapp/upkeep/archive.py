"""The backup file: a tar.gz of members, closed by manifest.json with the hash and size of each.

The manifest is written last, so that a file cut short is never taken for a whole one. Nothing is
ever unpacked by tarfile itself: names are checked, and content goes where this room says.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from traceapp.upkeep.fingerprint import TableSum
from traceapp.upkeep.refusal import RefusedError

FORMAT, VERSION = "traceapp-backup", 1
MANIFEST, DATABASE, SECRET, FILES = "manifest.json", "database", "secret_key", "storage/"
LARGEST_MANIFEST = 512 * 1024 * 1024
BLOCK = 1024 * 1024
COMPRESSION = 5
BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Member:
    """Size and hash of one file of an archive."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What an archive was made from; `made_at` is ISO 8601 UTC.

    `missing` lists the files that rows name and the store did not have.
    """

    made_at: str
    app_version: str
    database: str
    server_version: str
    schema_revision: str
    tables: Mapping[str, TableSum]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that an archive says of itself."""

    facts: Facts
    members: Mapping[str, Member]


class Writer:
    """An archive in the making."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a file of this size."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashed = _Hashed(content)
        self._tar.addfile(entry, hashed)
        self.members[name] = Member(size, hashed.sha256.hexdigest())

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file with this content."""
        self.add(name, io.BytesIO(content), len(content))

    def close_with(self, facts: Facts) -> Manifest:
        """Add the manifest, the last file of all."""
        manifest = Manifest(facts, self.members)
        told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
        self.add_bytes(MANIFEST, json.dumps(told, indent=1, sort_keys=True).encode())
        return manifest


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.sha256.update(block)
        return block


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive that is there as a whole or not at all, for its owner's eyes only."""
    if path.exists():
        raise RefusedError(f"{path} is there already; it was left as it is.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        Path(part).rename(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify(path: Path) -> Manifest:
    """Read an archive to its last byte; raises RefusedError, with what is wrong."""
    try:
        told, found = _read(path)
    except FileNotFoundError as error:
        raise RefusedError(f"There is no file {path}.") from error
    except BROKEN as error:
        raise RefusedError(f"{path.name} is damaged or no backup of ours: {error}.") from error
    if told is None:
        raise RefusedError(f"{path.name} has no manifest: it is cut short, or no backup of ours.")
    return _compared(path, told, found)


def _read(path: Path) -> tuple[dict[str, Any] | None, dict[str, Member]]:
    """Give what the manifest tells and what the files are."""
    found: dict[str, Member] = {}
    told = None
    for name, size, content in _contents(path):
        if told is not None or name in found:
            raise RefusedError(f"{path.name}: {name} stands where no file may stand.")
        hashed = _Hashed(content)
        if name == MANIFEST:
            told = _manifest_told(path, hashed.read(LARGEST_MANIFEST))
            continue
        while hashed.read(BLOCK):
            pass
        found[name] = Member(size, hashed.sha256.hexdigest())
    return told, found


def contents(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Give the files of a verified archive, each to be read before the next."""
    return ((name, content) for name, _, content in _contents(path) if name != MANIFEST)


def _contents(path: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    with gzip.open(path) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None or not _is_safe(entry.name):
                    raise RefusedError(f"{path.name}: {entry.name!r} is no file of a backup.")
                yield entry.name, entry.size, content
        while stream.read(BLOCK):  # to the checksum at the end
            pass


def _is_safe(name: str) -> bool:
    place = PurePosixPath(name)
    known = name in {MANIFEST, DATABASE, SECRET} or name.startswith(FILES)
    return known and ".." not in place.parts and place.as_posix() == name and "\\" not in name


def _manifest_told(path: Path, text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise RefusedError(f"{path.name}: its manifest cannot be read.") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise RefusedError(f"{path.name} is no backup of Traceapp.")
    if told.get("version") != VERSION:
        version = told.get("version")
        raise RefusedError(
            f"{path.name} has format {version}, this release reads {VERSION}. "
            "Restore it with the release that made it, or a newer one."
        )
    return told


def _compared(path: Path, told: Mapping[str, Any], found: Mapping[str, Member]) -> Manifest:
    try:
        members = {name: Member(**member) for name, member in told["members"].items()}
        tables = {name: TableSum(**table) for name, table in told["facts"]["tables"].items()}
        facts = Facts(**{**told["facts"], "tables": tables})
    except (KeyError, TypeError, AttributeError) as error:
        raise RefusedError(f"{path.name}: its manifest is incomplete ({error}).") from error
    wrong = sorted(
        name for name in members.keys() | found.keys() if members.get(name) != found.get(name)
    )
    if wrong:
        raise RefusedError(f"{path.name} is damaged: {', '.join(wrong[:5])} differ from its list.")
    if missing := {DATABASE, SECRET} - found.keys():
        raise RefusedError(f"{path.name} is incomplete: no {', '.join(sorted(missing))}.")
    return Manifest(facts, members)
