"""The file in which a producer leaves: a zip of records, tables to read, photos, and a manifest.

The manifest is written last and names every other file with its SHA-256 and size. Nothing of a zip
is believed before all of it was checked. Which records these are is not known here.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import rfc8785

from traceapp import problem

FORMAT = "traceapp-export"
VERSION = 1
MANIFEST = "manifest.json"
RECORDS = "data.json"
MOST_FILES = 500_000
LARGEST_FILE = 4 * 1024**3
LARGEST_PHOTO = 26 * 1024**2
LARGEST_MANIFEST = 128 * 1024**2
LONGEST_LINE = 16 * 1024**2
PIECE = 256 * 1024
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same records make the same file
_DAMAGE = (zipfile.BadZipFile, EOFError, OSError, zlib.error, ValueError)


def refusal(reason: str) -> problem.ExportRefused:
    """Make the problem that says why an export is not taken in."""
    return problem.ExportRefused(reason=reason)


class Writer:
    """Writes the files one after the other, each as it comes, and the manifest at the end."""

    def __init__(self, to: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED)
        self._files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = False) -> None:
        """Add a file; one that is `packed` already is stored as it is."""
        entry = zipfile.ZipInfo(name, _FIRST_DAY)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(entry, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self._files[name] = {"sha256": digest.hexdigest(), "size": size}

    def close(self, about: Mapping[str, Any]) -> None:
        """Add the manifest, with what is said about the whole, and end the file."""
        manifest = {"format": FORMAT, "version": VERSION, **about, "files": self._files}
        self._zip.writestr(zipfile.ZipInfo(MANIFEST, _FIRST_DAY), rfc8785.dumps(manifest))
        self._zip.close()


@dataclass(frozen=True, slots=True)
class Archive:
    """An export that was checked byte by byte."""

    about: Mapping[str, Any]
    _zip: zipfile.ZipFile = field(repr=False)

    def names(self) -> list[str]:
        """Give the names of the files, but for the manifest."""
        return list(self.about["files"])

    def read(self, name: str) -> bytes:
        """Give a small file whole."""
        return self._zip.read(name)

    def lines(self, name: str) -> Iterator[bytes]:
        """Give a file line by line."""
        with self._zip.open(name) as file:
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise refusal(f"{name} has a line that is too long.")
                yield line


def checked(file: IO[bytes]) -> Archive:
    """Open an export and check every byte. Raises ExportRefused with what is wrong."""
    try:
        opened = zipfile.ZipFile(file)
        about = _manifest(opened)
        _check_names(opened, about)
        for name, expected in about["files"].items():
            _check_file(opened, name, expected)
    except RuntimeError as error:  # zipfile's word for what it cannot unpack
        raise refusal("It is locked, or packed in a way that is not read here.") from error
    except _DAMAGE as error:
        raise refusal("The file is damaged, cut short or no zip. Copy it again.") from error
    return Archive(about, opened)


def _manifest(opened: zipfile.ZipFile) -> dict[str, Any]:
    if MANIFEST not in opened.namelist():
        raise refusal("It is no export of Traceapp: it has no manifest.json.")
    if opened.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise refusal("Its manifest.json is too large.")
    try:
        about = json.loads(opened.read(MANIFEST))
    except (ValueError, RecursionError):
        raise refusal("Its manifest.json cannot be read.") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise refusal("It is no export of Traceapp.")
    version = about.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise refusal("Its manifest.json names no version.")
    if version > VERSION:
        raise refusal(f"It was made by a newer release (format {version}, here {VERSION}).")
    if not _is_list_of_files(about.get("files")) or RECORDS not in about["files"]:
        raise refusal("Its manifest.json does not name its files.")
    return about


def _is_list_of_files(files: object) -> bool:
    return isinstance(files, dict) and all(
        isinstance(one, dict)
        and isinstance(one.get("size"), int)
        and isinstance(one.get("sha256"), str)
        for one in files.values()
    )


def _check_names(opened: zipfile.ZipFile, about: Mapping[str, Any]) -> None:
    names = opened.namelist()
    if len(names) > MOST_FILES or len(names) != len(set(names)):
        raise refusal("It holds too many files, or one file twice.")
    for entry in opened.infolist():
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise refusal("It is packed in a way that is not read here.")
    for name in names:
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or "\0" in name or {"..", ".", ""} & set(parts):
            raise refusal(f"It holds a file with a dangerous name: {name[:80]!r}.")
    if extra := set(names) ^ {MANIFEST, *about["files"]}:
        raise refusal(f"manifest.json and the files differ: {min(extra)[:80]!r}.")


def _check_file(opened: zipfile.ZipFile, name: str, expected: Mapping[str, Any]) -> None:
    most = LARGEST_PHOTO if name.startswith(("photos/", "voices/")) else LARGEST_FILE
    if expected["size"] > most:
        raise refusal(f"{name[:80]!r} is too large.")
    digest, size = hashlib.sha256(), 0
    with opened.open(name) as file:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > expected["size"]:
                break
            digest.update(piece)
    if size != expected["size"] or digest.hexdigest() != expected["sha256"]:
        raise refusal(f"{name[:80]!r} is damaged: its bytes are not those of the manifest.")
